use std::{borrow::Cow, fmt, num::NonZeroU16, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::text::shown;

/// The number of a case as people say it, `2026-09-000123`: the month of recording, then a serial
/// number within it.
///
/// A month with more than 999,999 cases gets longer numbers; order by number is order by month and
/// serial.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseNumber {
    year: u16,
    month: u8,
    serial: u32,
}

impl CaseNumber {
    /// The `serial`th number of a month, or `None` if that cannot be: a year of four digits, a
    /// month from 1 to 12, a serial from 1.
    pub const fn new(year: u16, month: u8, serial: u32) -> Option<Self> {
        let possible = year >= 1000 && year <= 9999 && month >= 1 && month <= 12 && serial >= 1;
        if possible { Some(Self { year, month, serial }) } else { None }
    }

    /// The year of recording.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month of recording, from 1.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The serial number within the month, from 1.
    pub const fn serial(self) -> u32 {
        self.serial
    }
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:06}", self.year, self.month, self.serial)
    }
}

impl fmt::Debug for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CaseNumber {
    type Err = NotACaseNumber;

    fn from_str(text: &str) -> Result<Self, NotACaseNumber> {
        let parts = || {
            let (year, rest) = text.split_once('-')?;
            let (month, serial) = rest.split_once('-')?;
            Self::new(year.parse().ok()?, month.parse().ok()?, serial.parse().ok()?)
        };
        // One number has one spelling: `2026-9-123` is refused.
        parts()
            .filter(|number| number.to_string() == text)
            .ok_or_else(|| NotACaseNumber { text: shown(text) })
    }
}

on_the_wire_as_text!(CaseNumber, "^[0-9]{4}-[0-9]{2}-[0-9]{6,10}$");

/// A text that is not a case number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a case number: it must be like 2026-09-000123")]
pub struct NotACaseNumber {
    text: String,
}

/// Which time round: 1, and 1 more for each reopening.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[schemars(inline)]
#[serde(transparent)]
pub struct Cycle(NonZeroU16);

impl Cycle {
    /// The cycle in which a case is accepted.
    pub const FIRST: Self = Self(NonZeroU16::MIN);

    /// The cycle of this number, which counts from 1.
    pub const fn new(number: u16) -> Option<Self> {
        match NonZeroU16::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Its number, from 1.
    pub const fn get(self) -> u16 {
        self.0.get()
    }

    /// The one after it; the 65,535th is its own successor.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of one state of all definitions: 1, 2, 3 ...
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[schemars(inline)]
#[serde(transparent)]
pub struct Revision(pub u32);

impl Revision {
    /// Before the first definitions: known to every service.
    pub const NONE: Self = Self(0);

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A mark given in a callback, from 1 (bad) to 5 (good).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Score(u8);

impl Score {
    /// The mark.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Score {
    type Error = OutOfScale;

    fn try_from(mark: u8) -> Result<Self, OutOfScale> {
        if (1..=5).contains(&mark) { Ok(Self(mark)) } else { Err(OutOfScale { mark }) }
    }
}

impl From<Score> for u8 {
    fn from(score: Score) -> Self {
        score.0
    }
}

impl JsonSchema for Score {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Score".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": 5 })
    }
}

/// A mark that is not on the scale.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{mark} is not a score: it must be from 1 to 5")]
pub struct OutOfScale {
    mark: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_number_has_one_spelling() {
        let number: CaseNumber = "2026-09-000123".parse().unwrap();
        assert_eq!(number, CaseNumber::new(2026, 9, 123).unwrap());
        assert_eq!(number.to_string(), "2026-09-000123");
        for wrong in ["2026-9-123", "2026-13-000001", "2026-09-000000", "2026-09", "+026-09-000001"]
        {
            assert!(wrong.parse::<CaseNumber>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_month_of_more_than_a_million_cases_still_has_numbers_in_order() {
        let last: CaseNumber = "2026-09-999999".parse().unwrap();
        let next: CaseNumber = "2026-09-1000000".parse().unwrap();
        assert!(last < next);
    }

    #[test]
    fn cycles_count_from_one() {
        assert_eq!(Cycle::FIRST.next().get(), 2);
        assert!(serde_json::from_str::<Cycle>("0").is_err());
        assert_eq!(serde_json::to_string(&Cycle::FIRST).unwrap(), "1");
    }

    #[test]
    fn a_score_is_on_the_scale() {
        assert!(serde_json::from_str::<Score>("5").is_ok());
        let refusal = serde_json::from_str::<Score>("6").unwrap_err();
        assert!(refusal.to_string().starts_with("6 is not a score"), "{refusal}");
    }
}
