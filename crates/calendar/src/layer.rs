use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
    sync::Arc,
};

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use crate::{Hours, Terms};

/// What one body says about time: the state, a campus, a department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The last day for which this layer is decided; a due after it is provisional.
    pub valid_through: Date,
    /// Working days and hours, if this layer sets them.
    pub working: Option<Working>,
    /// Duty time of every day, holidays too, if this layer sets it.
    pub duty: Option<Hours>,
    /// Terms and vacations.
    pub terms: Terms,
    /// Days of rest and make-up workdays.
    pub notices: Vec<Notice>,
}

impl Layer {
    /// Refuses notices that say rest and work of the same day.
    pub fn consistent(&self) -> Result<(), Contradiction> {
        noticed(&self.notices).map(drop)
    }

    /// The first year of which no notice names a day, from the first year that one does to the last
    /// that is said to be decided. `None` without notices.
    pub fn missing_year(&self) -> Option<i16> {
        let dates = self.notices.iter().flat_map(|notice| notice.rest.iter().chain(&notice.work));
        let named: BTreeSet<i16> =
            dates.flat_map(|dates| [dates.first().year(), dates.last().year()]).collect();
        let years = *named.first()?..=self.valid_through.year();
        years.into_iter().find(|year| !named.contains(year))
    }
}

/// A single day by the notice that names it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Noticed {
    pub(crate) works: bool,
    pub(crate) source: Arc<str>,
}

/// The days that one layer's notices name.
pub(crate) fn noticed(notices: &[Notice]) -> Result<BTreeMap<Date, Noticed>, Contradiction> {
    let mut days = BTreeMap::new();
    for notice in notices {
        let source: Arc<str> = notice.source.as_str().into();
        let rest = notice.rest.iter().map(|dates| (dates, false));
        let work = notice.work.iter().map(|dates| (dates, true));
        for (dates, works) in rest.chain(work) {
            for day in dates.days() {
                let before = days.insert(day, Noticed { works, source: Arc::clone(&source) });
                if before.is_some_and(|before| before.works != works) {
                    return Err(Contradiction(day));
                }
            }
        }
    }
    Ok(days)
}

/// The regular week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Working {
    days: Weekdays,
    hours: Hours,
    seasons: Vec<Season>,
}

impl Working {
    /// Work on `days` at `hours`, but in a season at the season's own.
    pub fn new(
        days: Weekdays,
        hours: Hours,
        seasons: Vec<Season>,
    ) -> Result<Self, OverlappingSeasons> {
        for (index, one) in seasons.iter().enumerate() {
            if let Some(other) = seasons.iter().skip(index + 1).find(|other| one.overlaps(other)) {
                return Err(OverlappingSeasons(one.from, one.to, other.from, other.to));
            }
        }
        Ok(Self { days, hours, seasons })
    }

    /// Whether this weekday is worked, if no notice says otherwise.
    pub(crate) fn on(&self, weekday: Weekday) -> bool {
        self.days.contains(weekday)
    }

    /// The hours of `date`, if it is worked.
    pub(crate) fn hours(&self, date: Date) -> &Hours {
        let day = MonthDay::of(date);
        self.seasons.iter().find(|season| season.contains(day)).map_or(&self.hours, |s| &s.hours)
    }
}

/// Two seasons that both want the same day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the seasons {0} to {1} and {2} to {3} overlap")]
pub struct OverlappingSeasons(MonthDay, MonthDay, MonthDay, MonthDay);

/// Hours of a part of every year, both days included; it may run over the new year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Season {
    /// Its first day.
    pub from: MonthDay,
    /// Its last day.
    pub to: MonthDay,
    /// The hours of its working days.
    pub hours: Hours,
}

impl Season {
    fn contains(&self, day: MonthDay) -> bool {
        if self.from <= self.to {
            self.from <= day && day <= self.to
        } else {
            self.from <= day || day <= self.to
        }
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.contains(other.from) || other.contains(self.from)
    }
}

/// A day of every year, such as `05-01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MonthDay {
    month: i8,
    day: i8,
}

/// A text that is not a [`MonthDay`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a day of the year: it must read like `05-01`, month and day")]
pub struct NotMonthDay(String);

impl MonthDay {
    fn of(date: Date) -> Self {
        Self { month: date.month(), day: date.day() }
    }
}

impl FromStr for MonthDay {
    type Err = NotMonthDay;

    fn from_str(text: &str) -> Result<Self, NotMonthDay> {
        // A leap year, so that 02-29 is a day.
        format!("2024-{text}")
            .parse::<Date>()
            .ok()
            .map(Self::of)
            .filter(|day| day.to_string() == text)
            .ok_or_else(|| NotMonthDay(text.to_owned()))
    }
}

impl TryFrom<String> for MonthDay {
    type Error = NotMonthDay;

    fn try_from(text: String) -> Result<Self, NotMonthDay> {
        text.parse()
    }
}

impl From<MonthDay> for String {
    fn from(day: MonthDay) -> Self {
        day.to_string()
    }
}

impl fmt::Display for MonthDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}

/// A set of weekdays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weekdays(u8);

impl Weekdays {
    fn bit(weekday: Weekday) -> u8 {
        1 << weekday.to_monday_zero_offset()
    }

