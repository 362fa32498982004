//! What an ID token must be to be believed (OpenID Connect Core 1.0, 3.1.3.7).

use std::collections::BTreeMap;

use jiff::Timestamp;
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation, decode, decode_header, errors::ErrorKind, jwk::Jwk,
};
use serde::Deserialize;
use serde_json::Value;

/// Only those whose signer alone can sign: who has the client's secret cannot.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// By how much the clock of the provider may differ, in seconds.
const LEEWAY: i64 = 60;

/// Why it is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unproven {
    #[error("it is no ID token")]
    Malformed,
    #[error("it is not signed as the provider's keys sign")]
    Algorithm,
    #[error("it names a key that the provider does not publish")]
    UnknownKey,
    #[error("its signature is not by the provider's key")]
    Signature,
    #[error("it is from somebody else")]
    Issuer,
    #[error("it is for somebody else")]
    Audience,
    #[error("it belongs to another attempt")]
    Nonce,
    #[error("it has expired")]
    Expired,
    #[error("it is from the future")]
    Future,
    #[error("it does not say that they have logged in for it")]
    NotAnew,
}

/// What it must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a str,
    pub(super) nonce: &'a str,
    /// In machine time.
    pub(super) now: Timestamp,
    /// When the login began, if they must have proved since then who they are.
    pub(super) anew_since: Option<Timestamp>,
}

/// What it says.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    iat: i64,
    nonce: Option<String>,
    auth_time: Option<i64>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// Whether it is for `client` alone, or for others too and the signer says who has asked for it.
    fn is(&self, client: &str, authorized: Option<&str>) -> bool {
        let all = match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        };
        let is_named = all.iter().any(|one| one == client);
        let is_alone = all.iter().all(|one| one == client);
        is_named && authorized.map_or(is_alone, |it| it == client)
    }
}

impl Claims {
    /// When they proved who they are; where the provider does not say, when it vouched for it.
    pub(super) fn authenticated_at(&self) -> Timestamp {
        Timestamp::from_second(self.auth_time.unwrap_or(self.iat)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// A claim that is a text, or a whole number, which is its digits.
    pub(super) fn text(&self, claim: &str) -> Option<String> {
        let value = self.others.get(claim)?;
        let digits = || value.as_u64().map(|number| number.to_string());
        value.as_str().map(ToOwned::to_owned).or_else(digits)
    }
}

/// The keys of a set (RFC 7517, 5); one that this release does not understand is passed over.
pub(super) fn keys(set: &[Value]) -> Vec<Jwk> {
    set.iter().filter_map(|key| Jwk::deserialize(key).ok()).collect()
}

/// What a token says, if it is to be believed.
pub(super) fn verify(
    token: &str,
    keys: &[Jwk],
    expected: &Expected<'_>,
) -> Result<Claims, Unproven> {
    let header = decode_header(token).map_err(|_| Unproven::Malformed)?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Unproven::Algorithm);
    }
    let key = key(keys, header.kid.as_deref()).ok_or(Unproven::UnknownKey)?;
    let signs = key.common.key_algorithm.map(|algorithm| algorithm.to_string().parse().ok());
    if signs.is_some_and(|algorithm| algorithm != Some(header.alg)) {
        return Err(Unproven::Algorithm);
    }
    let key = DecodingKey::from_jwk(key).map_err(|_| Unproven::UnknownKey)?;
    // What it says is judged below, by the clock that all services share.
    let mut validation = Validation::new(header.alg);
    (validation.validate_exp, validation.validate_aud) = (false, false);
    validation.required_spec_claims.clear();
    let claims = decode::<Claims>(token, &key, &validation).map_err(|error| {
        if matches!(error.kind(), ErrorKind::Json(_) | ErrorKind::Base64(_)) {
            Unproven::Malformed
        } else {
            Unproven::Signature
        }
    })?;
    judge(&claims.claims, expected)?;
    Ok(claims.claims)
}

/// The key of this id. A token may name none where there is one only.
fn key<'a>(keys: &'a [Jwk], id: Option<&str>) -> Option<&'a Jwk> {
    match (id, keys) {
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(id), _) => keys.iter().find(|key| key.common.key_id.as_deref() == Some(id)),
    }
}

fn judge(claims: &Claims, expected: &Expected<'_>) -> Result<(), Unproven> {
    let now = expected.now.as_second();
    if claims.iss != expected.issuer {
        return Err(Unproven::Issuer);
    }
    if !claims.aud.is(expected.client, claims.azp.as_deref()) {
        return Err(Unproven::Audience);
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(Unproven::Nonce);
    }
    if claims.exp.saturating_add(LEEWAY) <= now {
        return Err(Unproven::Expired);
    }
    if claims.iat > now.saturating_add(LEEWAY) {
        return Err(Unproven::Future);
    }
    if let Some(begun) = expected.anew_since {
        let proved = claims.auth_time.map(|proved| proved.saturating_add(LEEWAY));
        if proved.is_none_or(|proved| proved < begun.as_second()) {
            return Err(Unproven::NotAnew);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
