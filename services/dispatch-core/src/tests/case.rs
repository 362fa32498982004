//! One case, with what others say of it and what people ask.

use clock::{AccountId, ContactId, Ids, PersonId, QuestionId, SeededIds, TimerId, WorkOrderId};
use events::{
    escalation::{PauseGrantedV1, PauseRefusedV1, RungFiredV1, RungToldV1},
    intake::{CaseAcceptedV1, CaseClosedV1, CaseJoinedV1, CaseReopenedV1, CaseUrgencyChangedV1},
    words::{
        Asked, CaseKind, CaseNumber, Channel, Commitment, Cycle, End, HoldReason, Level,
        PauseRefusal, PostId, ReopenCause, Subject, Urgency, UrgencyCause,
    },
};
use jiff::{SignedDuration, Timestamp};

use super::campus::RULES;
use crate::{
    Adjudicate, Answer, Arrive, Ask, Assign, Claim, Command, Complete, Contain, Event, Fact, Hold,
    Merge, Order, Reassign, Rejected, Resume, Return, Split, State, Status, Transfer, apply,
    next_at, on_command, on_fact, on_wake,
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
            Step::Asks(..) | Step::Moves(_) => {
                let command = self.command(step);
                on_command(&self.state, &RULES, &command, self.now, &mut self.ids)?
            }
            Step::Pauses | Step::PausesNot => {
                let fact = self.answer(matches!(step, Step::Pauses));
                on_fact(&self.state, &RULES, &fact, self.now, &mut self.ids)
            }
            Step::Wakes(after) => {
                self.now += after;
                self.wake()
            }
        };
        for event in &events {
            apply(&mut self.state, &stored(event));
        }
        self.state = stored(&self.state);
        Ok(events)
    }

    /// What is asked in a step in which somebody asks.
    pub(super) fn command(&self, step: &Step) -> Command {
        match *step {
            Step::Asks(who, verb) => verb.command(self.last_order(), who),
            Step::Moves(to) => {
                to.command((self.last_order(), self.order_before()), self.last_question())
            }
            Step::Hears(_) | Step::Pauses | Step::PausesNot | Step::Wakes(_) => panic!("{step:?}"),
        }
    }

    fn wake(&mut self) -> Vec<Event> {
        let events = on_wake(&self.state, &RULES, self.now, &mut self.ids);
        let was_due = next_at(&self.state).is_some_and(|next| next <= self.now);
        assert_eq!(!events.is_empty(), was_due, "something happens when it is due, and only then");
        events
    }

    /// What escalation-timer says of the clocks of the newest work order.
    pub(super) fn answer(&self, granted: bool) -> Fact {
        let (work_order, cycle, reason) = (self.last_order(), Cycle::FIRST, HoldReason::NoAccess);
        let (at, by) = (self.now, None);
        let newest = self.state.work().and_then(|work| work.orders.last());
        let from = if let Some(Status::OnHold { held_at, .. }) = newest.map(|one| one.status) {
            held_at
        } else {
            self.now
        };
        if granted {
            let until = self.now + SignedDuration::from_hours(48);
            Fact::PauseGranted(PauseGrantedV1 { work_order, cycle, reason, from, until, by, at })
        } else {
            let (from, cause) = (Some(from), PauseRefusal::Denied);
            Fact::PauseRefused(PauseRefusedV1 { work_order, cycle, reason, from, cause, by, at })
        }
    }

    /// The newest work order.
    pub(super) fn order(&self) -> &Order {
        self.state.work().unwrap().orders.last().unwrap()
    }

    /// The newest question, or one that nobody asked.
    fn last_question(&self) -> QuestionId {
        let last = self.state.work().and_then(|work| work.orders.last());
        let last = last.and_then(|order| order.questions.last());
        last.map_or_else(|| SeededIds::new(404).id(), |question| question.id)
    }

    fn last_order(&self) -> WorkOrderId {
        self.newest(0)
    }

    /// The newest but one, or one that nobody knows.
    fn order_before(&self) -> WorkOrderId {
        self.newest(1)
    }

    fn newest(&self, but: usize) -> WorkOrderId {
        let mut orders = self.state.work().into_iter().flat_map(|work| work.orders.iter().rev());
        orders.nth(but).map_or_else(|| SeededIds::new(404).id(), |order| order.id)
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
    Moves(Move),
    /// Escalation-timer says that the clocks wait with the newest work order.
    Pauses,
    /// That they do not.
    PausesNot,
    /// Woken after so long.
    Wakes(SignedDuration),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Wang,
    Li,
    /// The dispatcher, who does no work.
    Zhao,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Claim,
    /// The dispatcher says that they do it.
    Assign,
    Arrive,
    Contain,
    Hold,
    Resume,
    Complete,
    /// Of the desk.
    Ask,
}

