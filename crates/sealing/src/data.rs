use std::fmt::{self, Write as _};

use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
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

/// The bytes of a token: 160 bits, which nobody guesses.
const TOKEN: usize = 20;

/// An owner's key, in memory only.
pub struct DataKey {
    seal: LessSafeKey,
    token: hmac::Key,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey")
    }
}

impl DataKey {
    pub(crate) fn new(secret: &[u8]) -> Result<Self, Error> {
        let seal = UnboundKey::new(&AES_256_GCM, secret).map_err(|_| Error::Altered)?;
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"yizhan token v1").extract(secret);
        let mut token = [0; 32];
        let output = root.expand(&[b"token"], hkdf::HKDF_SHA256).map_err(|_| Error::Altered)?;
        output.fill(&mut token).map_err(|_| Error::Altered)?;
        let token = hmac::Key::new(hmac::HMAC_SHA256, &token);
        Ok(Self { seal: LessSafeKey::new(seal), token })
    }

    /// A secret of this place in 40 hexadecimal digits: always the same, so that only its hash needs
    /// to be stored, and as random as the key.
    pub fn token(&self, place: Place<'_>) -> String {
        let tag = hmac::sign(&self.token, &place.bound());
        tag.as_ref().iter().take(TOKEN).fold(String::new(), |mut text, byte| {
            // Writing to a text never fails.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Seals a text into a column.
    pub fn seal(
        &self,
        place: Place<'_>,
        text: &str,
        random: &dyn SecureRandom,
    ) -> Result<Vec<u8>, Error> {
        seal(&self.seal, &place.bound(), text.as_bytes(), random)
    }

    /// Opens what was sealed for the same place.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<String, Error> {
        let bytes = open(&self.seal, &place.bound(), sealed)?;
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
