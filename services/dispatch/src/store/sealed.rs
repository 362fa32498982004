use delivery::Fault;
use ring::rand::SystemRandom;
use sealing::{KeyId, Masters, Place, WrappedKey};

/// Words of a person, with a key of their own.
#[derive(Debug)]
pub(super) struct Sealed {
    /// The master key that wrapped the key.
    pub(super) key_id: Vec<u8>,
    pub(super) wrapped: Vec<u8>,
    pub(super) words: Vec<u8>,
}

impl Sealed {
    pub(super) fn seal(masters: &Masters, place: Place<'_>, words: &str) -> Result<Self, Fault> {
        let random = SystemRandom::new();
        let (key, WrappedKey { by, wrapped }) =
            masters.new_key(place.owner, &random).map_err(Fault::own)?;
        let words = key.seal(place, words, &random).map_err(Fault::own)?;
        Ok(Self { key_id: by.bytes().to_vec(), wrapped, words })
    }

    pub(super) fn open(self, masters: &Masters, place: Place<'_>) -> Result<String, Fault> {
        let by = KeyId::try_from(&self.key_id[..]).map_err(Fault::own)?;
        let wrapped = WrappedKey { by, wrapped: self.wrapped };
        let key = masters.open_key(place.owner, &wrapped).map_err(Fault::own)?;
        key.open(place, &self.words).map_err(Fault::own)
    }
}
