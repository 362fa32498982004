//! The relay: one writer per stream that moves events from the outbox to JetStream.
//!
//! A machine without input or output: it says what to [`Act`], is told the [`Outcome`], and says
//! what is next. The adapter performs the acts in a loop; the simulator does the same on a broker
//! that forgets.
//!
//! ```text
//!            ┌───────────── down, unknown ack, wrong last sequence ◄─────────────┐
//!            │  ┌── LetReadersLook <── its tail is lost                          │
//!            v  v                             │                                  │
//!  Pause ─> Observe ─> Compare ────unlike─────┴─> Read ─> Settle ──> StandDown   │
//!            ^            │ alike                           │   cas failed ^     │
//!            │            v                                 v              │     │
//!            └────────── Load <─────────────────────────────┴───────── Record    │
//!      each minute,      │  ^                                             ^      │
//!      reconnected       │  └── woken, 1 s ── Idle       all acknowledged │      │
//!       nothing pending  ├──────────────────────^                         │      │
//!     something pending  └─────────────────────────────────────────────> Publish ┘
//! ```
//!
//! Reconciling is a state of this machine and never a second publisher, so what is put back goes
//! out through the same fence and before anything newer.

mod observe;
mod publish;

use std::collections::{BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use observe::{Comparison, Unlike};

/// Up to this many events go out one by one, each acknowledged before the next; more go as one
/// atomic batch (an atomic batch of one takes 40 times as long as a plain publish).
pub const ONE_BY_ONE: usize = 16;

/// The largest atomic batch (nats-server's own limit).
pub const ATOMIC_BATCH: usize = 1_000;

/// How long a stream keeps an event.
pub const MAX_AGE: SignedDuration = SignedDuration::from_hours(35 * 24);

/// A publication older than this that lies before the stream's start is no loss: the stream forgot it
/// in good order. An hour less than [`MAX_AGE`], because the stream counts from when it stored an
/// event and by its own clock, and we from when we recorded that.
pub const AGED_OUT: SignedDuration = SignedDuration::from_hours(35 * 24 - 1);

/// What is older than this when it is put back follows at low priority.
pub const RECENT: SignedDuration = SignedDuration::from_hours(48);

/// An event that waits in the outbox. Its content stays with the adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending {
    /// Its place in the outbox: the order of commits, per key.
    pub seq: i64,
    /// Its CloudEvents id.
    pub event: Uuid,
}

/// What the relay has recorded of its stream, in its own store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// When the stream was created: another time is another stream.
    pub created: Timestamp,
    /// The stream's last sequence after our last publish.
    pub last: u64,
}

/// What the stream says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// When it was created.
    pub created: Timestamp,
    /// The sequence of its first message; `last + 1` if it has none.
    pub first: u64,
    /// The sequence of its last message, 0 if it never had one.
    pub last: u64,
    /// Sequences between the two that are gone.
    pub deleted: BTreeSet<u64>,
}

/// Which recorded publications the stream no longer holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lost {
    /// All that were recorded for a stream of another creation time.
    pub of_other_streams: bool,
    /// All at a sequence above this one.
    pub above: Option<u64>,
    /// All at a sequence below this one, unless they are older than [`AGED_OUT`].
    pub below: u64,
    /// Those at exactly these sequences.
    pub at: BTreeSet<u64>,
}

/// One recorded publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publication {
    /// When its stream was created.
    pub created: Timestamp,
    /// Its sequence there.
    pub sequence: u64,
    /// When it was recorded, in machine time; one that was read back, when the stream stored it.
    pub at: Timestamp,
}

impl Lost {
    /// Whether `publication` is among them, for a stream created at `created`.
    ///
    /// The store's query says the same in SQL; this is the definition, and what is tested.
    pub fn holds(&self, publication: Publication, created: Timestamp, machine: Timestamp) -> bool {
        let Publication { created: its, sequence, at } = publication;
        if its != created {
            return self.of_other_streams;
        }
        let aged_out = machine.duration_since(at) > AGED_OUT;
        self.above.is_some_and(|last| sequence > last)
            || (sequence < self.below && !aged_out)
            || self.at.contains(&sequence)
    }
}

/// A message found in the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Its sequence in the stream.
    pub sequence: u64,
    /// Its CloudEvents id; `None` if it is not one of ours at all.
    pub event: Option<Uuid>,
    /// When the stream stored it, by the broker's clock.
    pub at: Timestamp,
}

