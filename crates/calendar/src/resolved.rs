use std::collections::BTreeMap;

use jiff::{
    Timestamp, ToSpan,
    civil::Date,
    tz::{TimeZone, TimeZoneDatabase},
};

use crate::{
    Base, Contradiction, Hours, Layer, Term, Terms, Working,
    hours::Opening,
    layer::{Noticed, noticed},
};

/// How far a search for counted time looks ahead: ten years.
const HORIZON_DAYS: usize = 3_653;

/// The time zone of this IANA name, from the database that the program carries.
///
/// Not the machine's: a container without one, or with an old one, gives the same dues.
pub fn zone(name: &str) -> Option<TimeZone> {
    TimeZoneDatabase::bundled().get(name).ok()
}

/// Layers put over one another: what holds on each day, in one time zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    zone: TimeZone,
    working: Working,
    duty: Hours,
    /// Of the layers that lie on the week or set it, the most specific first.
    terms: Vec<Terms>,
    noticed: BTreeMap<Date, Noticed>,
    working_through: Date,
    duty_through: Date,
}

/// Layers that do not make a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Incomplete {
    /// No layer sets the working days.
    #[error("no layer says the working days and hours")]
    Working,
    /// No layer sets the duty time.
    #[error("no layer says the duty time")]
    Duty,
    /// A layer contradicts itself.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
}

/// What kind of day a date is, and who said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Day<'a> {
    /// Nobody works; the source is the notice's, or none for a usual day off.
    Rest {
        /// Where it was announced.
        source: Option<&'a str>,
    },
    /// A working day; the source is that of a make-up workday's notice.
    Work {
        /// When it is worked.
        hours: &'a Hours,
        /// Where it was announced.
        source: Option<&'a str>,
    },
}

impl Calendar {
    /// The calendar of `layers` in `zone`, the most general layer first.
    ///
    /// A single day is decided by the most specific notice that names it; else by the most specific
    /// layer that sets a week, with the terms of that layer and of those on it. Hours are always
    /// those of the term, else of that week, so a make-up workday in a vacation has the vacation's.
    pub fn new(zone: TimeZone, layers: &[Layer]) -> Result<Self, Incomplete> {
        let mut days = BTreeMap::new();
        for layer in layers {
            days.extend(noticed(&layer.notices)?);
        }
        let week = layers.iter().rposition(|layer| layer.working.is_some());
        let on_week = layers.iter().skip(week.ok_or(Incomplete::Working)?);
        let terms = on_week.rev().map(|layer| layer.terms.clone()).collect();
        let working = layers.iter().rev().find_map(|layer| layer.working.clone());
        let duty = layers.iter().rev().find_map(|layer| layer.duty.clone());
        let decides_days = |layer: &&Layer| {
            layer.working.is_some() || !layer.notices.is_empty() || !layer.terms.is_empty()
        };
        Ok(Self {
            zone,
            working: working.ok_or(Incomplete::Working)?,
            duty: duty.ok_or(Incomplete::Duty)?,
            terms,
            noticed: days,
            working_through: first_end(layers.iter().filter(decides_days)),
            duty_through: first_end(layers.iter().filter(|layer| layer.duty.is_some())),
        })
    }

    /// Where this calendar is kept.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The date at this instant, where the calendar is kept.
    pub fn date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// Whether `date` is worked, when, and who said so.
    pub fn day(&self, date: Date) -> Day<'_> {
        let noticed = self.noticed.get(&date);
        let source = noticed.map(|one| &*one.source);
        let term = self.term(date);
        let usual = || {
            let days = term.and_then(|term| term.days);
            days.map_or_else(
                || self.working.on(date.weekday()),
                |days| days.contains(date.weekday()),
            )
        };
        if noticed.map_or_else(usual, |one| one.works) {
            let hours = term.and_then(|term| term.hours.as_ref());
            Day::Work { hours: hours.unwrap_or_else(|| self.working.hours(date)), source }
        } else {
            Day::Rest { source }
        }
    }

    /// The term or vacation that `date` lies in, by the most specific layer that has one there.
    pub fn term(&self, date: Date) -> Option<&Term> {
        self.terms.iter().find_map(|terms| terms.on(date))
    }

    /// Whether time of `base` runs at this instant: from an opening up to, not including, its close.
    pub fn runs(&self, base: Base, at: Timestamp) -> bool {
        self.openings(base, at).next().is_some_and(|opening| opening.open <= at)
    }

    /// The night that follows on `date`: from the end of its duty time to the beginning of the next
    /// day's. `None` where duty goes on.
    pub fn night(&self, date: Date) -> Option<Opening> {
        let day = |date| self.duty.whole(date, &self.zone);
        let (open, close) = (day(date)?.close, day(date.tomorrow().ok()?)?.open);
        (open < close).then_some(Opening { open, close })
    }

    /// Whether these hours of every day run at this instant, where the calendar is kept.
    pub fn within(&self, hours: &Hours, at: Timestamp) -> bool {
        hours.contain(at, self.date(at), &self.zone)
    }

    /// The last day for which time of this base is decided; `None` if nothing is left to decide.
    pub fn decided_through(&self, base: Base) -> Option<Date> {
        match base {
            Base::RoundTheClock => None,
            Base::DutyTime => Some(self.duty_through),
            Base::WorkingHours | Base::WorkingDays => Some(self.working_through),
        }
    }

    /// The intervals of `base` that end after `from`, in order, for ten years.
    pub(crate) fn openings(&self, base: Base, from: Timestamp) -> impl Iterator<Item = Opening> {
        let (always, days) = match base {
            Base::RoundTheClock => (Some(Opening { open: from, close: Timestamp::MAX }), 0),
            Base::DutyTime | Base::WorkingHours | Base::WorkingDays => (None, HORIZON_DAYS),
        };
        let by_day = days_from(self.date(from), days).flat_map(move |date| {
            let hours = match base {
                Base::DutyTime => Some(&self.duty),
                Base::RoundTheClock | Base::WorkingHours | Base::WorkingDays => self.worked(date),
            };
            hours.into_iter().flat_map(move |hours| hours.on(date, &self.zone))
        });
        always.into_iter().chain(by_day).filter(move |opening| opening.close > from)
    }

    /// Working days from `date` on, each from its opening to its close of business.
    pub(crate) fn working_days(&self, date: Date) -> impl Iterator<Item = Opening> {
        days_from(date, HORIZON_DAYS).filter_map(|date| self.worked(date)?.whole(date, &self.zone))
    }

    fn worked(&self, date: Date) -> Option<&Hours> {
        match self.day(date) {
            Day::Work { hours, .. } => Some(hours),
            Day::Rest { .. } => None,
        }
    }
}

fn days_from(date: Date, most: usize) -> impl Iterator<Item = Date> {
    date.series(1.day()).take(most)
}

fn first_end<'a>(layers: impl Iterator<Item = &'a Layer>) -> Date {
    layers.map(|layer| layer.valid_through).min().unwrap_or(Date::MAX)
}
