//! One case, with what others say of it and what people ask.

use clock::{AccountId, Ids, PersonId, SeededIds};
use events::{
    dispatch::CaseCompletedV1,
    intake::{Incident, Promise},
    survey::CaseJudgedV1,
    words::{CaseNumber, Channel, Commitment, Cycle, Urgency, Verdict},
};
use jiff::{SignedDuration, Timestamp};

use super::campus::RULES;
use crate::{
    Absorb, Accept, Actor, ChangeUrgency, Chase, CloseAs, CloseIncident, Command, Disposal, Event,
    Fact, Ground, Join, JoinIncident, Note, Rejected, Reopen, Reply, State, Unjoin, UpdateIncident,
    Withdraw, apply, on_command, on_fact,
};

pub(super) struct Case {
    pub(super) state: State,
    pub(super) now: Timestamp,
    ids: SeededIds,
}

impl Case {
    /// None yet, on a Tuesday at nine.
    pub(super) fn new() -> Self {
        let now = at("2026-09-01T09:00:00+08:00");
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
        let events = match step {
            Step::Waits(days) => {
                self.now += SignedDuration::from_hours(24 * days);
                Vec::new()
            }
            Step::Completed(cycle) => self.hear(&completed(*cycle, self.now)),
            Step::Judged(cycle, verdict) => self.hear(&judged(*cycle, *verdict, self.now)),
            Step::Accept(accept) => self.ask(Command::Accept(accept.clone()))?,
            Step::Withdraw => self.ask(Command::Withdraw(Withdraw { by: liu(), for_all: true }))?,
            Step::WithdrawAsOne => {
                self.ask(Command::Withdraw(Withdraw { by: liu(), for_all: false }))?
            }
            Step::Reopen => self.ask(Command::Reopen(Reopen { by: liu() }))?,
            Step::Chase => self.ask(Command::Chase(Chase { by: liu() }))?,
            Step::Join(person, said) => self.ask(join(*person, said))?,
            Step::Unjoin(seed) => {
                self.ask(Command::Unjoin(Unjoin { person: person(*seed), by: liu() }))?
            }
            Step::Note => self.ask(Command::Note(Note { by: wang() }))?,
            Step::Reply(next) => self.ask(reply(*next))?,
            Step::CloseAs(disposal) => {
                let (disposal, by) = (disposal.clone(), wang());
                let close = CloseAs { disposal, is_reasoned: false, by };
                self.ask(Command::CloseAs(Box::new(close)))?
            }
            Step::Absorb(seed, urgency, place) => {
                let (number, ground) = (CaseNumber::new(2026, 9, 124).unwrap(), Ground::Authority);
                let (reporters, urgency, by) = (vec![person(*seed)], *urgency, wang());
                let place = place.map(|place| place.parse().unwrap());
                let absorb = Absorb { number, reporters, urgency, ground, place, by };
                self.ask(Command::Absorb(Box::new(absorb)))?
            }
            Step::Urgency(urgency, is_reasoned) => {
                let (urgency, is_reasoned) = (*urgency, *is_reasoned);
                self.ask(Command::ChangeUrgency(ChangeUrgency {
                    urgency,
                    is_reasoned,
                    by: wang(),
                }))?
            }
            Step::Call(seeds, place, said) => self.ask(call(seeds, *place, said))?,
            Step::News { places, expected_end, is_worded } => {
                let places = places.iter().map(|place| place.parse().unwrap()).collect();
                let (expected_end, is_worded) = (expected_end.map(at), *is_worded);
                let update = UpdateIncident { places, expected_end, is_worded, by: wang() };
                self.ask(Command::UpdateIncident(Box::new(update)))?
            }
            Step::Over => self.ask(Command::CloseIncident(CloseIncident { by: wang() }))?,
        };
        for event in &events {
            apply(&mut self.state, &stored(event));
        }
        self.state = stored(&self.state);
        Ok(events)
    }

    /// What follows from a fact now; it is not applied.
    pub(super) fn hear(&mut self, fact: &Fact) -> Vec<Event> {
        on_fact(&self.state, &RULES, fact, self.now, &mut self.ids)
    }

    fn ask(&mut self, command: Command) -> Result<Vec<Event>, Rejected> {
        on_command(&self.state, &RULES, command, self.now, &mut self.ids)
    }

    /// The case itself.
    pub(super) fn case(&self) -> &crate::Case {
        self.state.case().unwrap()
    }

