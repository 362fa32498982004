use std::{fmt, str::FromStr};

use calendar::{Calendar, Dates, Interval};
use clock::AccountId;
use definitions::Rules;
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Weekday},
};
use serde::{Deserialize, Serialize};

use super::{REACHES_BACK, Rejected, Roster, Term};

/// The seconds of a week.
const WEEK: i64 = 7 * 24 * 3_600;

/// For how many weeks others are told of classes: so many that those of the next 14 days are in it even
/// before they are told of the next ones.
const WEEKS_TOLD: i64 = 3;

/// A class (课) that an assistant is in once a week, but on a day of rest by notice.
///
/// Stored as JSON; a later release adds only optional fields, so that this one reads its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// From which day to which; it need not begin or end on the first or the last.
    pub dates: Dates,
    /// On which day of the week.
    pub day: Day,
    /// When on each.
    pub hours: Interval,
}

/// A day of the week, such as `monday`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(Weekday);

const DAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// A text that is not a [`Day`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no weekday: it must be one of monday, tuesday, wednesday, thursday, friday, saturday, \
     sunday"
)]
pub struct NotDay(String);

impl FromStr for Day {
    type Err = NotDay;

    fn from_str(text: &str) -> Result<Self, NotDay> {
        let named = DAYS.into_iter().find(|(name, _)| *name == text);
        named.map(|(_, day)| Self(day)).ok_or_else(|| NotDay(text.to_owned()))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = DAYS.into_iter().find(|(_, day)| *day == self.0);
        named.map_or(Ok(()), |(name, _)| f.write_str(name))
    }
}

impl TryFrom<String> for Day {
    type Error = NotDay;

    fn try_from(text: String) -> Result<Self, NotDay> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl Class {
    /// Whether somebody would have to be in both at once.
    pub fn overlaps(&self, other: &Self) -> bool {
        let is_in = |date: Date| other.dates.first() <= date && date <= other.dates.last();
        self.day == other.day && self.hours.overlaps(other.hours) && self.days().any(is_in)
    }

    /// Each day that it is on, if that is no day of rest.
    fn days(&self) -> impl Iterator<Item = Date> + use<> {
        let Self { dates, day, .. } = *self;
        let until = dates.first().weekday().until(day.0);
        let first = dates.first().saturating_add(i64::from(until).days());
        first.series(7.days()).take_while(move |date| *date <= dates.last())
    }

    /// The times of it, in order.
    fn terms(self, calendar: &Calendar) -> impl Iterator<Item = Term> {
        let takes_place =
            |date: &Date| !matches!(calendar.day(*date), calendar::Day::Rest { source: Some(_) });
        let openings = self.days().filter(takes_place);
        let openings = openings.filter_map(move |date| self.hours.on(date, calendar.zone()));
        openings.map(|opening| Term { from: opening.open, until: opening.close })
    }
}

impl Roster {
    /// Refuses a timetable of who is no assistant.
    pub fn has_timetable(&self, rules: &Rules, who: AccountId) -> Result<(), Rejected> {
        match self.assists_at(rules, who).next() {
            Some(_) => Ok(()),
            None => Err(Rejected::NoAssistant { who }),
        }
    }

    /// Has somebody attend these classes and no other, as long as they are an assistant. On a day of rest
    /// that a notice names there is none, on whatever day it is made up for.
    pub fn attend(&mut self, rules: &Rules, who: AccountId, classes: &[Class], now: Timestamp) {
        let calendar = self.assists_at(rules, who).next();
        let calendar = calendar.and_then(|post| rules.calendar_for(post.id.department()));
        let Some(calendar) = calendar else { return };
        let terms = classes.iter().flat_map(|class| class.terms(calendar));
        let mut terms: Vec<_> = terms.filter(|term| term.until > now - REACHES_BACK).collect();
        terms.sort_by_key(|term| term.from);
        self.classes.insert(who, terms);
    }

    /// Until when others are told of classes that begin before: for whole weeks, so that they hear of
    /// the next ones at once and not one by one.
    pub(super) fn tells_classes_until(now: Timestamp) -> Timestamp {
        weeks_on(now, WEEKS_TOLD)
    }

    /// When others are to be told of the classes of another week, if there are any.
    pub fn tells_classes_at(&self, now: Timestamp) -> Option<Timestamp> {
        let mut classes = self.classes.values().flatten();
        classes.any(|class| class.until > now).then(|| weeks_on(now, 1))
    }

    /// When somebody is in class, in order.
    pub(super) fn classes_of(&self, who: AccountId) -> &[Term] {
        self.classes.get(&who).map(Vec::as_slice).unwrap_or_default()
    }

    /// The class that somebody is in at an instant.
    pub(super) fn class_at(&self, who: AccountId, at: Timestamp) -> Option<Term> {
        let classes = self.classes_of(who);
        let begun = classes.partition_point(|class| class.from <= at);
        let last = classes.get(begun.checked_sub(1)?)?;
        last.contains(at).then_some(*last)
    }
}

/// When the week of an instant is over, or one of those after it.
fn weeks_on(now: Timestamp, weeks: i64) -> Timestamp {
    let week = now.as_second().div_euclid(WEEK);
    Timestamp::from_second((week + weeks) * WEEK).unwrap_or(Timestamp::MAX)
}
