//! Business time: when a promise made now falls due.
//!
//! A university does not work by the wall clock. "Three working days" received on the Friday before
//! a public holiday ends after a week, and on a make-up Saturday (调休上班) if the state moved one
//! there. Every service that promises, waits or reports a lateness computes it here, so that the
//! person at the counter, the leader on the ladder and the statistics agree to the second.
//!
//! A calendar is made of layers, each saying only what it changes:
//!
//! ```text
//!   case         (room for an agreement on one matter)     what a more specific layer
//!   department   its own hours                             says replaces what the one
//!   campus       hours by season, duty time, vacations     below it says
//!   national     holidays and make-up workdays, by notice
//!        │
//!        ▼  Calendar::new          limit "3d working-days", start, instant
//!   Calendar ──────────────────────────────▶ due() ──▶ Due { at, provisional }
//! ```
//!
//! Four bases ([`Base`]) decide which time counts. An instant outside all intervals of its base is
//! never a due time; the end of an interval belongs to it, so four hours from 08:00 end at 12:00 and
//! not at 14:30.
//!
//! What no notice has decided yet is *provisional*: each layer says up to which day it is valid
//! ([`Layer::valid_through`]), and a due beyond that day must be computed again when the next year
//! is announced.
//!
//! The crate is pure: no wall clock, no files, the zone database is the embedded one. Every search
//! ends: a calendar that has no working time within ten years answers [`OutOfReach`].

mod due;
mod explain;
mod hours;
mod layer;
mod limit;
mod resolved;

pub use due::{Due, OutOfReach, Start};
pub use explain::{Course, Segment, Spent};
pub use hours::{Hours, Interval, NotHours, NotInterval, NotTimeOfDay, Opening, TimeOfDay};
pub use layer::{
    Contradiction, Dates, Layer, MonthDay, NotDates, NotMonthDay, Notice, OverlappingSeasons,
    Season, Weekdays, Working,
};
pub use limit::{Base, Limit, NotLimit, Unit};
pub use resolved::{Calendar, Day, Incomplete, zone};
