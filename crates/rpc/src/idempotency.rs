use std::{fmt, str::FromStr};

use crate::{Code, Error};

/// Metadata and HTTP header alike.
pub(crate) const HEADER: &str = "idempotency-key";

/// Names one intention of a caller, so that a command sent again is done once.
///
/// 1 to 128 visible ASCII characters; a UUID is the usual choice. It counts within (principal,
/// method) for 7 days.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text that cannot be an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key is 1 to 128 visible ASCII characters, such as a UUID")]
pub struct InvalidKey;

impl FromStr for IdempotencyKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, InvalidKey> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if visible && (1..=128).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidKey)
        }
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key of a command; without one, or with a wrong one, it is refused as an invalid argument by
/// `idempotency-key-missing` or `idempotency-key-malformed`.
pub fn idempotency_key<M>(request: &tonic::Request<M>) -> Result<IdempotencyKey, Error> {
    let Some(value) = request.metadata().get(HEADER) else {
        return Err(Error::new(
            Code::InvalidArgument,
            "idempotency-key-missing",
            "a command needs an Idempotency-Key",
        ));
    };
    value.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(|| {
        Error::new(Code::InvalidArgument, "idempotency-key-malformed", InvalidKey.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_key(key: &'static str) -> tonic::Request<()> {
        let mut request = tonic::Request::new(());
        request.metadata_mut().insert(HEADER, key.parse().unwrap());
        request
    }

    #[test]
    fn a_command_without_a_key_and_one_with_a_wrong_key_are_refused_differently() {
        let refused = |request| idempotency_key(&request).unwrap_err().reason().to_owned();
        assert_eq!(refused(tonic::Request::new(())), "idempotency-key-missing");
        assert_eq!(refused(with_key("two words")), "idempotency-key-malformed");
        assert_eq!(refused(with_key("")), "idempotency-key-malformed");
    }

    #[test]
    fn a_key_is_what_the_caller_sent() {
        assert_eq!(idempotency_key(&with_key("0190a5b2-7")).unwrap().as_str(), "0190a5b2-7");
        assert!("x".repeat(129).parse::<IdempotencyKey>().is_err());
    }
}
