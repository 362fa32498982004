use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

const MINUTES_PER_DAY: u16 = 24 * 60;

/// A time of day to the minute, from `00:00` to `24:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(u16);

/// A text that is not a [`TimeOfDay`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time of day: it must read like `08:00`, from `00:00` to `24:00`")]
pub struct NotTimeOfDay(String);

impl TimeOfDay {
    /// When it is on `date` in `zone`; `24:00` is the next day's midnight.
    ///
    /// A time that daylight saving skips is taken an hour later, one that it doubles the first time.
    /// `None` beyond the years that can be represented.
    fn on(self, date: Date, zone: &TimeZone) -> Option<Timestamp> {
        let (date, time) = if self.0 == MINUTES_PER_DAY {
            (date.tomorrow().ok()?, Time::midnight())
        } else {
            let hour = i8::try_from(self.0 / 60).ok()?;
            let minute = i8::try_from(self.0 % 60).ok()?;
            (date, Time::new(hour, minute, 0, 0).ok()?)
        };
        zone.to_timestamp(date.to_datetime(time)).ok()
    }
}

impl FromStr for TimeOfDay {
    type Err = NotTimeOfDay;

    fn from_str(text: &str) -> Result<Self, NotTimeOfDay> {
        let number = |digits: &str| match digits.len() {
            2 if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse::<u16>().ok(),
            _ => None,
        };
        text.split_once(':')
            .and_then(|(hour, minute)| Some((number(hour)?, number(minute)?)))
            .filter(|(_, minute)| *minute < 60)
            .map(|(hour, minute)| hour * 60 + minute)
            .filter(|minutes| *minutes <= MINUTES_PER_DAY)
            .map(Self)
            .ok_or_else(|| NotTimeOfDay(text.to_owned()))
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// A stretch of one day, such as `08:00-12:00`: never empty, never past midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Interval {
    from: TimeOfDay,
    to: TimeOfDay,
}

/// A text that is not an [`Interval`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotInterval {
    /// It has another form.
    #[error("`{0}` is not an interval: it must read like `08:00-12:00`, up to `24:00`")]
    Unreadable(String),
    /// It is empty or runs backwards.
    #[error(
        "`{0}` ends before it starts; a night is two intervals, `22:00-24:00` and `00:00-06:00`"
    )]
    Backwards(String),
}

impl Interval {
    /// Whether some minute is in both.
    pub fn overlaps(self, other: Self) -> bool {
        self.from.max(other.from) < self.to.min(other.to)
    }

    /// When it begins and ends on `date`; `None` if daylight saving swallows it.
    pub fn on(self, date: Date, zone: &TimeZone) -> Option<Opening> {
        let opening = Opening { open: self.from.on(date, zone)?, close: self.to.on(date, zone)? };
        (opening.open < opening.close).then_some(opening)
    }
}

impl FromStr for Interval {
    type Err = NotInterval;

    fn from_str(text: &str) -> Result<Self, NotInterval> {
        let unreadable = || NotInterval::Unreadable(text.to_owned());
        let (from, to) = text.split_once('-').ok_or_else(unreadable)?;
        let from: TimeOfDay = from.parse().map_err(|_| unreadable())?;
        let to: TimeOfDay = to.parse().map_err(|_| unreadable())?;
        if from < to { Ok(Self { from, to }) } else { Err(NotInterval::Backwards(text.to_owned())) }
    }
}

impl TryFrom<String> for Interval {
    type Error = NotInterval;

    fn try_from(text: String) -> Result<Self, NotInterval> {
        text.parse()
    }
}

impl From<Interval> for String {
    fn from(interval: Interval) -> Self {
        interval.to_string()
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}

/// The intervals of one day: at least one, in order, none touching the next one's inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    first: Interval,
    later: Vec<Interval>,
}

/// Intervals that are not the hours of a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotHours {
    /// A day without time is a day of rest.
    #[error("there is no interval: a day without hours is a day of rest, by weekday or by notice")]
    Empty,
    /// Time would count twice.
    #[error("`{0}` and `{1}` overlap")]
    Overlap(Interval, Interval),
}

