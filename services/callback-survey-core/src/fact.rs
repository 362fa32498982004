use std::cmp::Ordering;

use clock::{Ids, PersonId};
use definitions::Rules;
use events::{
    IntakeFact, Payload,
    intake::{
        CaseAcceptedV1, CaseClosedV1, CaseJoinedV1, CaseReopenedV1, CaseResolvedV1, CaseUnjoinedV1,
    },
    survey::{CallbackDueV1, CallbackWithdrawnV1},
    words::{Commitment, Cycle},
};
use jiff::Timestamp;

use crate::{
    calling::Calling,
    event::{Event, Reason},
    link::linked,
    state::{Call, Matter, State},
};

/// What callback-survey hears from intake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A case was accepted.
    Accepted(CaseAcceptedV1),
    /// A cycle of it was completed.
    Resolved(CaseResolvedV1),
    /// It was reopened.
    Reopened(CaseReopenedV1),
    /// It ended.
    Closed(CaseClosedV1),
    /// There are more reporters of it.
    Joined(CaseJoinedV1),
    /// Somebody is no reporter of it any more.
    Unjoined(CaseUnjoinedV1),
}

impl Fact {
    /// The fact as this core reads it; `None` for one that means nothing to callback-survey.
    pub fn read(fact: events::Fact) -> Option<Self> {
        match fact {
            events::Fact::Intake(fact) => match fact {
                IntakeFact::CaseAccepted(fact) => Some(Self::Accepted(fact)),
                IntakeFact::CaseResolved(fact) => Some(Self::Resolved(fact)),
                IntakeFact::CaseReopened(fact) => Some(Self::Reopened(fact)),
                IntakeFact::CaseClosed(fact) => Some(Self::Closed(fact)),
                IntakeFact::CaseJoined(fact) => Some(Self::Joined(fact)),
                IntakeFact::CaseUnjoined(fact) => Some(Self::Unjoined(fact)),
                // A completed cycle says how urgent it was.
                IntakeFact::ContactRecorded(_)
                | IntakeFact::CaseChased(_)
                | IntakeFact::CaseNoted(_)
                | IntakeFact::CaseReplied(_)
                | IntakeFact::CaseUrgencyChanged(_)
                | IntakeFact::CaseIncidentUpdated(_) => None,
            },
            events::Fact::Dispatch(_)
            | events::Fact::Escalation(_)
            | events::Fact::Survey(_)
            | events::Fact::Notify(_)
            | events::Fact::Definition(_)
            | events::Fact::Audit(_) => None,
        }
    }

    fn noted(&self, reason: Reason) -> Vec<Event> {
        let fact = match self {
            Self::Accepted(_) => CaseAcceptedV1::TYPE,
            Self::Resolved(_) => CaseResolvedV1::TYPE,
            Self::Reopened(_) => CaseReopenedV1::TYPE,
            Self::Closed(_) => CaseClosedV1::TYPE,
            Self::Joined(_) => CaseJoinedV1::TYPE,
            Self::Unjoined(_) => CaseUnjoinedV1::TYPE,
        };
        vec![Event::Noted { fact: fact.to_string(), reason }]
    }
}