/// One transaction that makes the store agree with the stream, settled by event id.
///
/// In this order: compare-and-set what is recorded from `expected` to `observed`; forget every
/// publication that [`Lost::holds`]; take each found event from pending and record it where it was
/// found; put the lost ones that were not found back to pending, in the [`lane`] of their age. A
/// found message whose id is in no outbox row is foreign: raise the alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// What must still be recorded, or another leads.
    pub expected: Option<Recorded>,
    /// What the stream says.
    pub observed: Observed,
    /// What it no longer holds.
    pub lost: Lost,
    /// What it holds beyond what is recorded.
    pub found: Vec<Found>,
}

/// What the adapter is to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Ask the stream for its state; make it if there is none.
    Observe,
    /// Say at which sequences from `from` to `to`, both included, the stream holds another event
    /// than the one that is recorded there. One that either of them lacks says nothing.
    Compare {
        /// The first sequence to compare.
        from: u64,
        /// The last sequence to compare.
        to: u64,
    },
    /// Wait some seconds, then report [`Outcome::Woken`]: the stream lost its tail, and its
    /// sequences are about to be given to other events. A reader that was ahead of the stream must
    /// see so before, and make its consumer anew, or it never gets what is published there.
    LetReadersLook,
    /// Read the messages from `from` to `to`, both included.
    Read {
        /// The first sequence to read.
        from: u64,
        /// The last sequence to read.
        to: u64,
    },
    /// Perform the settlement.
    Settle(Settlement),
    /// Load up to [`ATOMIC_BATCH`] pending events by lane and `seq`, without those of parked keys.
    Load,
    /// Publish these, the first with this expected last sequence: one plainly, several as one
    /// atomic batch.
    Publish {
        /// One event, or 2 to [`ATOMIC_BATCH`].
        events: Vec<Pending>,
        /// The fence.
        expected_last: u64,
    },
    /// One transaction: compare-and-set what is recorded from `expected` to the stream's `last`,
    /// delete the pending rows and record that `events` end at `last`, without gaps.
    Record {
        /// What must still be recorded, or another leads.
        expected: Recorded,
        /// What was acknowledged, in stream order.
        events: Vec<Pending>,
        /// The stream's last sequence after them.
        last: u64,
    },
    /// Set the key of this event aside: the broker refuses the event for good.
    Park(Pending),
    /// Wait for a commit, for a second, for a reconnection or for the next check.
    Idle,
    /// Wait a little, longer each time; then report [`Outcome::Woken`].
    Pause {
        /// Failures in succession: 1, 2, 3 ...
        failures: u32,
    },
    /// Give up the leadership: another relay has moved what is recorded.
    StandDown,
}

/// What came of an [`Act`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Of `Observe`.
    Observed(Observed),
    /// Of `Compare`.
    Compared {
        /// The sequences at which another event was found.
        differ: BTreeSet<u64>,
    },
    /// Of `Read`.
    ReadBack(Vec<Found>),
    /// Of `Settle` and `Record`: the compare-and-set held and the transaction is committed.
    Moved,
    /// Of `Settle` and `Record`: no row changed.
    Overtaken,
    /// Of `Load`.
    Loaded(Vec<Pending>),
    /// Of `Publish`: acknowledged, the last event has this sequence.
    Acknowledged {
        /// The stream's last sequence.
        last: u64,
    },
    /// Of `Publish`: the expected last sequence was not the stream's.
    WrongLast,
    /// Of `Publish`: refused for what an event is (its size, its headers), now and always; of a
    /// batch, also for what the batch is.
    RefusedForGood,
    /// Of `Park`, `Pause`, `LetReadersLook` and `Idle`.
    Woken,
    /// Of `Idle` and `Load`: a minute has passed since the last `Observe`, or the connection is a new one.
    CheckDue,
    /// Of anything: broker or store away, a time-out, an answer that makes no sense. What was sent
    /// may have arrived.
    Unclear,
    /// Of anything: the lock on the leadership is gone.
    LeadershipLost,
}

/// The lane of an event that is put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    /// With the new ones, and before them.
    First,
    /// When nothing else is pending.
    Later,
}

/// The lane of an event that was recorded at `recorded`.
pub fn lane(recorded: Timestamp, machine: Timestamp) -> Lane {
    if machine.duration_since(recorded) > RECENT { Lane::Later } else { Lane::First }
}

/// The relay of one stream, as leader.
#[derive(Debug, Clone)]
pub struct Relay {
    recorded: Option<Recorded>,
    /// Whether the readers had time to see that the stream lost its tail.
    readers_looked: bool,
    /// The gaps of the stream that were settled already.
    settled: Gaps,
    /// Events are sent one by one until this many have gone out: one of them is refused for good.
    singly: usize,
    failures: u32,
    state: State,
}