impl Hours {
    /// The hours made of `intervals`, given in any order.
    pub fn new(intervals: impl IntoIterator<Item = Interval>) -> Result<Self, NotHours> {
        let mut sorted: Vec<Interval> = intervals.into_iter().collect();
        sorted.sort_unstable();
        let mut pairs = sorted.iter().zip(sorted.iter().skip(1));
        if let Some((one, next)) = pairs.find(|(one, next)| next.from < one.to) {
            return Err(NotHours::Overlap(*one, *next));
        }
        let mut sorted = sorted.into_iter();
        let first = sorted.next().ok_or(NotHours::Empty)?;
        Ok(Self { first, later: sorted.collect() })
    }

    /// The intervals, earliest first.
    pub fn intervals(&self) -> impl Iterator<Item = Interval> {
        std::iter::once(self.first).chain(self.later.iter().copied())
    }

    /// The same as instants on `date`, earliest first.
    pub fn on(&self, date: Date, zone: &TimeZone) -> impl Iterator<Item = Opening> {
        self.intervals().filter_map(move |interval| interval.on(date, zone))
    }

    /// Whether `at` lies inside one of them, where it is kept; the end of an interval does not.
    pub(crate) fn contain(&self, at: Timestamp, date: Date, zone: &TimeZone) -> bool {
        self.on(date, zone).any(|opening| opening.open <= at && at < opening.close)
    }

    /// From the first opening of `date` to its close of business.
    pub(crate) fn whole(&self, date: Date, zone: &TimeZone) -> Option<Opening> {
        let last = self.later.last().unwrap_or(&self.first);
        Interval { from: self.first.from, to: last.to }.on(date, zone)
    }
}

/// An interval of one day as instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// Its first instant.
    pub open: Timestamp,
    /// Its last instant, which still belongs to it.
    pub close: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(text: &str) -> Interval {
        text.parse().unwrap()
    }

    #[test]
    fn hours_are_put_in_order_and_written_as_they_are_read() {
        let hours = Hours::new([interval("14:30-17:30"), interval("08:00-12:00")]).unwrap();
        let written: Vec<_> = hours.intervals().map(|one| one.to_string()).collect();
        assert_eq!(written, ["08:00-12:00", "14:30-17:30"]);
    }

    #[test]
    fn touching_intervals_are_hours_and_overlapping_ones_are_not() {
        assert!(Hours::new([interval("08:00-12:00"), interval("12:00-14:00")]).is_ok());
        let refusal = Hours::new([interval("11:59-14:00"), interval("08:00-12:00")]).unwrap_err();
        assert_eq!(refusal.to_string(), "`08:00-12:00` and `11:59-14:00` overlap");
        assert_eq!(Hours::new([]), Err(NotHours::Empty));
    }

    #[test]
    fn an_interval_that_ends_before_it_starts_is_refused() {
        for text in ["12:00-08:00", "08:00-08:00", "22:00-06:00"] {
            assert_eq!(text.parse::<Interval>(), Err(NotInterval::Backwards(text.to_owned())));
        }
    }

    #[test]
    fn times_that_no_clock_shows_are_refused() {
        for text in ["8:00-12:00", "08:60-12:00", "08:00-24:01", "08:00", "+8:00-12:00", "早-晚"]
        {
            assert_eq!(text.parse::<Interval>(), Err(NotInterval::Unreadable(text.to_owned())));
        }
        assert_eq!(interval("07:00-24:00").to_string(), "07:00-24:00");
    }

    #[test]
    fn an_interval_that_daylight_saving_turns_round_does_not_exist_that_day() {
        let berlin = crate::zone("Europe/Berlin").unwrap();
        let spring = jiff::civil::date(2026, 3, 29);
        assert_eq!(interval("02:30-03:00").on(spring, &berlin), None);
        assert!(interval("02:30-03:00").on(spring.tomorrow().unwrap(), &berlin).is_some());
    }
}
