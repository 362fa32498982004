//! One case, with what intake says of it and what people ask.

use clock::{AccountId, CallbackId, Ids, PersonId, SeededIds};
use events::{
    intake::{
        CaseAcceptedV1, CaseClosedV1, CaseJoinedV1, CaseReopenedV1, CaseResolvedV1, CaseUnjoinedV1,
    },
    words::{CaseKind, CaseNumber, Channel, Cycle, End, Level, ReopenCause, Urgency},
};
use jiff::{SignedDuration, Timestamp};

use super::campus::RULES;
use crate::{
    Answer, Attempt, Call, Command, Event, Fact, Fate, Followed, Rejected, State, Through, apply,
    follow, on_command, on_fact,
};

pub(super) struct Case {
    pub(super) state: State,
    pub(super) now: Timestamp,
    ids: SeededIds,
}

impl Case {
    /// Not heard of yet, on a Tuesday at nine.
    pub(super) fn new() -> Self {
        Self { state: State::New, now: at("2026-09-01T09:00:00+08:00"), ids: SeededIds::new(7) }
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
            Step::Until(time) => {
                // The next step comes a minute later, at this time.
                self.now = time - SignedDuration::from_mins(1);
                Vec::new()
            }
            Step::Waits(minutes) => {
                self.now += SignedDuration::from_mins(minutes);
                Vec::new()
            }
            Step::Hears(ref fact) => on_fact(&self.state, &RULES, fact, self.now, &mut self.ids),
            Step::Attempts(by, cycle) => {
                let attempt = Attempt { callback: self.callback(cycle), by: by.account() };
                self.ask(Command::Attempt(attempt))?
            }
            Step::Answers(by, cycle, solved) => {
                self.answer(Through::Call(by.account()), cycle, solved)?
            }
            Step::Links(reporter, cycle, solved) => {
                self.answer(Through::Link(reporter.person()), cycle, solved)?
            }
        };
        for event in &events {
            apply(&mut self.state, &stored(event));
        }
        self.state = stored(&self.state);
        Ok(events)
    }

    fn answer(
        &mut self,
        through: Through,
        cycle: u16,
        solved: bool,
    ) -> Result<Vec<Event>, Rejected> {
        let callback = self.callback(cycle);
        let (on_time, attitude, score) = (Some(true), None, 4.try_into().ok());
        let complains = false;
        let answer = Answer { callback, through, solved, on_time, attitude, score, complains };
        self.ask(Command::Answer(answer))
    }

    /// What a reporter's link to the callback of a cycle leads to.
    pub(super) fn follows(&self, reporter: Reporter, cycle: u16) -> Option<Followed<'_>> {
        follow(&self.state, &RULES, (self.callback(cycle), reporter.person()), self.now)
    }

    fn ask(&mut self, command: Command) -> Result<Vec<Event>, Rejected> {
        on_command(&self.state, &RULES, command, self.now, &mut self.ids)
    }

    /// The callback of a cycle, and what became of it.
    pub(super) fn call(&self, cycle: u16) -> (&Call, Option<Fate>) {
        self.state.callbacks().find(|(call, _)| call.cycle.get() == cycle).unwrap()
    }

    fn callback(&self, cycle: u16) -> CallbackId {
        let found = self.state.callbacks().find(|(call, _)| call.cycle.get() == cycle);
        found.map_or_else(|| SeededIds::new(404).id(), |(call, _)| call.id)
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
    /// The next step is taken at this time.
    Until(Timestamp),
    /// Some minutes pass.
    Waits(i64),
    Hears(Fact),
    /// Somebody tries to reach the reporter of a cycle, in vain.
    Attempts(Who, u16),
    /// The reporter of a cycle answers somebody: whether it is solved.
    Answers(Who, u16, bool),
    /// A reporter answers by their link: whether it is solved.
    Links(Reporter, u16, bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reporter {
    /// Whom the callback asks.
    First,
    /// Who reported it too.
    Second,
    /// Who did not.
    Nobody,
}

impl Reporter {
    pub(super) fn person(self) -> PersonId {
        match self {
            Self::First => SeededIds::new(4).id(),
            Self::Second => SeededIds::new(5).id(),
            Self::Nobody => SeededIds::new(6).id(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// An assistant at the desk.
    Zhao,
    /// Who did the work.
    Wang,
}

impl Who {
    pub(super) fn account(self) -> AccountId {
        match self {
            Self::Zhao => SeededIds::new(1).id(),
            Self::Wang => SeededIds::new(2).id(),
        }
    }
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// When the work is always completed: an hour ago.
pub(super) fn completed_at() -> Timestamp {
    at("2026-09-01T08:00:00+08:00")
}

pub(super) fn accepted(item: &str) -> Step {
    accepted_as(CaseNumber::new(2026, 9, 123).unwrap(), item)
}

pub(super) fn accepted_as(number: CaseNumber, item: &str) -> Step {
    Step::Hears(Fact::Accepted(CaseAcceptedV1 {
        number,
        kind: CaseKind::Repair,
        channel: Channel::Hotline,
        contact: SeededIds::new(3).id(),
        item: item.parse().unwrap(),
        place: "east".parse().unwrap(),
        urgency: Urgency::Urgent,
        level: Level::Internal,
        received_at: at("2026-08-31T08:00:00+08:00"),
        cycle: Cycle::FIRST,
        first_receiver: Who::Zhao.account(),
        reporters: Vec::new(),
        promises: Vec::new(),
        incident: None,
        complains_of: None,
    }))
}

pub(super) fn resolved_for(item: &str, cycle: u16) -> Step {
    Step::Hears(Fact::Resolved(CaseResolvedV1 {
        cycle: Cycle::new(cycle).unwrap(),
        resolved_at: completed_at(),
        item: item.parse().unwrap(),
        urgency: Urgency::Urgent,
        level: Level::Internal,
        reporters: vec![Reporter::First.person(), Reporter::Second.person()],
        workers: vec![Who::Wang.account()],
    }))
}

pub(super) fn resolved(cycle: u16) -> Step {
    resolved_for("water-leak", cycle)
}

pub(super) fn reopened(cycle: u16) -> Step {
    Step::Hears(Fact::Reopened(CaseReopenedV1 {
        cycle: Cycle::new(cycle).unwrap(),
        cause: ReopenCause::NotSolved,
        by: None,
        reopened_at: at("2026-09-01T10:00:00+08:00"),
        kind: CaseKind::Repair,
        item: "water-leak".parse().unwrap(),
        place: "east".parse().unwrap(),
        urgency: Urgency::Urgent,
        level: Level::Internal,
        reporters: Vec::new(),
        promises: Vec::new(),
    }))
}

pub(super) fn closed(cycle: u16, end: End) -> Step {
    Step::Hears(Fact::Closed(CaseClosedV1 {
        cycle: Cycle::new(cycle).unwrap(),
        end,
        closed_at: at("2026-09-01T10:00:00+08:00"),
        by: None,
    }))
}

/// Who reported it too did not after all.
pub(super) fn unjoined() -> Step {
    Step::Hears(Fact::Unjoined(CaseUnjoinedV1 {
        cycle: Cycle::FIRST,
        person: Reporter::Second.person(),
        reporters: vec![Reporter::First.person()],
        by: None,
        at: at("2026-09-01T10:00:00+08:00"),
    }))
}

/// They did after all.
pub(super) fn joined() -> Step {
    Step::Hears(Fact::Joined(CaseJoinedV1 {
        cycle: Cycle::new(2).unwrap(),
        joined: vec![Reporter::Second.person()],
        reporters: vec![Reporter::First.person(), Reporter::Second.person()],
        by: None,
        at: at("2026-09-01T10:30:00+08:00"),
    }))
}

/// A case whose first cycle is to be asked after.
pub(super) fn calling() -> Vec<Step> {
    vec![accepted("water-leak"), resolved(1)]
}

/// The same, and these steps.
pub(super) fn calling_and(steps: &[Step]) -> Vec<Step> {
    [&calling()[..], steps].concat()
}

/// An attempt in vain at a time.
pub(super) fn attempt_at(time: &str) -> [Step; 2] {
    [Step::Until(at(time)), Step::Attempts(Who::Zhao, 1)]
}

/// Three attempts, on two days and at two hours.
pub(super) fn in_vain() -> Vec<Step> {
    let times =
        ["2026-09-01T09:10:00+08:00", "2026-09-01T15:00:00+08:00", "2026-09-02T09:10:00+08:00"];
    times.into_iter().flat_map(attempt_at).collect()
}
