//! Instants in JSON: RFC 3339 with an offset, never without one.

use jiff::{Timestamp, civil::DateTime, fmt::temporal::Pieces};
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

/// The farthest that a place on earth is from UTC, either way.
const FARTHEST_SECONDS: u32 = 14 * 60 * 60;

/// Also as the command line shows one, with a blank before the offset: `2026-09-01 16:00:00 +08`.
fn parse(text: &str) -> Result<Timestamp, String> {
    let shown: String = text.chars().take(40).collect();
    let joined = match text.rsplit_once(' ') {
        Some((time, offset)) if offset.starts_with(['+', '-']) => format!("{time}{offset}"),
        Some(_) | None => text.to_owned(),
    };
    let text = joined.as_str();
    let offset = Pieces::parse(text).ok().and_then(|pieces| pieces.to_numeric_offset());
    if offset.is_some_and(|offset| offset.seconds().unsigned_abs() > FARTHEST_SECONDS) {
        return Err(format!("`{shown}` has an offset that no place has: at most +14:00 or -14:00"));
    }
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
    fn an_offset_that_no_place_has_is_a_slip() {
        for slip in ["2026-11-29T20:00:00+25:00", "2026-11-29T20:00:00-14:01"] {
            assert!(parse(slip).unwrap_err().contains("at most +14:00 or -14:00"), "{slip}");
        }
        for right in ["2026-11-29T20:00:00+14:00", "2026-11-29T20:00:00-12:00"] {
            assert!(parse(right).is_ok(), "{right}");
        }
    }

    #[test]
    fn what_the_command_line_shows_can_be_given_back() {
        for (shown, meant) in [
            ("2026-09-01 16:00:00 +08", "2026-09-01T08:00:00Z"),
            ("2026-09-01 16:00:00 +05:30", "2026-09-01T10:30:00Z"),
            ("2026-09-01 16:00:00 -04", "2026-09-01T20:00:00Z"),
            ("2026-09-01 16:00:00Z", "2026-09-01T16:00:00Z"),
        ] {
            assert_eq!(parse(shown), Ok(meant.parse().unwrap()), "{shown}");
        }
        assert!(parse("2026-09-01 16:00:00 +25").unwrap_err().contains("at most +14:00"));
        assert!(parse("2026-09-01 16:00:00").unwrap_err().contains("has no offset"));
    }

    #[test]
    fn any_offset_names_the_same_instant() {
        assert_eq!(parse("2026-09-01T08:00:00+08:00"), parse("2026-09-01T00:00:00Z"));
    }
}
