use std::collections::BTreeMap;

use jiff::{
    Timestamp, ToSpan,
    civil::Date,
    tz::{TimeZone, TimeZoneDatabase},
};

use crate::{
    Base, Contradiction, Hours, Layer, Working,
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
    /// layer that sets a week. Hours are always those of the most specific week.
    pub fn new(zone: TimeZone, layers: &[Layer]) -> Result<Self, Incomplete> {
        let mut days = BTreeMap::new();
        for layer in layers {
            days.extend(noticed(&layer.notices)?);
        }
        let working = layers.iter().rev().find_map(|layer| layer.working.clone());
        let duty = layers.iter().rev().find_map(|layer| layer.duty.clone());
        let decides_days = |layer: &&Layer| layer.working.is_some() || !layer.notices.is_empty();
        Ok(Self {
            zone,
            working: working.ok_or(Incomplete::Working)?,
            duty: duty.ok_or(Incomplete::Duty)?,
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
        if noticed.map_or_else(|| self.working.on(date.weekday()), |one| one.works) {
            Day::Work { hours: self.working.hours(date), source }
        } else {
            Day::Rest { source }
        }
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
