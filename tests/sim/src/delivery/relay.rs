//! A leader: performs what its machine says, if nothing comes between.

use std::collections::BTreeSet;

use delivery_core::{ATOMIC_BATCH, Act, Observed, Outcome, Relay};
use jiff::Timestamp;

use crate::delivery::{
    Bug, Dice, Trouble,
    broker::{Answer, Publish, Stream},
    store::Store,
};

#[derive(Debug)]
pub(crate) struct Leader {
    machine: Relay,
    next: Act,
    /// How often the broker had crashed when this leader looked at its stream last.
    crashes: u64,
    /// How many turns this process is stopped for.
    pub(crate) stopped: u64,
}

/// What a turn of a leader left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// It has more to do.
    Busy,
    /// It waits for a commit.
    Idle,
    /// It stood down or died.
    Gone,
}

impl Leader {
    pub(crate) fn new(store: &Store) -> Self {
        let (machine, next) = Relay::lead(store.recorded);
        Self { machine, next, crashes: 0, stopped: 0 }
    }

    pub(crate) fn turn(
        &mut self,
        store: &mut Store,
        stream: &mut Stream,
        now: Timestamp,
        dice: &mut Dice,
        bug: Option<Bug>,
    ) -> Turn {
        if dice.strikes(Trouble::KilledBeforeCommit, 5) {
            return Turn::Gone;
        }
        let idle = self.next == Act::Idle;
        if self.next == Act::StandDown {
            return Turn::Gone;
        }
        let outcome = if dice.strikes(Trouble::LeadershipLost, 5) {
            Outcome::LeadershipLost
        } else {
            self.perform(store, stream, now, dice, bug)
        };
        if dice.strikes(Trouble::KilledAfterCommit, 5) {
            return Turn::Gone;
        }
        self.next = self.machine.step(outcome);
        if idle { Turn::Idle } else { Turn::Busy }
    }

    fn perform(
        &mut self,
        store: &mut Store,
        stream: &mut Stream,
        now: Timestamp,
        dice: &mut Dice,
        bug: Option<Bug>,
    ) -> Outcome {
        match self.next.clone() {
            Act::Observe => {
                self.crashes = stream.crashes;
                Outcome::Observed(observe(store, stream, bug))
            }
            Act::Compare { .. } if bug == Some(Bug::TrustSequences) => {
                Outcome::Compared { differ: BTreeSet::new() }
            }
            Act::Compare { from, to } => {
                Outcome::Compared { differ: store.compare(&stream.read(from, to)) }
            }
            Act::Read { from, to } => Outcome::ReadBack(stream.read(from, to)),
            Act::Settle(settlement) => {
                let before = store.later();
                let held = store.settle(&settlement, now);
                if store.later() > before {
                    dice.struck(Trouble::PutBackLater);
                }
                moved(held)
            }
            Act::Load if self.crashes != stream.crashes => Outcome::CheckDue,
            Act::Load => Outcome::Loaded(store.load(ATOMIC_BATCH)),
            Act::Publish { events, expected_last } => {
                let content = events.iter().filter_map(|e| store.outbox.get(&e.seq).cloned());
                let publish = Publish { events: content.collect(), expected_last };
                send(stream, publish, now, dice)
            }
            Act::Record { expected, events, last } => {
                moved(store.record(expected, &events, last, now))
            }
            Act::Park(culprit) => {
                dice.struck(Trouble::Parked);
                store.park(culprit);
                Outcome::Woken
            }
            Act::Idle if dice.percent(20) || !dice.troubled => Outcome::CheckDue,
            Act::Idle | Act::LetReadersLook | Act::Pause { .. } | Act::StandDown => Outcome::Woken,
        }
    }
}

fn moved(held: bool) -> Outcome {
    if held { Outcome::Moved } else { Outcome::Overtaken }
}

fn observe(store: &Store, stream: &Stream, bug: Option<Bug>) -> Observed {
    let observed = stream.observe();
    match (bug, store.recorded) {
        (Some(Bug::IgnoreCreationTime), Some(recorded)) => {
            Observed { created: recorded.created, last: recorded.last, ..observed }
        }
        (Some(Bug::IgnoreHoles), _) => Observed { deleted: BTreeSet::new(), ..observed },
        _ => observed,
    }
}

fn send(stream: &mut Stream, publish: Publish, now: Timestamp, dice: &mut Dice) -> Outcome {
    if dice.strikes(Trouble::PublishLost, 30) {
        return Outcome::Unclear;
    }
    if dice.strikes(Trouble::PublishLate, 30) {
        stream.publish_late(publish);
        return Outcome::Unclear;
    }
    let answer = stream.publish(publish, now);
    if dice.strikes(Trouble::AckLost, 30) {
        return Outcome::Unclear;
    }
    match answer {
        Answer::Stored(last) => Outcome::Acknowledged { last },
        Answer::WrongLast => Outcome::WrongLast,
        Answer::Refused => Outcome::RefusedForGood,
    }
}
