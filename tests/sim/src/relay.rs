//! A leader: performs what its machine says, if nothing comes between.

use delivery_core::{ATOMIC_BATCH, Act, Found, Observed, Outcome, Pending, Relay};
use jiff::Timestamp;

use crate::{
    Bug, Trouble,
    broker::{Publish, Stream},
    dice::Dice,
    store::Store,
};

#[derive(Debug)]
pub(crate) struct Leader {
    machine: Relay,
    next: Act,
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
        Self { machine, next, stopped: 0 }
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
        let outcome = match self.next.clone() {
            Act::StandDown => return Turn::Gone,
            Act::Observe => Outcome::Observed(observe(store, stream, bug)),
            Act::Read { from, to } => Outcome::ReadBack(
                stream
                    .read(from, to)
                    .into_iter()
                    .map(|(sequence, id)| Found { sequence, event: Some(id) })
                    .collect(),
            ),
            Act::Settle(settlement) => moved(store.settle(&settlement, now)),
            Act::Load => Outcome::Loaded(store.load(ATOMIC_BATCH)),
            Act::Publish { events, expected_last } => {
                publish(store, stream, &events, expected_last, dice)
            }
            Act::Record { expected, events, last } => {
                moved(store.record(expected, &events, last, now))
            }
            Act::Idle if dice.percent(20) || !dice.troubled => Outcome::CheckDue,
            Act::Idle | Act::Park(_) | Act::Pause { .. } => Outcome::Woken,
        };
        if dice.strikes(Trouble::KilledAfterCommit, 5) {
            return Turn::Gone;
        }
        self.next = self.machine.step(outcome);
        if idle { Turn::Idle } else { Turn::Busy }
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
        (Some(Bug::IgnoreHoles), _) => Observed { deleted: Vec::new(), ..observed },
        _ => observed,
    }
}

fn publish(
    store: &Store,
    stream: &mut Stream,
    events: &[Pending],
    expected_last: u64,
    dice: &mut Dice,
) -> Outcome {
    let content = events.iter().filter_map(|event| store.outbox.get(&event.seq).cloned());
    let publish = Publish { events: content.collect(), expected_last };
    if dice.strikes(Trouble::PublishLost, 30) {
        return Outcome::Unclear;
    }
    if dice.strikes(Trouble::PublishLate, 30) {
        stream.publish_late(publish);
        return Outcome::Unclear;
    }
    let stored = stream.publish(publish);
    if dice.strikes(Trouble::AckLost, 30) {
        return Outcome::Unclear;
    }
    stored.map_or(Outcome::WrongLast, |last| Outcome::Acknowledged { last })
}
