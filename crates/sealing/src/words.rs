use ring::rand::SecureRandom;

use crate::{Error, KeyId, Masters, Place, WrappedKey};

/// Words with a key of their own, as a row keeps them: erased with the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The key.
    pub key: WrappedKey,
    /// The words.
    pub words: Vec<u8>,
}

impl Sealed {
    /// Seals words under a new key.
    pub fn seal(
        masters: &Masters,
        place: Place<'_>,
        words: &str,
        random: &dyn SecureRandom,
    ) -> Result<Self, Error> {
        let (key, wrapped) = masters.new_key(place.owner, random)?;
        Ok(Self { words: key.seal(place, words, random)?, key: wrapped })
    }

    /// The columns of a row.
    pub fn of_row(key_id: &[u8], wrapped: Vec<u8>, words: Vec<u8>) -> Result<Self, Error> {
        Ok(Self { key: WrappedKey { by: KeyId::try_from(key_id)?, wrapped }, words })
    }

    /// Opens what was sealed for the same place.
    pub fn open(&self, masters: &Masters, place: Place<'_>) -> Result<String, Error> {
        masters.open_key(place.owner, &self.key)?.open(place, &self.words)
    }
}
