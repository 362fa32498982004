use std::fmt;

use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::SecureRandom,
};

use crate::{Error, KeyId, Place};

/// An owner's key as it is stored: without it, nothing of the owner's opens again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// The master key that wrapped it.
    pub by: KeyId,
    /// Nonce, key and tag.
    pub wrapped: Vec<u8>,
}

/// An owner's key, in memory only.
pub struct DataKey(LessSafeKey);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}

impl DataKey {
    pub(crate) fn new(secret: &[u8]) -> Result<Self, Error> {
        let key = UnboundKey::new(&AES_256_GCM, secret).map_err(|_| Error::Altered)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Seals a text into a column.
    pub fn seal(
        &self,
        place: Place<'_>,
        text: &str,
        random: &dyn SecureRandom,
    ) -> Result<Vec<u8>, Error> {
        seal(&self.0, &place.bound(), text.as_bytes(), random)
    }

    /// Opens what was sealed for the same place.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<String, Error> {
        let bytes = open(&self.0, &place.bound(), sealed)?;
        String::from_utf8(bytes).map_err(|_| Error::Altered)
    }
}

/// `nonce || ciphertext || tag`, with a random nonce: far below 2^32 values per key.
pub(crate) fn seal(
    key: &LessSafeKey,
    bound: &[u8],
    content: &[u8],
    random: &dyn SecureRandom,
) -> Result<Vec<u8>, Error> {
    let mut nonce = [0; NONCE_LEN];
    random.fill(&mut nonce).map_err(|_| Error::NoRandomness)?;
    let mut sealed = content.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(bound),
        &mut sealed,
    )
    .map_err(|_| Error::Altered)?;
    Ok([&nonce[..], &sealed].concat())
}

pub(crate) fn open(key: &LessSafeKey, bound: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let (nonce, content) = sealed.split_first_chunk::<NONCE_LEN>().ok_or(Error::Altered)?;
    let mut content = content.to_vec();
    let opened = key
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(bound), &mut content)
        .map_err(|_| Error::Altered)?;
    Ok(opened.to_vec())
}
