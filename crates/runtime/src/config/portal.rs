use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::base;

/// `[portal]`: who else tells the portal who somebody is. Without either, a password is all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Portal {
    /// A provider of OpenID Connect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc: Option<Oidc>,
    /// A server of Apereo CAS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cas: Option<Cas>,
}

/// `[portal.oidc]`: as the provider has registered the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// Its name, below which its description is found (OpenID Connect Discovery 1.0).
    #[serde(deserialize_with = "base")]
    pub issuer: String,
    /// What the portal is called there.
    pub client_id: String,
    /// Holds what it proves that with.
    pub client_secret_file: PathBuf,
    /// The claim of the ID token that is the login name of an account: one that people cannot change,
    /// and that nobody has after another.
    #[serde(default = "preferred_username")]
    pub claim: String,
}

fn preferred_username() -> String {
    "preferred_username".to_owned()
}

/// `[portal.cas]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cas {
    /// What its addresses begin with: `https://cas.example.edu/cas`.
    #[serde(deserialize_with = "base")]
    pub url: String,
    /// The attribute that is the login name of an account; by default the user that CAS names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
}
