use std::{fmt, str::FromStr};

use crate::text::shown;

/// The trace that an event belongs to, as W3C Trace Context spells it:
/// `00-<32 hex digits>-<16 hex digits>-<2 hex digits>`, lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Traceparent(Box<str>);

impl Traceparent {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Traceparent {
    type Err = NotATraceparent;

    fn from_str(text: &str) -> Result<Self, NotATraceparent> {
        let hex = |part: &str, digits: usize| {
            part.len() == digits
                && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        let set = |part: &str| part.bytes().any(|byte| byte != b'0');
        let mut parts = text.split('-');
        match (parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("00"), Some(trace), Some(span), Some(flags), None)
                if hex(trace, 32) && set(trace) && hex(span, 16) && set(span) && hex(flags, 2) =>
            {
                Ok(Self(text.into()))
            }
            _ => Err(NotATraceparent { text: shown(text) }),
        }
    }
}

/// A text that is not a `traceparent` of version 00.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a traceparent: it must be 00-<32 hex>-<16 hex>-<2 hex>")]
pub struct NotATraceparent {
    text: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trace_that_can_be_followed_is_one() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(good.parse::<Traceparent>().unwrap().as_str(), good);
        for wrong in [
            "",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        ] {
            assert!(wrong.parse::<Traceparent>().is_err(), "{wrong}");
        }
    }
}