    /// Whether `weekday` is one of them.
    pub fn contains(self, weekday: Weekday) -> bool {
        self.0 & Self::bit(weekday) != 0
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<I: IntoIterator<Item = Weekday>>(weekdays: I) -> Self {
        Self(weekdays.into_iter().fold(0, |set, weekday| set | Self::bit(weekday)))
    }
}

/// A published arrangement: single days on which the week does not run as usual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Who announced it, where and when.
    pub source: String,
    /// Days of rest, weekends inside them included.
    pub rest: Vec<Dates>,
    /// Make-up workdays (调休上班): worked at the hours of their season, whatever weekday.
    pub work: Vec<Dates>,
}

/// A layer whose notices say rest and work of the same day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is both a day of rest and a workday")]
pub struct Contradiction(pub Date);

/// One day, `2026-01-04`, or several, `2026-01-01..2026-01-03`, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Dates {
    first: Date,
    last: Date,
}

/// A text that is not [`Dates`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDates {
    /// It has another form, or no calendar has that day.
    #[error(
        "`{0}` is not a day or days: it must read like `2026-01-04` or `2026-01-01..2026-01-03`"
    )]
    Unreadable(String),
    /// The last day comes before the first.
    #[error("`{0}` ends before it starts")]
    Backwards(String),
    /// Nobody rests that long; a slip of the year would stop every clock.
    #[error("`{0}` is longer than a year")]
    TooLong(String),
}

impl Dates {
    /// The first day.
    pub fn first(self) -> Date {
        self.first
    }

    /// The last day.
    pub fn last(self) -> Date {
        self.last
    }

    /// Each day, earliest first.
    pub fn days(self) -> impl Iterator<Item = Date> {
        std::iter::successors(Some(self.first), |day| day.tomorrow().ok())
            .take_while(move |day| *day <= self.last)
    }
}

impl FromStr for Dates {
    type Err = NotDates;

    fn from_str(text: &str) -> Result<Self, NotDates> {
        let unreadable = || NotDates::Unreadable(text.to_owned());
        // jiff also reads week dates and compact ones; a calendar that people check has one form.
        let day = |text: &str| match text.parse::<Date>() {
            Ok(date) if date.to_string() == text => Ok(date),
            _ => Err(unreadable()),
        };
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let (first, last) = (day(first)?, day(last)?);
        if last < first {
            return Err(NotDates::Backwards(text.to_owned()));
        }
        if last.duration_since(first).as_hours() > 366 * 24 {
            return Err(NotDates::TooLong(text.to_owned()));
        }
        Ok(Self { first, last })
    }
}

impl TryFrom<String> for Dates {
    type Error = NotDates;

    fn try_from(text: String) -> Result<Self, NotDates> {
        text.parse()
    }
}

impl From<Dates> for String {
    fn from(dates: Dates) -> Self {
        dates.to_string()
    }
}

impl fmt::Display for Dates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}..{}", self.first, self.last)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn season(from: &str, to: &str) -> Season {
        let hours = Hours::new(["08:00-12:00".parse().unwrap()]).unwrap();
        Season { from: from.parse().unwrap(), to: to.parse().unwrap(), hours }
    }

    #[test]
    fn a_season_includes_both_its_days_and_may_run_over_the_new_year() {
        let (summer, winter) = (season("05-01", "09-30"), season("11-15", "03-14"));
        let inside = |season: &Season, day: &str| season.contains(day.parse().unwrap());
        assert!(inside(&summer, "05-01") && inside(&summer, "09-30"));
        assert!(!inside(&summer, "04-30") && !inside(&summer, "10-01"));
        assert!(inside(&winter, "12-31") && inside(&winter, "02-29") && inside(&winter, "03-14"));
        assert!(!inside(&winter, "03-15") && !inside(&winter, "11-14"));
    }

    #[test]
    fn seasons_that_share_a_day_are_refused() {
        let working = |seasons| {
            let hours = Hours::new(["08:00-12:00".parse().unwrap()]).unwrap();
            Working::new(Weekdays::default(), hours, seasons)
        };
        assert!(working(vec![season("05-01", "09-30"), season("10-01", "04-30")]).is_ok());
        let refusal = working(vec![season("05-01", "09-30"), season("09-30", "10-31")]);
        assert_eq!(
            refusal.unwrap_err().to_string(),
            "the seasons 05-01 to 09-30 and 09-30 to 10-31 overlap"
        );
    }

    #[test]
    fn dates_are_read_in_one_form_only() {
        let dates: Dates = "2026-02-27..2026-03-01".parse().unwrap();
        let days: Vec<_> = dates.days().map(|day| day.to_string()).collect();
        assert_eq!(days, ["2026-02-27", "2026-02-28", "2026-03-01"]);
        for text in ["2026-02-29", "20260104", "2026-W01-1", "2026-1-4", "2026-01-01...03", ""] {
            assert_eq!(text.parse::<Dates>(), Err(NotDates::Unreadable(text.to_owned())));
        }
        let backwards = "2026-01-03..2026-01-01";
        assert_eq!(backwards.parse::<Dates>(), Err(NotDates::Backwards(backwards.to_owned())));
        let slip = "2026-10-01..2062-10-07";
        assert_eq!(slip.parse::<Dates>(), Err(NotDates::TooLong(slip.to_owned())));
    }

    #[test]
    fn a_day_of_the_year_is_month_and_day() {
        assert_eq!("02-29".parse::<MonthDay>().unwrap().to_string(), "02-29");
        for text in ["02-30", "13-01", "5-1", "0501", "05"] {
            assert_eq!(text.parse::<MonthDay>(), Err(NotMonthDay(text.to_owned())));
        }
    }
}
