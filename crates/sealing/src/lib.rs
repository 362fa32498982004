//! Sealed columns: personal data at rest.
//!
//! A dump of the database tells nobody's name, phone or words. An equal phone is still found, by a
//! keyed index. And a person is erased by destroying one small row: all that was sealed with it stays
//! where it is and never opens again.
//!
//! ```text
//!  master key (file, 0600) ──HKDF──> wrapping key ──AES-256-GCM──> person_key(wrapped, key_id)
//!                           └─HKDF──> index key                         │ unwrapped in memory
//!                                        │                              v
//!                                        │ HMAC-SHA256              DataKey ──AES-256-GCM──> sealed
//!                                        v                                          bytea columns
//!                                  index bytea (equality only)
//! ```
//!
//! Each sealed value is bound to its owner and field, so that it can't be moved to another row or
//! column. An owner's key also gives tokens, secrets that need not be stored. What is erased cannot be opened again, and its index is deleted with its row.

mod data;
mod master;
mod words;

pub use data::{DataKey, WrappedKey};
pub use master::{KeyId, MasterKey, Masters};
pub use words::Sealed;

/// What is sealed, and for whom: bound to the value, not stored with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The column, such as `phone`.
    pub field: &'a str,
    /// Whose it is: the sixteen bytes of the owner's id.
    pub owner: [u8; 16],
}

impl Place<'_> {
    fn bound(&self) -> Vec<u8> {
        [self.field.as_bytes(), &[0], &self.owner].concat()
    }
}

/// Why something could not be sealed or opened. Never says what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text of a master key is not one.
    #[error(
        "a master key must be 64 hexadecimal digits (32 bytes), each on a line of its own; make one \
         with `openssl rand -hex 32`"
    )]
    NotAKey,
    /// The master key that wrapped this is not among those given.
    #[error("the master key {0} is not in the file of master keys: put its line back")]
    UnknownMaster(KeyId),
    /// New master keys without one that is in use.
    #[error(
        "the master key {0}, which is in use, is missing: put its line back, or nothing that it \
         sealed is readable again"
    )]
    LostMaster(KeyId),
    /// Changed, moved, of another owner, or sealed with another key.
    #[error("a sealed value does not open: it was changed or belongs elsewhere")]
    Altered,
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
}

#[cfg(test)]
mod tests;
