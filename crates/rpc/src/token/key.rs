use std::fmt::{self, Write as _};

use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Serialize};

/// A key that verifies tokens: what the portal publishes and services keep in their store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    id: String,
    bytes: Vec<u8>,
}

/// Bytes that are no Ed25519 public key, or an id that is not the key's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 public key under its own id: {0}")]
pub struct InvalidPublicKey(&'static str);

impl PublicKey {
    /// The key of 32 bytes under its id.
    pub fn new(bytes: Vec<u8>) -> Result<Self, InvalidPublicKey> {
        if bytes.len() == ring::signature::ED25519_PUBLIC_KEY_LEN {
            Ok(Self { id: thumbprint(&bytes), bytes })
        } else {
            Err(InvalidPublicKey("it must have 32 bytes"))
        }
    }

    /// The same, checking that it came under its own id.
    pub fn under(id: &str, bytes: Vec<u8>) -> Result<Self, InvalidPublicKey> {
        let key = Self::new(bytes)?;
        if key.id == id { Ok(key) } else { Err(InvalidPublicKey("its id is another key's")) }
    }

    /// The `kid` of tokens signed with it: the first 16 hex digits of its SHA-256, so that it need
    /// not be agreed upon.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its 32 bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn decoding(&self) -> DecodingKey {
        DecodingKey::from_ed_der(&self.bytes)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

fn thumbprint(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().take(8).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