/// What follows from a fact: always at least one event, if only that it was noted.
pub fn on_fact(
    state: &State,
    rules: &Rules,
    fact: &Fact,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Vec<Event> {
    let followed = match fact {
        Fact::Accepted(accepted) => on_accepted(state, rules, accepted),
        Fact::Resolved(resolved) => on_resolved(state, rules, resolved, now, ids),
        Fact::Reopened(reopened) => on_reopened(state, rules, reopened),
        Fact::Closed(closed) => on_closed(state, closed),
        Fact::Joined(joined) => on_joined(state, &joined.joined),
        Fact::Unjoined(unjoined) => on_unjoined(state, unjoined.person),
    };
    followed.unwrap_or_else(|reason| fact.noted(reason))
}

fn on_accepted(
    state: &State,
    rules: &Rules,
    accepted: &CaseAcceptedV1,
) -> Result<Vec<Event>, Reason> {
    match state {
        State::New => {
            let matter = Matter {
                revision: rules.revision(),
                number: accepted.number,
                item: accepted.item.clone(),
                place: accepted.place.clone(),
                urgency: accepted.urgency,
                level: accepted.level,
            };
            Ok(vec![Event::Followed { cycle: accepted.cycle, matter }])
        }
        State::Idle(_) | State::Calling { .. } | State::Judged { .. } | State::Ended { .. } => {
            Err(Reason::AlreadyKnown)
        }
    }
}

fn on_resolved(
    state: &State,
    rules: &Rules,
    resolved: &CaseResolvedV1,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Reason> {
    of_this_cycle(state, resolved.cycle)?;
    match state {
        State::New => Err(Reason::UnknownCase),
        State::Idle(survey) => {
            let taken = rules.is_called_back(&resolved.item, survey.matter.number);
            taken.filter(|taken| *taken).ok_or(Reason::NotDue)?;
            let calling = Calling::of(rules, &resolved.item).ok_or(Reason::NotDue)?;
            let not_before = calling.chance(&[], now);
            let due = CallbackDueV1 {
                callback: ids.id(),
                cycle: resolved.cycle,
                first_attempt_by: promised(rules, resolved).unwrap_or(not_before),
                linked: linked(resolved),
            };
            Ok(vec![Event::Opened { due, resolved: resolved.clone(), not_before }])
        }
        State::Calling { .. } | State::Judged { .. } => Err(Reason::AlreadyKnown),
        State::Ended { .. } => Err(Reason::CaseEnded),
    }
}

fn on_reopened(
    state: &State,
    rules: &Rules,
    reopened: &CaseReopenedV1,
) -> Result<Vec<Event>, Reason> {
    let survey = state.survey().ok_or(Reason::UnknownCase)?;
    match reopened.cycle.cmp(&survey.cycle) {
        Ordering::Less => Err(Reason::OtherCycle),
        Ordering::Equal => Err(Reason::AlreadyKnown),
        Ordering::Greater => {
            let matter = Matter {
                revision: rules.revision(),
                number: survey.matter.number,
                item: reopened.item.clone(),
                place: reopened.place.clone(),
                urgency: reopened.urgency,
                level: reopened.level,
            };
            let followed = Event::Followed { cycle: reopened.cycle, matter };
            Ok(withdraw_open(state).into_iter().chain([followed]).collect())
        }
    }
}

fn on_closed(state: &State, closed: &CaseClosedV1) -> Result<Vec<Event>, Reason> {
    let CaseClosedV1 { cycle, end, closed_at: at, .. } = *closed;
    of_this_cycle(state, cycle)?;
    match state {
        State::New => Err(Reason::UnknownCase),
        State::Idle(_) | State::Calling { .. } => {
            let ended = Event::Ended { cycle, end, at };
            Ok(withdraw_open(state).into_iter().chain([ended]).collect())
        }
        // The end that follows from a verdict says nothing new, and answers may still come.
        State::Judged { .. } | State::Ended { .. } => Err(Reason::AlreadyKnown),
    }
}

/// Whoever is a reporter again answers by the links that they had: their messages are still there. Who is
/// new is asked after the cycle that runs, which says who they are once it is completed.
fn on_joined(state: &State, joined: &[PersonId]) -> Result<Vec<Event>, Reason> {
    state.survey().ok_or(Reason::UnknownCase)?;
    let again = |person: &PersonId| {
        let theirs = state.callbacks().filter(|(call, _)| call.left.contains(person));
        let callbacks: Vec<_> = theirs.map(|(call, _)| call.id).collect();
        (!callbacks.is_empty()).then_some(Event::Rejoined { person: *person, callbacks })
    };
    let rejoined: Vec<_> = joined.iter().filter_map(again).collect();
    if rejoined.is_empty() { Err(Reason::AlreadyKnown) } else { Ok(rejoined) }
}

/// Whoever is no reporter any more answers by none of their links.
fn on_unjoined(state: &State, person: PersonId) -> Result<Vec<Event>, Reason> {
    state.survey().ok_or(Reason::UnknownCase)?;
    let has_link = state.callbacks().any(|(call, _)| call.reporters.contains(&person));
    if has_link { Ok(vec![Event::Unjoined { person }]) } else { Err(Reason::AlreadyKnown) }
}

fn of_this_cycle(state: &State, cycle: Cycle) -> Result<(), Reason> {
    let survey = state.survey().ok_or(Reason::UnknownCase)?;
    if cycle == survey.cycle { Ok(()) } else { Err(Reason::OtherCycle) }
}

/// Until when the first attempt is promised, counted from the completion.
fn promised(rules: &Rules, resolved: &CaseResolvedV1) -> Option<Timestamp> {
    let CaseResolvedV1 { item, urgency, resolved_at, .. } = resolved;
    let due = rules.due(item, Commitment::CallBack, *urgency, *resolved_at).ok()??;
    Some(due.at)
}

fn withdraw_open(state: &State) -> Option<Event> {
    match state {
        State::Calling { call: Call { id, cycle, .. }, .. } => {
            Some(Event::Withdrawn(CallbackWithdrawnV1 { callback: *id, cycle: *cycle }))
        }
        State::New | State::Idle(_) | State::Judged { .. } | State::Ended { .. } => None,
    }
}
