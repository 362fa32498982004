//! Instants in JSON: RFC 3339 with an offset, never without one.

use jiff::{Timestamp, civil::DateTime};
use serde::{Deserialize, Deserializer, de};

/// Reads an instant, or says how to write it.
pub(super) fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).map_err(de::Error::custom)
}

/// The same for a field that may be left out.
pub(super) fn optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| parse(&text)).transpose().map_err(de::Error::custom)
}

fn parse(text: &str) -> Result<Timestamp, String> {
    let shown: String = text.chars().take(40).collect();
    text.parse().map_err(|_| {
        if text.parse::<DateTime>().is_ok() {
            format!("`{shown}` has no offset from UTC: write `{shown}+08:00`, or end it with `Z`")
        } else {
            format!("`{shown}` is no time: write it like 2026-09-01T08:00:00+08:00")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_an_offset_is_refused_with_the_offset_to_add() {
        assert_eq!(
            parse("2026-09-01T08:00:00").unwrap_err(),
            "`2026-09-01T08:00:00` has no offset from UTC: write `2026-09-01T08:00:00+08:00`, or \
             end it with `Z`"
        );
        assert!(parse("tomorrow").unwrap_err().starts_with("`tomorrow` is no time"));
    }

    #[test]
    fn any_offset_names_the_same_instant() {
        assert_eq!(parse("2026-09-01T08:00:00+08:00"), parse("2026-09-01T00:00:00Z"));
    }
}
