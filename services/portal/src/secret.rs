//! Bearer tokens that are random, shown once and stored as their hash.

use std::fmt::Write as _;

use ring::{
    digest,
    rand::{SecureRandom, SystemRandom},
};
use rpc::Error;

/// What a token stands for, which its first letters tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A login.
    Session,
    /// A service account.
    ApiKey,
    /// A login that the command line has not come for yet.
    LoginCode,
}

const KINDS: [Kind; 3] = [Kind::Session, Kind::ApiKey, Kind::LoginCode];

impl Kind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "yzs_",
            Self::ApiKey => "yzk_",
            Self::LoginCode => "yzl_",
        }
    }
}

/// SHA-256 of a token. A token has 256 random bits, so no slower hash is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hash([u8; 32]);

impl Hash {
    /// As it is stored.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn of(token: &str) -> Self {
        Self(sha256(token.as_bytes()))
    }
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    let digest = digest::digest(&digest::SHA256, bytes);
    hash.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    hash
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A new token and its hash: `yzs_`, `yzk_` or `yzl_` and 64 hexadecimal digits.
pub(crate) fn random(kind: Kind) -> Result<(String, Hash), Error> {
    let mut bytes = [0; 32];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::internal("no random bytes"))?;
    let token = format!("{}{}", kind.prefix(), hex(&bytes));
    let hash = Hash::of(&token);
    Ok((token, hash))
}

/// What a bearer's token stands for, and the hash to look it up by; nothing if it is none of ours.
pub(crate) fn read(token: &str) -> Option<(Kind, Hash)> {
    let kind = KINDS.into_iter().find(|kind| token.starts_with(kind.prefix()))?;
    Some((kind, Hash::of(token)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_again_by_its_hash_and_tells_what_it_stands_for() {
        for kind in KINDS {
            let (token, hash) = random(kind).unwrap();
            assert_eq!(read(&token), Some((kind, hash)));
            assert_eq!(token.len(), 68);
            assert!(!hex(hash.bytes()).contains(&token[4..]));
        }
    }

    #[test]
    fn a_text_that_is_no_token_of_ours_stands_for_nothing() {
        for text in ["", "yz", "eyJhbGciOiJFZERTQSJ9.e30.x"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