/// What the dispatcher, or who stands above, asks; each post by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    Transfer(&'static str),
    Return,
    Reassign(&'static str),
    Split(&'static str),
    /// The newest into the one before it.
    Merge,
    /// The one before it into the newest.
    MergeBefore,
    /// The newest into itself.
    MergeIntoItself,
    Adjudicate(&'static str),
    /// The desk asks the department.
    AskDepartment,
    /// Whoever is asked answers the newest question.
    Answer,
    /// Wang lets it wait until a visit that was agreed.
    Visit(Timestamp),
}

impl Who {
    pub(super) fn account(self) -> AccountId {
        match self {
            Self::Wang => SeededIds::new(1).id(),
            Self::Li => SeededIds::new(2).id(),
            Self::Zhao => SeededIds::new(6).id(),
        }
    }
}

impl Verb {
    pub(super) const ALL: [Self; 8] = [
        Self::Claim,
        Self::Assign,
        Self::Arrive,
        Self::Contain,
        Self::Hold,
        Self::Resume,
        Self::Complete,
        Self::Ask,
    ];

    fn command(self, work_order: WorkOrderId, who: Who) -> Command {
        let by = who.account();
        match self {
            Self::Claim => Command::Claim(Claim { work_order, by }),
            Self::Assign => {
                let (to, by) = (by, Who::Zhao.account());
                Command::Assign(Assign { work_order, to, by })
            }
            Self::Arrive => Command::Arrive(Arrive { work_order, by }),
            Self::Contain => Command::Contain(Contain { work_order, by }),
            Self::Hold => {
                let reason = HoldReason::NoAccess;
                Command::Hold(Hold { work_order, reason, visit_at: None, by })
            }
            Self::Resume => Command::Resume(Resume { work_order, by }),
            Self::Complete => Command::Complete(Complete { work_order, by, next_steps: false }),
            Self::Ask => Command::Ask(Ask { work_order, of: Asked::Desk, by }),
        }
    }
}

impl Move {
    fn command(
        self,
        (work_order, before): (WorkOrderId, WorkOrderId),
        question: QuestionId,
    ) -> Command {
        let by = Who::Zhao.account();
        let merge = |work_order, into| Command::Merge(Merge { work_order, into, by });
        let post = |post: &str| post.parse::<PostId>().unwrap();
        match self {
            Self::Transfer(to) => Command::Transfer(Transfer { work_order, to: post(to), by }),
            Self::Return => Command::Return(Return { work_order, by }),
            Self::Reassign(to) => Command::Reassign(Reassign { work_order, to: post(to), by }),
            Self::Split(to) => Command::Split(Split { work_order, to: post(to), by }),
            Self::Merge => merge(work_order, before),
            Self::MergeBefore => merge(before, work_order),
            Self::MergeIntoItself => merge(work_order, work_order),
            Self::Adjudicate(to) => {
                Command::Adjudicate(Adjudicate { work_order, to: post(to), by })
            }
            Self::AskDepartment => Command::Ask(Ask { work_order, of: Asked::Department, by }),
            Self::Answer => Command::Answer(Answer { work_order, question, by }),
            Self::Visit(at) => {
                let (reason, visit_at, by) = (HoldReason::NoAccess, Some(at), Who::Wang.account());
                Command::Hold(Hold { work_order, reason, visit_at, by })
            }
        }
    }
}

/// A leak, urgent.
pub(super) fn accepted(place: &str) -> Step {
    accepted_as("water-leak", place, Urgency::Urgent)
}

/// A leak in dormitory 7, critical.
pub(super) fn danger() -> Step {
    accepted_as("water-leak", "dorm-7", Urgency::Critical)
}

pub(super) fn accepted_as(item: &str, place: &str, urgency: Urgency) -> Step {
    let contact: ContactId = SeededIds::new(3).id();
    Step::Hears(Fact::Accepted(CaseAcceptedV1 {
        number: CaseNumber::new(2026, 9, 123).unwrap(),
        kind: CaseKind::Repair,
        channel: Channel::Hotline,
        contact,
        item: item.parse().unwrap(),
        place: place.parse().unwrap(),
        urgency,
        level: Level::Internal,
        received_at: "2026-09-01T09:00:00+08:00".parse().unwrap(),
        cycle: Cycle::FIRST,
        first_receiver: Who::Li.account(),
        reporters: Vec::new(),
        promises: Vec::new(),
        incident: None,
        complains_of: None,
    }))
}

pub(super) fn reopened(cycle: u16) -> Step {
    Step::Hears(Fact::Reopened(CaseReopenedV1 {
        cycle: Cycle::new(cycle).unwrap(),
        cause: ReopenCause::NotSolved,
        by: None,
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

pub(super) fn urgency_changed(cycle: u16, urgency: Urgency) -> Step {
    Step::Hears(Fact::UrgencyChanged(CaseUrgencyChangedV1 {
        cycle: Cycle::new(cycle).unwrap(),
        before: Urgency::Normal,
        urgency,
        cause: UrgencyCause::Decision,
        promises: Vec::new(),
        by: None,
        at: "2026-09-01T10:00:00+08:00".parse().unwrap(),
    }))
}

pub(super) fn closed(cycle: u16, end: End) -> Step {
    Step::Hears(Fact::Closed(CaseClosedV1 {
        cycle: Cycle::new(cycle).unwrap(),
        end,
        closed_at: "2026-09-02T09:00:00+08:00".parse().unwrap(),
        by: None,
    }))
}

/// These report it, one more than before.
pub(super) fn joined(reporters: &[PersonId]) -> Step {
    Step::Hears(Fact::Joined(CaseJoinedV1 {
        cycle: Cycle::FIRST,
        joined: reporters.last().copied().into_iter().collect(),
        reporters: reporters.to_vec(),
        by: None,
        at: "2026-09-01T10:00:00+08:00".parse().unwrap(),
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
        skipped: Vec::new(),
    }))
}

pub(super) fn rung_told(post: &str) -> Step {
    Step::Hears(Fact::RungTold(RungToldV1 {
        cycle: Cycle::FIRST.next(),
        rung: 1,
        post: post.parse().unwrap(),
        at: "2026-09-03T09:00:00+08:00".parse().unwrap(),
        skipped: Vec::new(),
    }))
}