/// What a stream lacks of 1 to its last sequence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Gaps {
    /// All below this sequence: too old, or lost.
    below: u64,
    holes: BTreeSet<u64>,
}

#[derive(Debug, Clone)]
enum State {
    Observing,
    Comparing(Comparison),
    Reading(Unlike),
    Settling(Observed),
    Loading,
    /// `sent` are acknowledged up to `last`; `flight` is on its way; `queue` is to follow.
    Publishing {
        sent: Vec<Pending>,
        last: u64,
        flight: Vec<Pending>,
        queue: VecDeque<Pending>,
    },
    /// `refused` is to be parked once what was sent is recorded.
    Recording {
        last: u64,
        refused: Option<Pending>,
    },
    Parking,
    Idling,
    Pausing,
    Down,
}

impl Relay {
    /// The relay of a new leader, and its first act.
    ///
    /// `recorded` is read under the leadership's lock.
    pub fn lead(recorded: Option<Recorded>) -> (Self, Act) {
        let relay = Self {
            recorded,
            readers_looked: false,
            settled: Gaps { below: 1, holes: BTreeSet::new() },
            singly: 0,
            failures: 0,
            state: State::Observing,
        };
        (relay, Act::Observe)
    }

    /// What to do next, after `outcome`.
    ///
    /// An outcome that does not belong to the last act is treated as [`Outcome::Unclear`]: looking
    /// at the stream again is always safe.
    pub fn step(&mut self, outcome: Outcome) -> Act {
        let state = std::mem::replace(&mut self.state, State::Down);
        match (state, outcome) {
            (State::Down, _)
            | (_, Outcome::LeadershipLost)
            | (State::Settling(_) | State::Recording { .. }, Outcome::Overtaken) => Act::StandDown,
            (State::Observing, Outcome::Observed(observed)) => self.observed(observed),
            (State::Comparing(comparison), Outcome::Compared { differ }) => {
                self.compared(comparison, &differ)
            }
            (State::Reading(unlike), Outcome::ReadBack(found)) => self.settle(unlike, found),
            (State::Settling(observed), Outcome::Moved) => self.settled(observed),
            (State::Loading, Outcome::Loaded(pending)) => self.loaded(pending),
            (
                State::Publishing { sent, last, flight, queue },
                Outcome::Acknowledged { last: now },
            ) => self.acknowledged(sent, last, flight, queue, now),
            (State::Publishing { sent, last, flight, .. }, Outcome::RefusedForGood) => {
                self.refused(sent, last, &flight)
            }
            (State::Publishing { .. }, Outcome::WrongLast) => self.refenced(),
            (State::Recording { last, refused }, Outcome::Moved) => self.moved(last, refused),
            (State::Parking | State::Idling, Outcome::Woken) => self.load(),
            (State::Loading | State::Idling, Outcome::CheckDue)
            | (State::Pausing, Outcome::Woken) => self.observe(),
            // Named one by one: a new state or outcome is to be thought of here.
            (
                State::Observing
                | State::Comparing(_)
                | State::Reading(_)
                | State::Settling(_)
                | State::Loading
                | State::Publishing { .. }
                | State::Recording { .. }
                | State::Parking
                | State::Idling
                | State::Pausing,
                Outcome::Observed(_)
                | Outcome::Compared { .. }
                | Outcome::ReadBack(_)
                | Outcome::Moved
                | Outcome::Overtaken
                | Outcome::Loaded(_)
                | Outcome::Acknowledged { .. }
                | Outcome::WrongLast
                | Outcome::RefusedForGood
                | Outcome::Woken
                | Outcome::CheckDue
                | Outcome::Unclear,
            ) => self.unclear(),
        }
    }

    fn observe(&mut self) -> Act {
        self.state = State::Observing;
        Act::Observe
    }

    fn load(&mut self) -> Act {
        self.state = State::Loading;
        Act::Load
    }

    /// Looks at once the first time; a stream that refuses again and again is given time.
    fn refenced(&mut self) -> Act {
        if self.failures > 0 {
            return self.unclear();
        }
        self.failures = 1;
        self.observe()
    }

    fn unclear(&mut self) -> Act {
        self.failures = self.failures.saturating_add(1);
        self.state = State::Pausing;
        Act::Pause { failures: self.failures }
    }
}

#[cfg(test)]
mod tests;
