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
//!   terms        terms and vacations, by date              below it says; a single day
//!   campus       hours by season, duty time                goes by notice before all
//!   national     holidays and make-up workdays, by notice  weeks
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
//! is announced: [`Due::recomputed`] says what becomes of the promise then.
//!
//! A promise may rest. [`Calendar::paused`] moves its due by the counted time of a [`Pause`], and
//! [`Calendar::explain`] tells where its whole time went.
//!
//! The crate is pure: no wall clock, no files, the zone database is the embedded one. Every search
//! ends: a calendar that has no working time within ten years answers [`OutOfReach`].

mod due;
mod explain;
mod hours;
mod layer;
mod limit;
mod pause;
mod recompute;
mod resolved;
mod term;

pub use due::{Due, OutOfReach, Start};
pub use explain::{Course, Segment, Spent};
pub use hours::{Hours, Interval, NotHours, NotInterval, NotTimeOfDay, Opening, TimeOfDay};
pub use layer::{
    Contradiction, Dates, Layer, MonthDay, NotDates, NotMonthDay, Notice, OverlappingSeasons,
    Season, Weekdays, Working,
};
pub use limit::{Base, Limit, NotLimit, Unit};
pub use pause::Pause;
pub use recompute::Recomputed;
pub use resolved::{Calendar, Day, Incomplete, zone};
pub use term::{OverlappingTerms, Term, Terms};
