use std::fmt;

use authz::Subject;
use clock::Clock;
use events::words::Installation;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject as _};

use super::{PublicKey, claims::Claims};
use crate::Error;

/// Mints tokens; only the portal has one.
pub struct TokenSigner {
    installation: Installation,
    clock: Clock,
    secret: EncodingKey,
    key: PublicKey,
}

/// A file that holds no Ed25519 private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 private key in PKCS#8, as DER or PEM")]
pub struct InvalidSigningKey;

/// A new private key in PKCS#8 DER, for a first start.
pub fn generate_key() -> Result<Vec<u8>, InvalidSigningKey> {
    let random = ring::rand::SystemRandom::new();
    let pkcs8 = Ed25519KeyPair::generate_pkcs8(&random).map_err(|_| InvalidSigningKey)?;
    Ok(pkcs8.as_ref().to_vec())
}

impl TokenSigner {
    /// Signs for `installation` with a private key in PKCS#8, as DER or PEM.
    pub fn new(
        installation: Installation,
        clock: Clock,
        pkcs8: &[u8],
    ) -> Result<Self, InvalidSigningKey> {
        let pem = PrivatePkcs8KeyDer::from_pem_slice(pkcs8);
        let der = pem.as_ref().map_or(pkcs8, |key| key.secret_pkcs8_der());
        let pair =
            Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| InvalidSigningKey)?;
        let public = pair.public_key().as_ref().to_vec();
        let key = PublicKey::new(public).map_err(|_| InvalidSigningKey)?;
        Ok(Self { installation, clock, secret: EncodingKey::from_ed_der(der), key })
    }

    /// The key that verifies what this one signs.
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// A token for `subject`, who last proved who they are at `authenticated_at`.
    ///
    /// Errors: internal, also for a subject without an account.
    pub fn sign(&self, subject: &Subject, authenticated_at: Timestamp) -> Result<String, Error> {
        let account = subject
            .principal
            .account()
            .ok_or_else(|| Error::internal("a token is for an account, never for a service"))?;
        let now = self.clock.machine();
        let claims = Claims::new(&self.installation, account, subject, authenticated_at, now);
        let header =
            Header { kid: Some(self.key.id().to_owned()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &self.secret).map_err(Error::internal)
    }
}

/// Without the secret.
impl fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSigner")
            .field("installation", &self.installation)
            .field("key", &self.key.id())
            .finish_non_exhaustive()
    }
}
