//! The whole life of repairs over the four cores, while letters are late, services sleep and people
//! act on what they saw a while ago.
//!
//! ```text
//!                     crew: requesters, workers, leaders, callers
//!                       │ deeds: lost, found nobody, sent again by one key, two at once
//!       ┌───────────────┼───────────────────┬────────────────────┐
//!       ▼               ▼                   ▼                    ▼
//!    intake          dispatch        escalation-timer      callback-survey      office: store,
//!       │  ▲            │  ▲                │  ▲                 │  ▲           inbox, wake-ups,
//!       ▼  │            ▼  │                ▼  │                 ▼  │           around one core
//!      ─┴──┴────────────┴──┴────────────────┴──┴─────────────────┴──┴─
//!      post: seconds late, or days; twice; lost and put back; a way that is cut
//!
//!      oracle: reads what was said and done, and asks none of the cores
//! ```
//!
//! An office does in a few lines what the adapter of its service does: lock, load, decide, apply,
//! publish, ask when to wake. `delivery_core::judge` says what of the letters takes effect, waits or is
//! a repeat. Letters come before clocks and clocks before people, as in the services; a clock that is
//! woken while facts are known to be missing says so. The hour is a manual one, and leaps by minutes,
//! nights and long weekends.
//!
//! After 140 acts the faults stop and a diligent crew brings every case to its end. Then must hold:
//!
//! | | |
//! |---|---|
//! | `letters` | each letter took effect once, in order, at each reader; each command was done once |
//! | `ends` | one end, on which all four agree, with its ground; cycles rise by one, each for a cause |
//! | `people` | no reporter and no worker is forgotten; nobody asked after their own work |
//! | `work` | one worker has it; only they move it, and no question does; none is open after the end |
//! | `parts` | what is split off has its own way; a cycle is done with the last part, and not before |
//! | `clocks` | each promise has one clock with the right due; no move begins it anew; what was told holds |
//! | `pauses` | a hold moves nothing; granted pauses move a due by the counted time that they took |
//! | `rungs` | each fires once, in order, at its time, never for what was done, and none is missing |
//!
//! And over many seeds every [`Trouble`] must have hit, every one of [`DEEDS`] must have been done,
//! every fact must have been said and every one of [`PARTINGS`] must have come about. A [`Bug`] can be planted to show that this world finds it.
//!
mod bugs;
mod campus;
mod core;
mod crew;
mod deeds;
mod office;
mod oracle;
mod partings;
mod post;
mod world;

use std::collections::BTreeMap;

pub use bugs::Bug;
pub use deeds::DEEDS;
pub use partings::PARTINGS;
pub use world::{run, story};

type Dice = crate::dice::Dice<Trouble>;

/// What can go wrong, for the count of what did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// A letter was minutes or days on its way.
    Delayed,
    /// A letter came twice.
    Doubled,
    /// A letter was lost, and put back days later.
    PutBackLater,
    /// Nothing came from one service to another for hours or days.
    RouteDown,
    /// A letter came before an earlier one of its service.
    OutOfOrder,
    /// A letter came before what its producer had seen.
    BeforeItsCause,
    /// A service asked for what was missing.
    AskedAgain,
    /// A process died before a letter took effect.
    KilledBeforeCommit,
    /// A process died after a letter took effect and before it knew.
    KilledAfterCommit,
    /// A service was away for minutes or days.
    Asleep,
    /// A case was woken late.
    SleptOverDue,
    /// A case was woken while facts were known to be missing.
    Unconfirmed,
    /// A command never arrived, and was sent again.
    CommandLost,
    /// A command found nobody, and was sent again.
    NobodyThere,
    /// The answer to a command was lost, and it was sent again.
    ReplyLost,
    /// A command that was done got its answer again.
    AnsweredAgain,
    /// Two people acted at once on what both had seen.
    Raced,
}

impl Trouble {
    /// All of them, in order.
    pub const ALL: [Self; 17] = [
        Self::Delayed,
        Self::Doubled,
        Self::PutBackLater,
        Self::RouteDown,
        Self::OutOfOrder,
        Self::BeforeItsCause,
        Self::AskedAgain,
        Self::KilledBeforeCommit,
        Self::KilledAfterCommit,
        Self::Asleep,
        Self::SleptOverDue,
        Self::Unconfirmed,
        Self::CommandLost,
        Self::NobodyThere,
        Self::ReplyLost,
        Self::AnsweredAgain,
        Self::Raced,
    ];
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The seed that gives the same run again.
    pub seed: u64,
    /// Cases accepted.
    pub cases: usize,
    /// Facts said by all services.
    pub facts: BTreeMap<String, u32>,
    /// How often each trouble hit.
    pub troubles: BTreeMap<Trouble, u32>,
    /// How often each deed was done.
    pub done: BTreeMap<&'static str, u32>,
    /// How often a case came to be in several parts, in each way.
    pub partings: BTreeMap<&'static str, u32>,
    /// How often commands were refused, by reason.
    pub refused: BTreeMap<&'static str, u32>,
    /// What must not be, in words; empty if all is well.
    pub violations: Vec<String>,
}
