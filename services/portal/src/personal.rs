//! What is sealed of an account: who it is.

use std::fmt;

use clock::AccountId;
use events::words::PlaceId;
use ring::rand::SystemRandom;
use sealing::{Error, KeyId, Masters, Place, WrappedKey};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Who an account is. Never in a log, an event or a trace.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Personal {
    /// The name.
    pub(crate) name: String,
    /// Digits with an optional leading `+`.
    pub(crate) phone: Option<String>,
    pub(crate) more: More,
}

/// What else is known of them; what a later release knows besides is left out.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct More {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mail: Option<String>,
    /// Student or staff number, or the admission number of who has none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<String>,
    /// Where they live: a room or a bed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) home: Option<PlaceId>,
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
    pub(crate) more: Option<Vec<u8>>,
}

const NAME: &str = "name";
const PHONE: &str = "phone";
const MORE: &str = "more";

impl Personal {
    /// Seals it with a new key.
    pub(crate) fn seal(&self, masters: &Masters, account: AccountId) -> Result<Sealed, Error> {
        let random = SystemRandom::new();
        let owner = account.uuid().into_bytes();
        let (key, WrappedKey { by, wrapped }) = masters.new_key(owner, &random)?;
        let seal = |field, text: &str| key.seal(Place { field, owner }, text, &random);
        let phone = self.phone.as_deref();
        let more = Some(&self.more).filter(|more| **more != More::default());
        let more = more.map(|more| json!(more).to_string());
        Ok(Sealed {
            key_id: by.bytes().to_vec(),
            wrapped,
            name: seal(NAME, &self.name)?,
            phone: phone.map(|phone| seal(PHONE, phone)).transpose()?,
            phone_index: phone.map(|phone| masters.index(PHONE, phone)),
            more: more.map(|more| seal(MORE, &more)).transpose()?,
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
        let more = self.more.map(|more| open(MORE, &more)).transpose()?;
        Ok(Personal {
            name: open(NAME, &self.name)?,
            phone: self.phone.map(|phone| open(PHONE, &phone)).transpose()?,
            more: more.and_then(|more| serde_json::from_str(&more).ok()).unwrap_or_default(),
        })
    }
}
