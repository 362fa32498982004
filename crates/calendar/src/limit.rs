use std::{fmt, num::NonZeroU32, str::FromStr};

use serde::{Deserialize, Serialize};

/// Which time counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// Every second.
    #[serde(rename = "24x7")]
    RoundTheClock,
    /// The duty time of every day, holidays too.
    DutyTime,
    /// The working hours of working days.
    WorkingHours,
    /// Whole working days, each ending at its close of business.
    ///
    /// A day that has already opened does not count: "1 working day" asked at ten in the morning
    /// ends at the close of the next working day, so that nobody is promised less than he was told.
    WorkingDays,
}

impl Base {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::RoundTheClock, Self::DutyTime, Self::WorkingHours, Self::WorkingDays];

    /// Its word in documents and on the wire.
    pub const fn word(self) -> &'static str {
        match self {
            Self::RoundTheClock => "24x7",
            Self::DutyTime => "duty-time",
            Self::WorkingHours => "working-hours",
            Self::WorkingDays => "working-days",
        }
    }

    const fn counts(self) -> Counts {
        match self {
            Self::RoundTheClock | Self::DutyTime | Self::WorkingHours => Counts::Minutes,
            Self::WorkingDays => Counts::Days,
        }
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How much time of which base, such as `30min 24x7`, `4h working-hours` or `3d working-days`.
///
/// A limit without a figure, or of zero, does not exist. It is written as that text everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Limit {
    /// Minutes, or days where the base counts days.
    amount: NonZeroU32,
    base: Base,
}

/// What a figure in front of a base is a figure of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `min`
    Minutes,
    /// `h`
    Hours,
    /// `d`, of working days only
    Days,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Counts {
    Minutes,
    Days,
}

/// A text that is not a [`Limit`], with what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotLimit {
    /// No figure with a unit and a base.
    #[error(
        "`{0}` is not a limit: it must be a figure with a time base, such as `30min 24x7`, \
         `16h duty-time`, `4h working-hours` or `3d working-days`"
    )]
    Unreadable(String),
    /// The figure is 0 or beyond ten years.
    #[error("a limit must be from 1 minute to ten years")]
    OutOfRange,
    /// Days of 24x7, or hours of working days.
    #[error("`{0}` mixes unit and base: `d` goes with working-days, `h` and `min` with all others")]
    WrongUnit(String),
}

impl Limit {
    /// Ten years: what is longer is a slip of the pen, and no search could end.
    const MOST_MINUTES: u32 = 10 * 366 * 24 * 60;
    const MOST_DAYS: u32 = 10 * 366;

    /// `figure` times `unit` of `base`.
    pub fn new(figure: u32, unit: Unit, base: Base) -> Result<Self, NotLimit> {
        let (factor, most) = match (unit, base.counts()) {
            (Unit::Minutes, Counts::Minutes) => (1, Self::MOST_MINUTES),
            (Unit::Hours, Counts::Minutes) => (60, Self::MOST_MINUTES),
            (Unit::Days, Counts::Days) => (1, Self::MOST_DAYS),
            (Unit::Minutes | Unit::Hours, Counts::Days) | (Unit::Days, Counts::Minutes) => {
                return Err(NotLimit::WrongUnit(write(figure, unit, base)));
            }
        };
        figure
            .checked_mul(factor)
            .filter(|amount| *amount <= most)
            .and_then(NonZeroU32::new)
            .map(|amount| Self { amount, base })
            .ok_or(NotLimit::OutOfRange)
    }

    /// The time that counts for it.
    pub const fn base(self) -> Base {
        self.base
    }

    /// Minutes, or days where the base counts days.
    pub(crate) const fn amount(self) -> u32 {
        self.amount.get()
    }

    /// `n` of these in a row; `None` for none, or beyond ten years of counted time.
    pub fn times(self, n: u32) -> Option<Self> {
        let most = match self.base.counts() {
            Counts::Minutes => Self::MOST_MINUTES,
            Counts::Days => Self::MOST_DAYS,
        };
        let amount = self.amount().checked_mul(n).filter(|amount| *amount <= most)?;
        Some(Self { amount: NonZeroU32::new(amount)?, base: self.base })
    }
}

fn write(figure: u32, unit: Unit, base: Base) -> String {
    let unit = match unit {
        Unit::Minutes => "min",
        Unit::Hours => "h",
        Unit::Days => "d",
    };
    format!("{figure}{unit} {base}")
}

impl FromStr for Limit {
    type Err = NotLimit;

    fn from_str(text: &str) -> Result<Self, NotLimit> {
        let unreadable = || NotLimit::Unreadable(text.to_owned());
        let (amount, base) = text.split_once(' ').ok_or_else(unreadable)?;
        let base = Base::ALL.into_iter().find(|one| one.word() == base).ok_or_else(unreadable)?;
        let (figure, unit) = if let Some(figure) = amount.strip_suffix("min") {
            (figure, Unit::Minutes)
        } else if let Some(figure) = amount.strip_suffix('h') {
            (figure, Unit::Hours)
        } else if let Some(figure) = amount.strip_suffix('d') {
            (figure, Unit::Days)
        } else {
            return Err(unreadable());
        };
        if figure.is_empty() || !figure.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(unreadable());
        }
        Self::new(figure.parse().map_err(|_| NotLimit::OutOfRange)?, unit, base)
    }
}

impl TryFrom<String> for Limit {
    type Error = NotLimit;

    fn try_from(text: String) -> Result<Self, NotLimit> {
        text.parse()
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> Self {
        limit.to_string()
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.base.counts() {
            Counts::Days => write(self.amount(), Unit::Days, self.base),
            Counts::Minutes if self.amount().is_multiple_of(60) => {
                write(self.amount() / 60, Unit::Hours, self.base)
            }
            Counts::Minutes => write(self.amount(), Unit::Minutes, self.base),
        };
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_written_as_it_is_read() {
        for text in ["30min 24x7", "16h duty-time", "4h working-hours", "3d working-days"] {
            let limit: Limit = text.parse().unwrap();
            assert_eq!(limit.to_string(), text);
            assert_eq!(serde_json::to_string(&limit).unwrap(), format!("\"{text}\""));
        }
        assert_eq!("90min 24x7".parse::<Limit>().unwrap().to_string(), "90min 24x7");
        assert_eq!("120min 24x7".parse::<Limit>(), "2h 24x7".parse());
    }

    #[test]
    fn a_limit_without_a_figure_or_base_is_refused() {
        for text in
            ["soon", "24x7", "h 24x7", "3d", "-1h 24x7", "1.5h 24x7", "3d workdays", "1w 24x7"]
        {
            assert_eq!(text.parse::<Limit>(), Err(NotLimit::Unreadable(text.to_owned())));
        }
    }

    #[test]
    fn a_limit_of_nothing_or_of_more_than_ten_years_is_refused() {
        for text in ["0min 24x7", "0d working-days", "4000d working-days", "99999999999h 24x7"] {
            assert_eq!(text.parse::<Limit>(), Err(NotLimit::OutOfRange));
        }
    }

    #[test]
    fn days_are_working_days_and_nothing_else() {
        for text in ["1d 24x7", "1d working-hours", "8h working-days"] {
            assert_eq!(text.parse::<Limit>(), Err(NotLimit::WrongUnit(text.to_owned())));
        }
    }

    #[test]
    fn limits_in_a_row_add_up() {
        let limit: Limit = "4h duty-time".parse().unwrap();
        assert_eq!(limit.times(3), "12h duty-time".parse().ok());
        assert_eq!(limit.times(0), None);
        assert_eq!(limit.times(u32::MAX), None);
    }
}
