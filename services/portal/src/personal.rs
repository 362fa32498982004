//! What is sealed of an account: who it is.

use std::fmt;

use clock::AccountId;
use ring::rand::SystemRandom;
use sealing::{Error, KeyId, Masters, Place, WrappedKey};

/// Who an account is. Never in a log, an event or a trace.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Personal {
    /// The name.
    pub(crate) name: String,
    /// Digits with an optional leading `+`.
    pub(crate) phone: Option<String>,
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal")
    }
}

/// The same as it is stored, with a key of its own.
#[derive(Debug, Clone)]
pub(crate) struct Sealed {
    pub(crate) key_id: Vec<u8>,
    pub(crate) wrapped: Vec<u8>,
    pub(crate) name: Vec<u8>,
    pub(crate) phone: Option<Vec<u8>>,
    pub(crate) phone_index: Option<Vec<u8>>,
}

const NAME: &str = "name";
const PHONE: &str = "phone";

impl Personal {
    /// Seals it with a new key.
    pub(crate) fn seal(&self, masters: &Masters, account: AccountId) -> Result<Sealed, Error> {
        let random = SystemRandom::new();
        let owner = account.uuid().into_bytes();
        let (key, WrappedKey { by, wrapped }) = masters.new_key(owner, &random)?;
        let seal = |field, text: &str| key.seal(Place { field, owner }, text, &random);
        let phone = self.phone.as_deref();
        Ok(Sealed {
            key_id: by.bytes().to_vec(),
            wrapped,
            name: seal(NAME, &self.name)?,
            phone: phone.map(|phone| seal(PHONE, phone)).transpose()?,
            phone_index: phone.map(|phone| masters.index(PHONE, phone)),
        })
    }
}

impl Sealed {
    /// Opens it.
    pub(crate) fn open(self, masters: &Masters, account: AccountId) -> Result<Personal, Error> {
        let owner = account.uuid().into_bytes();
        let by = KeyId::try_from(&self.key_id[..])?;
        let key = masters.open_key(owner, &WrappedKey { by, wrapped: self.wrapped })?;
        let open = |field, sealed: &[u8]| key.open(Place { field, owner }, sealed);
        Ok(Personal {
            name: open(NAME, &self.name)?,
            phone: self.phone.map(|phone| open(PHONE, &phone)).transpose()?,
        })
    }
}
