//! The decisions of `delivery-core` in a world that goes wrong, thousands of times a minute.
//!
//! Three toy services, each with a store in memory, talk over a broker in memory. A seed decides
//! what is accepted, who runs next, and what goes wrong: a lost reply, a slow commit, a publish that
//! arrives late, a lost acknowledgement, a leader that is stopped and woken after another took over,
//! a killed process, a wiped stream, a lost tail that is written again, a message lost in the middle,
//! an event that is refused, copies and disorder, days and months in which nothing happens; an event of
//! a newer release or under definitions that are not there yet, one that its surroundings refuse, one
//! that is poisoned, dies, and is replayed or dropped.
//!
//! ```text
//!   commands ──> intake ──INTAKE──> dispatch ──DISPATCH──┐
//!                  ^  └────INTAKE────────────────────────┼──> callback-survey
//!                  └─────────────DISPATCH────────────────┘     (`after` orders the two streams)
//! ```
//!
//! Then the faults stop, everything runs until it is quiet, and the [`Report`] says what was lost,
//! doubled or out of order. The same seed gives the same run, so a red seed is a test:
//!
//! ```sh
//! SIM_SEED=4711 cargo test --package sim --test delivery -- --nocapture
//! ```
//!
//! A [`Bug`] can be planted to show that this world finds it.

mod broker;
mod held;
mod inbox;
mod relay;
mod store;
mod world;

use std::collections::BTreeMap;

pub use world::run;

type Dice = crate::dice::Dice<Trouble>;

/// What can go wrong, for the count of what did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// The caller of a command never got its answer and sends it again.
    ReplyLost,
    /// A transaction took its place in the outbox, and others that took theirs later committed
    /// before it.
    SlowCommit,
    /// A process died after the transaction and before it knew.
    KilledAfterCommit,
    /// A process died before its transaction was committed.
    KilledBeforeCommit,
    /// A publish never arrived.
    PublishLost,
    /// A publish arrived, its acknowledgement did not.
    AckLost,
    /// A publish arrived after its sender had given up.
    PublishLate,
    /// A leader was stopped, and woken after another had taken over.
    LeaderStopped,
    /// A leader lost its lock.
    LeadershipLost,
    /// An event was refused for good, and its key set aside until an operator has seen to it.
    Parked,
    /// The stream was deleted.
    StreamWiped,
    /// The stream lost its last messages.
    TailLost,
    /// A publish that was late took the place of a lost tail.
    TailRewritten,
    /// A reader's durable consumer was ahead of a stream that lost its tail.
    ReaderAhead,
    /// The stream lost one message in the middle.
    MiddleLost,
    /// A reader's acknowledgement was lost, so that the message came again.
    Redelivered,
    /// A reader's store was away.
    StoreAway,
    /// An event was of a newer release than its reader, until that was replaced.
    NewerVersion,
    /// An event was decided under definitions that its reader did not have yet.
    UnknownRevision,
    /// The surroundings refused one event amid a group for some seconds.
    RowLocked,
    /// One event amid a group failed for its own fault.
    Poisoned,
    /// It failed too often, and its key waited for a person.
    Died,
    /// A person had it tried again, cured or not.
    Replayed,
    /// A person gave it up.
    Dropped,
    /// Days passed, so that what is put back follows at low priority.
    DaysPassed,
    /// More than a month passed, and streams forgot in good order.
    MonthPassed,
    /// Lost events that had become old were put back behind the new ones.
    PutBackLater,
}

impl Trouble {
    /// All of them, in order.
    pub const ALL: [Self; 27] = [
        Self::ReplyLost,
        Self::SlowCommit,
        Self::KilledAfterCommit,
        Self::KilledBeforeCommit,
        Self::PublishLost,
        Self::AckLost,
        Self::PublishLate,
        Self::LeaderStopped,
        Self::LeadershipLost,
        Self::Parked,
        Self::StreamWiped,
        Self::TailLost,
        Self::TailRewritten,
        Self::ReaderAhead,
        Self::MiddleLost,
        Self::Redelivered,
        Self::StoreAway,
        Self::NewerVersion,
        Self::UnknownRevision,
        Self::RowLocked,
        Self::Poisoned,
        Self::Died,
        Self::Replayed,
        Self::Dropped,
        Self::DaysPassed,
        Self::MonthPassed,
        Self::PutBackLater,
    ];
}

/// A mistake to plant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// The inbox acknowledges a group before it commits it.
    AckBeforeCommit,
    /// The inbox moves the head in a transaction of its own, before the effect.
    HeadBeforeEffect,
    /// The inbox applies what lies behind a gap.
    ApplyPastGap,
    /// The inbox ignores what the producer had seen.
    IgnoreAfter,
    /// The relay takes a stream that was made again for the old one.
    IgnoreCreationTime,
    /// The relay never looks for messages that are gone from the middle of its stream.
    IgnoreHoles,
    /// The relay settles by sequence alone, whatever events are there.
    TrustSequences,
    /// A reader that is ahead of its stream keeps its durable consumer.
    StayAhead,
    /// The inbox moves the head over an event of a newer release, as over an unknown type.
    PassNewerVersion,
    /// The inbox applies an event whose definitions are not there.
    ApplyWithoutDefinitions,
    /// The inbox commits what came before an event that failed, and the head of that.
    CommitPart,
    /// Dropping a dead letter leaves the head in front of it.
    DropInPlace,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The seed that gives the same run again.
    pub seed: u64,
    /// Events committed by all services.
    pub events: usize,
    /// Effects committed by all readers.
    pub effects: usize,
    /// How often each trouble hit.
    pub troubles: BTreeMap<Trouble, u32>,
    /// What was lost, doubled or out of order, in words; empty if all is well.
    pub violations: Vec<String>,
}
