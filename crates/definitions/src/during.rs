use std::{fmt, str::FromStr};

use calendar::{Base, Calendar};
use jiff::Timestamp;

/// The time base of a route or of an urgency rule, the widest first: which part of a day is meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum During {
    /// At any time.
    #[default]
    RoundTheClock,
    /// In the duty time of every day.
    DutyTime,
    /// In the working hours of working days.
    WorkingHours,
}

impl During {
    const ALL: [Self; 3] = [Self::RoundTheClock, Self::DutyTime, Self::WorkingHours];

    const fn base(self) -> Base {
        match self {
            Self::RoundTheClock => Base::RoundTheClock,
            Self::DutyTime => Base::DutyTime,
            Self::WorkingHours => Base::WorkingHours,
        }
    }

    /// Whether it is now, as a calendar says.
    pub(crate) fn is(self, moment: Moment) -> bool {
        match self {
            Self::RoundTheClock => true,
            Self::DutyTime => moment.on_duty,
            Self::WorkingHours => moment.at_work,
        }
    }
}

impl fmt::Display for During {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base().word())
    }
}

impl FromStr for During {
    type Err = NotDuring;

    fn from_str(text: &str) -> Result<Self, NotDuring> {
        let found = Self::ALL.into_iter().find(|one| one.base().word() == text);
        found.ok_or_else(|| NotDuring(text.to_owned()))
    }
}

/// A text that is not a [`During`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no part of a day: it must be one of 24x7, duty-time, working-hours")]
pub(crate) struct NotDuring(String);

/// What a calendar says of an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at_work: bool,
    pub(crate) on_duty: bool,
}

impl Moment {
    /// Every one that there is. Working hours outside duty time are a campus's own choice.
    pub(crate) const ALL: [Self; 4] = [
        Self { at_work: true, on_duty: true },
        Self { at_work: false, on_duty: true },
        Self { at_work: true, on_duty: false },
        Self { at_work: false, on_duty: false },
    ];

    pub(crate) fn of(calendar: &Calendar, at: Timestamp) -> Self {
        Self {
            at_work: calendar.runs(Base::WorkingHours, at),
            on_duty: calendar.runs(Base::DutyTime, at),
        }
    }
}

/// When it is one of these moments, with a blank before it; nothing if it always is.
pub(crate) fn when(moments: &[Moment]) -> String {
    let all = |is: fn(&Moment) -> bool| moments.len() == 2 && moments.iter().all(is);
    if moments.len() == Moment::ALL.len() {
        String::new()
    } else if all(|moment| moment.at_work) {
        " in working hours".to_owned()
    } else if all(|moment| !moment.at_work) {
        " outside working hours".to_owned()
    } else if all(|moment| moment.on_duty) {
        " in duty time".to_owned()
    } else if all(|moment| !moment.on_duty) {
        " outside duty time".to_owned()
    } else {
        let words: Vec<_> = moments.iter().map(|moment| format!(" {moment}")).collect();
        words.join(" or")
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.at_work, self.on_duty) {
            (true, true) => "in working hours",
            (false, true) => "in duty time after work",
            (true, false) => "in working hours outside duty time",
            (false, false) => "at night",
        })
    }
}
