use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use authz::Subject;
use clock::Clock;
use events::words::Installation;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use tokio::sync::Mutex;

use super::{
    PublicKey,
    claims::{Claims, issuer},
};
use crate::{Code, Error};

/// Fetches the portal's keys of now.
pub type FetchKeys =
    Arc<dyn Fn() -> BoxFuture<'static, Result<Vec<PublicKey>, Error>> + Send + Sync>;

/// Bad tokens with made-up key ids must not become a flood of questions to the portal.
const FETCH_AT_MOST_EACH: SignedDuration = SignedDuration::from_secs(5);

/// Verifies tokens with the keys that it has, and asks for others when a token names one that it
/// does not.
pub struct TokenVerifier {
    installation: Installation,
    clock: Clock,
    keys: RwLock<Arc<BTreeMap<String, DecodingKey>>>,
    fetch: Option<FetchKeys>,
    fetched_at: Mutex<Option<Timestamp>>,
}

/// Who a good token speaks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Who asks.
    pub subject: Subject,
    /// When they last proved who they are, in machine time.
    pub authenticated_at: Timestamp,
}

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is none.
    #[error("a token is needed")]
    Missing,
    /// It is not a token of this kind.
    #[error("the token is malformed")]
    Malformed,
    /// It is good, and for another installation.
    #[error("the token is for another installation")]
    OtherInstallation,
    /// It was signed with a key that the portal does not publish.
    #[error("the token was signed with an unknown key")]
    UnknownKey,
    /// It was not signed with the key that it names.
    #[error("the token's signature is wrong")]
    WrongSignature,
    /// Its 60 s are over.
    #[error("the token has expired")]
    Expired,
}

impl Refusal {
    /// The stable reason on the wire.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Missing => "token-missing",
            Self::Malformed => "token-malformed",
            Self::OtherInstallation => "token-for-another-installation",
            Self::UnknownKey => "token-key-unknown",
            Self::WrongSignature => "token-signature-wrong",
            Self::Expired => "token-expired",
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::new(Code::Unauthenticated, refusal.reason(), refusal.to_string())
    }
}

impl TokenVerifier {
    /// A verifier that has no key yet.
    pub fn new(installation: Installation, clock: Clock) -> Self {
        Self {
            installation,
            clock,
            keys: RwLock::default(),
            fetch: None,
            fetched_at: Mutex::new(None),
        }
    }

    /// Asks `fetch` for the keys when a token names one that is not known, at most each 5 s.
    #[must_use]
    pub fn fetching(self, fetch: FetchKeys) -> Self {
        Self { fetch: Some(fetch), ..self }
    }

    /// From now on these keys count, and no others.
    pub fn replace_keys<'a>(&self, keys: impl IntoIterator<Item = &'a PublicKey>) {
        let keys = keys.into_iter().map(|key| (key.id().to_owned(), key.decoding())).collect();
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
    }

    /// Who the token speaks for.
    ///
    /// Nothing that it says is believed before its signature was verified, except where believing
    /// it can only lead to a refusal.
    pub async fn verify(&self, token: &str) -> Result<Verified, Refusal> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Refusal::Malformed)?;
        if header.alg != Algorithm::EdDSA {
            return Err(Refusal::Malformed);
        }
        if read(token, None)?.aud != self.installation.as_str() {
            return Err(Refusal::OtherInstallation);
        }
        let id = header.kid.ok_or(Refusal::Malformed)?;
        let keys = self.keys_with(&id).await;
        let claims = read(token, Some(keys.get(&id).ok_or(Refusal::UnknownKey)?))?;
        if claims.iss != issuer(&self.installation) {
            return Err(Refusal::Malformed);
        }
        if claims.exp <= self.clock.machine().as_second() {
            return Err(Refusal::Expired);
        }
        Ok(Verified { authenticated_at: claims.authenticated_at(), subject: claims.into_subject() })
    }

    fn keys(&self) -> Arc<BTreeMap<String, DecodingKey>> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The keys, fetched anew if that may bring the one with this id.
    async fn keys_with(&self, id: &str) -> Arc<BTreeMap<String, DecodingKey>> {
        let keys = self.keys();
        let Some(fetch) = &self.fetch else { return keys };
        if keys.contains_key(id) {
            return keys;
        }
        // Whoever waits here finds what the one before them fetched.
        let mut fetched_at = self.fetched_at.lock().await;
        let now = self.clock.machine();
        let long_ago = fetched_at.is_none_or(|at| now.duration_since(at) >= FETCH_AT_MOST_EACH);
        if long_ago && !self.keys().contains_key(id) {
            *fetched_at = Some(now);
            match fetch().await {
                Ok(fetched) => self.replace_keys(&fetched),
                Err(error) => {
                    tracing::warn!(%error, "the portal's token keys could not be fetched");
                }
            }
        }
        self.keys()
    }
}

/// The claims, verified with `key` if there is one.
fn read(token: &str, key: Option<&DecodingKey>) -> Result<Claims, Refusal> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    // Ours to check: by the machine's clock and each with its own refusal.
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let unverified = DecodingKey::from_secret(&[]);
    if key.is_none() {
        validation.insecure_disable_signature_validation();
    }
    jsonwebtoken::decode(token, key.unwrap_or(&unverified), &validation)
        .map(|data| data.claims)
        .map_err(|error| {
            if matches!(error.kind(), jsonwebtoken::errors::ErrorKind::InvalidSignature) {
                Refusal::WrongSignature
            } else {
                Refusal::Malformed
            }
        })
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVerifier")
            .field("installation", &self.installation)
            .field("keys", &self.keys().keys())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
