use std::{fmt, str::FromStr};

use ring::{
    aead::{AES_256_GCM, LessSafeKey, UnboundKey},
    digest, hkdf, hmac,
    rand::SecureRandom,
};

use crate::{DataKey, Error, WrappedKey, data};

/// Which master key it was: eight bytes that follow from it and do not lead back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// As it is stored beside what it wrapped.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<&[u8]> for KeyId {
    type Error = Error;

    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        bytes.try_into().map(Self).map_err(|_| Error::Altered)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An installation's master key, in its derived parts. Shown nowhere.
pub struct MasterKey {
    id: KeyId,
    wrap: LessSafeKey,
    index: hmac::Key,
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl FromStr for MasterKey {
    type Err = Error;

    /// 64 hexadecimal digits, white space around them ignored.
    fn from_str(text: &str) -> Result<Self, Error> {
        let digits = text.trim();
        if digits.len() != 64 || !digits.is_ascii() {
            return Err(Error::NotAKey);
        }
        let byte = |pair: &[u8]| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        };
        let bytes: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
        Self::derive(&bytes.ok_or(Error::NotAKey)?)
    }
}

impl MasterKey {
    fn derive(secret: &[u8]) -> Result<Self, Error> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"yizhan sealing v1").extract(secret);
        let part = |name: &'static [u8]| -> Result<[u8; 32], Error> {
            let mut bytes = [0; 32];
            let info = [name];
            let output = root.expand(&info, hkdf::HKDF_SHA256).map_err(|_| Error::NotAKey)?;
            output.fill(&mut bytes).map_err(|_| Error::NotAKey)?;
            Ok(bytes)
        };
        let name = digest::digest(&digest::SHA256, &part(b"name")?);
        let id = name.as_ref().first_chunk::<8>().copied().ok_or(Error::NotAKey)?;
        let wrap = UnboundKey::new(&AES_256_GCM, &part(b"wrap")?).map_err(|_| Error::NotAKey)?;
        let index = hmac::Key::new(hmac::HMAC_SHA256, &part(b"index")?);
        Ok(Self { id: KeyId(id), wrap: LessSafeKey::new(wrap), index })
    }

    /// Its name.
    pub fn id(&self) -> KeyId {
        self.id
    }

    fn index(&self, field: &str, value: &str) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.index);
        context.update(field.as_bytes());
        context.update(&[0]);
        context.update(value.as_bytes());
        context.sign().as_ref().to_vec()
    }
}

/// The master key in use, and others that open and find what was sealed with them.
///
/// Their order counts only for which one is in use, so that every replica can know a new key before
/// the first of them seals with it.
#[derive(Debug)]
pub struct Masters {
    current: MasterKey,
    older: Vec<MasterKey>,
}

impl FromStr for Masters {
    type Err = Error;

    /// One key a line, the one in use first. Empty lines are ignored.
    fn from_str(text: &str) -> Result<Self, Error> {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let mut keys = lines.map(MasterKey::from_str);
        let current = keys.next().ok_or(Error::NotAKey)??;
        Ok(Self { current, older: keys.collect::<Result<_, _>>()? })
    }
}

impl Masters {
    /// New keys are wrapped by `current`.
    pub fn new(current: MasterKey, older: Vec<MasterKey>) -> Self {
        Self { current, older }
    }

    /// A new data key for one owner, and what to store of it.
    pub fn new_key(
        &self,
        owner: [u8; 16],
        random: &dyn SecureRandom,
    ) -> Result<(DataKey, WrappedKey), Error> {
        let mut secret = [0; 32];
        random.fill(&mut secret).map_err(|_| Error::NoRandomness)?;
        let wrapped = data::seal(&self.current.wrap, &owner, &secret, random)?;
        Ok((DataKey::new(&secret)?, WrappedKey { by: self.current.id, wrapped }))
    }

    /// The data key of `owner`.
    pub fn open_key(&self, owner: [u8; 16], key: &WrappedKey) -> Result<DataKey, Error> {
        let master = self.all().find(|master| master.id == key.by);
        let master = master.ok_or(Error::UnknownMaster(key.by))?;
        DataKey::new(&data::open(&master.wrap, &owner, &key.wrapped)?)
    }

    /// These, unless one of those in use `before` is no longer among them.
    pub fn keep(self, before: &Self) -> Result<Self, Error> {
        let lost = before.all().find(|key| self.all().all(|kept| kept.id != key.id));
        match lost.map(MasterKey::id) {
            Some(lost) => Err(Error::LostMaster(lost)),
            None => Ok(self),
        }
    }

    /// What equal values of a field have in common: for an equality index and nothing else.
    ///
    /// The value is brought into one form first by the caller (digits of a phone, lower case of a
    /// mail). It is written with the key in use, and found by [`indexes`](Self::indexes).
    pub fn index(&self, field: &str, value: &str) -> Vec<u8> {
        self.current.index(field, value)
    }

    /// What an equal value may have been written with: one for each key, so that a rotation loses
    /// nobody.
    pub fn indexes(&self, field: &str, value: &str) -> Vec<Vec<u8>> {
        self.all().map(|key| key.index(field, value)).collect()
    }

    fn all(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.current).chain(&self.older)
    }
}
