use std::{fmt, str::FromStr};

use events::Source;
use jiff::Timestamp;
use ring::digest::{Context, SHA256};
use serde_json::Value;
use uuid::Uuid;

/// SHA-256.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hash([u8; 32]);

/// Bytes or digits that are no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash has 32 bytes, in 64 hexadecimal digits")]
pub struct NotAHash;

impl Hash {
    /// Its bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl TryFrom<&[u8]> for Hash {
    type Error = NotAHash;

    fn try_from(bytes: &[u8]) -> Result<Self, NotAHash> {
        bytes.try_into().map(Self).map_err(|_| NotAHash)
    }
}

impl FromStr for Hash {
    type Err = NotAHash;

    fn from_str(digits: &str) -> Result<Self, NotAHash> {
        let mut hash = [0; 32];
        if digits.len() != 2 * hash.len() || !digits.is_ascii() {
            return Err(NotAHash);
        }
        for (byte, pair) in hash.iter_mut().zip(digits.as_bytes().chunks(2)) {
            let digit = |digit: &u8| char::from(*digit).to_digit(16).ok_or(NotAHash);
            let [high, low] = pair else { return Err(NotAHash) };
            *byte = u8::try_from(16 * digit(high)? + digit(low)?).map_err(|_| NotAHash)?;
        }
        Ok(Self(hash))
    }
}

/// In hexadecimal digits.
impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An audit row, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its own sequence, which may have gaps.
    pub seq: u64,
    /// When, in the service's time, to the microsecond.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// What, as a stable word.
    pub action: String,
    /// The aggregate concerned, if it was one.
    pub key: Option<Uuid>,
    /// Codes and ids that say more.
    pub detail: Value,
}

/// A place in the chain, and what everything up to it hashes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// From 1 without gaps; 0 before the first row.
    pub place: u64,
    /// The hash of its row and of the link before.
    pub hash: Hash,
}

impl Link {
    /// What the first link follows: whose chain it is, so that another's does not pass for it.
    pub fn origin(source: &Source) -> Self {
        let mut content = Content::new();
        content.text("yizhan audit 1");
        content.text(&source.to_string());
        Self { place: 0, hash: content.hash() }
    }

    /// The link of `row` behind this one.
    #[must_use]
    pub fn next(&self, row: &Row) -> Self {
        let place = self.place + 1;
        let Row { seq, at, actor, action, key, detail } = row;
        let mut content = Content::new();
        content.bytes(&self.hash.0);
        content.bytes(&place.to_be_bytes());
        content.bytes(&seq.to_be_bytes());
        content.bytes(&at.as_microsecond().to_be_bytes());
        content.text(actor);
        content.text(action);
        content.bytes(key.as_ref().map_or(&[], |key| &key.as_bytes()[..]));
        // Its keys are sorted, in whichever order the store gives them.
        content.text(&detail.to_string());
        Self { place, hash: content.hash() }
    }
}

/// What is hashed: fields with their lengths before them, so that none runs into the next.
struct Content(Context);

impl Content {
    fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn hash(self) -> Hash {
        let digest = self.0.finish();
        let mut hash = [0; 32];
        hash.copy_from_slice(digest.as_ref());
        Hash(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = Content::new().hash();
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for wrong in ["", "e3b0", &"g".repeat(64), &"+1".repeat(32)] {
            assert_eq!(wrong.parse::<Hash>(), Err(NotAHash), "{wrong}");
        }
    }
}
