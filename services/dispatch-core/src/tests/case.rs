//! One case, with what others say of it and what people ask.

use clock::{AccountId, ContactId, Ids, SeededIds, TimerId, WorkOrderId};
use events::{
    escalation::{RungFiredV1, RungToldV1},
    intake::{CaseAcceptedV1, CaseClosedV1, CaseReopenedV1},
    words::{
        CaseKind, CaseNumber, Channel, Commitment, Cycle, End, Level, ReopenCause, Subject, Urgency,
    },
};
use jiff::{SignedDuration, Timestamp};

use super::campus::RULES;
use crate::{
    Arrive, Claim, Command, Complete, Event, Fact, Order, Rejected, State, apply, on_command,
    on_fact,
};

pub(super) struct Case {
    pub(super) state: State,
    pub(super) now: Timestamp,
    ids: SeededIds,
}

impl Case {
    pub(super) fn new() -> Self {
        let now = "2026-09-01T09:00:00+08:00".parse().unwrap();
        Self { state: State::New, now, ids: SeededIds::new(7) }
    }

    /// A case after some steps, all of which were done.
    pub(super) fn after(steps: &[Step]) -> Self {
        let mut case = Self::new();
        for step in steps {
            case.step(step).unwrap();
        }
        case
    }

    /// What follows from a step, one minute after the one before; it is applied.
    pub(super) fn step(&mut self, step: &Step) -> Result<Vec<Event>, Rejected> {
        self.now += SignedDuration::from_mins(1);
        let events = match *step {
            Step::Hears(ref fact) => on_fact(&self.state, &RULES, fact, self.now, &mut self.ids),
            Step::Asks(who, verb) => {
                let command = verb.command(self.last_order(), who);
                on_command(&self.state, &RULES, command, self.now, &mut self.ids)?
            }
        };
        for event in &events {
            apply(&mut self.state, &stored(event));
        }
        self.state = stored(&self.state);
        Ok(events)
    }

    /// The newest work order.
    pub(super) fn order(&self) -> &Order {
        self.state.work().unwrap().orders.last().unwrap()
    }

    fn last_order(&self) -> WorkOrderId {
        let last = self.state.work().and_then(|work| work.orders.last());
        last.map_or_else(|| SeededIds::new(404).id(), |order| order.id)
    }
}

/// The same after it was written to a store and read again.
fn stored<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(
    value: &T,
) -> T {
    let read = serde_json::from_value(serde_json::to_value(value).unwrap()).unwrap();
    assert_eq!(*value, read);
    read
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Hears(Fact),
    Asks(Who, Verb),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Wang,
    Li,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Claim,
    Arrive,
    Complete,
}

impl Who {
    pub(super) fn account(self) -> AccountId {
        match self {
            Self::Wang => SeededIds::new(1).id(),
            Self::Li => SeededIds::new(2).id(),
        }
    }
}

impl Verb {
    pub(super) const ALL: [Self; 3] = [Self::Claim, Self::Arrive, Self::Complete];

    fn command(self, work_order: WorkOrderId, who: Who) -> Command {
        let by = who.account();
        match self {
            Self::Claim => Command::Claim(Claim { work_order, by }),
            Self::Arrive => Command::Arrive(Arrive { work_order, by }),
            Self::Complete => Command::Complete(Complete { work_order, by }),
        }
    }
}

pub(super) fn accepted(place: &str) -> Step {
    let contact: ContactId = SeededIds::new(3).id();
    Step::Hears(Fact::Accepted(CaseAcceptedV1 {
        number: CaseNumber::new(2026, 9, 123).unwrap(),
        kind: CaseKind::Repair,
        channel: Channel::Hotline,
        contact,
        item: "water-leak".parse().unwrap(),
        place: place.parse().unwrap(),
        urgency: Urgency::Urgent,
        level: Level::Internal,
        received_at: "2026-09-01T09:00:00+08:00".parse().unwrap(),
        cycle: Cycle::FIRST,
        first_receiver: Who::Li.account(),
        reporters: Vec::new(),
        promises: Vec::new(),
    }))
}

pub(super) fn reopened(cycle: u16) -> Step {
    Step::Hears(Fact::Reopened(CaseReopenedV1 {
        cycle: Cycle::new(cycle).unwrap(),
        cause: ReopenCause::NotSolved,
        reopened_at: "2026-09-03T09:00:00+08:00".parse().unwrap(),
        kind: CaseKind::Repair,
        item: "water-leak".parse().unwrap(),
        place: "east".parse().unwrap(),
        urgency: Urgency::Critical,
        level: Level::Internal,
        reporters: Vec::new(),
        promises: Vec::new(),
    }))
}

pub(super) fn closed(cycle: u16, end: End) -> Step {
    Step::Hears(Fact::Closed(CaseClosedV1 {
        cycle: Cycle::new(cycle).unwrap(),
        end,
        closed_at: "2026-09-02T09:00:00+08:00".parse().unwrap(),
    }))
}

pub(super) fn rung_fired(post: &str) -> Step {
    let timer: TimerId = SeededIds::new(5).id();
    let planned = "2026-09-02T09:00:00+08:00".parse().unwrap();
    Step::Hears(Fact::RungFired(RungFiredV1 {
        timer,
        subject: Subject::Case,
        commitment: Commitment::Complete,
        cycle: Cycle::FIRST,
        promise: 1,
        rung: 1,
        round: 0,
        planned,
        fired: planned,
        ladder: "leaders".parse().unwrap(),
        post: post.parse().unwrap(),
        unconfirmed: false,
    }))
}

pub(super) fn rung_told(post: &str) -> Step {
    Step::Hears(Fact::RungTold(RungToldV1 {
        cycle: Cycle::FIRST.next(),
        rung: 1,
        post: post.parse().unwrap(),
        at: "2026-09-03T09:00:00+08:00".parse().unwrap(),
    }))
}