    /// Until when something is promised.
    pub(super) fn due(&self, commitment: Commitment) -> Option<Timestamp> {
        let of = |promise: &&Promise| promise.commitment == commitment;
        self.case().promises.iter().find(of).map(|promise| promise.due)
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
    Accept(Box<Accept>),
    Withdraw,
    /// By one of those who reported it, for themselves.
    WithdrawAsOne,
    Reopen,
    Chase,
    /// Somebody reports the same, in these words.
    Join(u64, &'static str),
    Unjoin(u64),
    Note,
    /// Whoever reported it is answered, and the next answer promised until then.
    Reply(Option<&'static str>),
    /// Without a reason.
    CloseAs(Disposal),
    /// A duplicate that somebody reported with this haste, at a place that an incident is to touch.
    Absorb(u64, Urgency, Option<&'static str>),
    /// Somebody decides, with a reason or without.
    Urgency(Urgency, bool),
    /// These call about an incident, from a place, in these words.
    Call(&'static [u64], Option<&'static str>, &'static str),
    /// There is news of an incident.
    News {
        places: Vec<&'static str>,
        expected_end: Option<&'static str>,
        is_worded: bool,
    },
    /// An incident is over.
    Over,
    /// Dispatch says that a cycle is done.
    Completed(u16),
    /// Callback-survey says what a cycle came to.
    Judged(u16, Verdict),
    /// Some days pass.
    Waits(i64),
}

impl Step {
    pub(super) fn accept(accept: Accept) -> Self {
        Self::Accept(Box::new(accept))
    }
}

/// Somebody reports the same and says so.
fn join(seed: u64, said: &str) -> Command {
    let (people, asset, vulnerable) = (None, None, false);
    let (persons, text, by) = (vec![person(seed)], said.to_owned(), wang());
    Command::Join(Box::new(Join { persons, text, people, asset, vulnerable, by }))
}

/// Somebody calls about an incident.
fn call(seeds: &[u64], place: Option<&str>, said: &str) -> Command {
    let (people, asset, vulnerable) = (None, None, false);
    let persons = seeds.iter().copied().map(person).collect();
    let join = Join { persons, text: said.to_owned(), people, asset, vulnerable, by: wang() };
    let place = place.map(|place| place.parse().unwrap());
    let (channel, campus_phone) = (Channel::Hotline, None);
    Command::JoinIncident(Box::new(JoinIncident { channel, place, campus_phone, join }))
}

/// Somebody of the desk answers whoever reported it.
fn reply(next: Option<&str>) -> Command {
    let department = Some("logistics".parse().unwrap());
    Command::Reply(Reply { next: next.map(at), department, by: SeededIds::new(1).id() })
}

/// Somebody of the desk.
fn wang() -> Actor {
    Actor::Account(SeededIds::new(1).id())
}

/// A student.
fn liu() -> Actor {
    Actor::Person(person(9))
}

pub(super) fn person(seed: u64) -> PersonId {
    SeededIds::new(seed).id()
}

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A leak in dormitory 7, reported on the hotline by somebody unknown.
pub(super) fn leak() -> Accept {
    let first_receiver: AccountId = SeededIds::new(1).id();
    Accept {
        number: CaseNumber::new(2026, 9, 123).unwrap(),
        contact: SeededIds::new(2).id(),
        channel: Channel::Hotline,
        item: "water-leak".parse().unwrap(),
        place: Some("dorm-7".parse().unwrap()),
        campus_phone: None,
        text: String::new(),
        people: None,
        asset: None,
        vulnerable: false,
        urgency: None,
        received_at: None,
        caller: None,
        on_behalf_of: None,
        linked: None,
        incident: None,
        first_receiver,
        by: Actor::Account(first_receiver),
    }
}

/// The same in all of the dormitory, until eleven o'clock.
pub(super) fn outage() -> Accept {
    Accept { incident: Some(touching(&["dorm-7"], Some("2026-09-01T11:00:00+08:00"))), ..leak() }
}

pub(super) fn touching(places: &[&str], expected_end: Option<&str>) -> Incident {
    let places = places.iter().map(|place| place.parse().unwrap()).collect();
    Incident { places, expected_end: expected_end.map(at) }
}

/// A question, which nobody is called back for.
pub(super) fn question() -> Accept {
    Accept { item: "water-hours".parse().unwrap(), ..leak() }
}

/// A question that another department answers, which is promised to be reported back.
pub(super) fn referral() -> Accept {
    Accept { item: "referral".parse().unwrap(), ..leak() }
}

pub(super) fn completed(cycle: u16, completed_at: Timestamp) -> Fact {
    let workers = vec![SeededIds::new(3).id()];
    let cycle = Cycle::new(cycle).unwrap();
    Fact::Completed(CaseCompletedV1 { cycle, completed_at, workers })
}

pub(super) fn judged(cycle: u16, verdict: Verdict, judged_at: Timestamp) -> Fact {
    Fact::Judged(CaseJudgedV1 { cycle: Cycle::new(cycle).unwrap(), verdict, judged_at })
}
