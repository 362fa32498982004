use std::{cmp::Ordering, collections::BTreeSet};

use clock::{Ids, PersonId, WorkOrderId};
use definitions::Rules;
use events::{
    EscalationFact, IntakeFact, Payload,
    dispatch::WorkOrderCancelledV1,
    escalation::{PauseGrantedV1, PauseRefusedV1, RungFiredV1, RungToldV1},
    intake::{
        CaseAcceptedV1, CaseClosedV1, CaseJoinedV1, CaseReopenedV1, CaseUnjoinedV1,
        CaseUrgencyChangedV1,
    },
    words::PostId,
};
use jiff::Timestamp;

use crate::{
    decide::arrive_by,
    event::{Event, Reason},
    offer,
    order::{Pause, Status},
    state::{State, Work},
};

/// What dispatch hears from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A case was accepted.
    Accepted(CaseAcceptedV1),
    /// It was reopened.
    Reopened(CaseReopenedV1),
    /// It has another urgency.
    UrgencyChanged(CaseUrgencyChangedV1),
    /// Others reported it too.
    Joined(CaseJoinedV1),
    /// Somebody did not, after all.
    Unjoined(CaseUnjoinedV1),
    /// It ended.
    Closed(CaseClosedV1),
    /// A leader hears that it is late.
    RungFired(RungFiredV1),
    /// A leader hears that it was reopened.
    RungTold(RungToldV1),
    /// Its clocks wait with work on hold.
    PauseGranted(PauseGrantedV1),
    /// They do not.
    PauseRefused(PauseRefusedV1),
}

impl Fact {
    /// The fact as this core reads it; `None` for one that means nothing to dispatch.
    pub fn read(fact: events::Fact) -> Option<Self> {
        match fact {
            events::Fact::Intake(fact) => match fact {
                IntakeFact::CaseAccepted(fact) => Some(Self::Accepted(fact)),
                IntakeFact::CaseReopened(fact) => Some(Self::Reopened(fact)),
                IntakeFact::CaseClosed(fact) => Some(Self::Closed(fact)),
                IntakeFact::CaseUrgencyChanged(fact) => Some(Self::UrgencyChanged(fact)),
                IntakeFact::CaseJoined(fact) => Some(Self::Joined(fact)),
                IntakeFact::CaseUnjoined(fact) => Some(Self::Unjoined(fact)),
                IntakeFact::ContactRecorded(_)
                | IntakeFact::CaseResolved(_)
                | IntakeFact::CaseChased(_)
                | IntakeFact::CaseNoted(_)
                | IntakeFact::CaseReplied(_)
                | IntakeFact::CaseIncidentUpdated(_) => None,
            },
            events::Fact::Escalation(fact) => match fact {
                EscalationFact::RungFired(fact) => Some(Self::RungFired(fact)),
                EscalationFact::RungTold(fact) => Some(Self::RungTold(fact)),
                EscalationFact::PauseGranted(fact) => Some(Self::PauseGranted(fact)),
                EscalationFact::PauseRefused(fact) => Some(Self::PauseRefused(fact)),
                EscalationFact::Armed(_)
                | EscalationFact::AtRisk(_)
                | EscalationFact::RungRetracted(_)
                | EscalationFact::ClockStopped(_)
                | EscalationFact::PromiseMoved(_)
                | EscalationFact::ExtensionAsked(_)
                | EscalationFact::ExtensionRefused(_)
                | EscalationFact::PauseAsked(_)
                | EscalationFact::Ordered(_)
                | EscalationFact::TakenOver(_)
                | EscalationFact::RiskAccepted(_) => None,
            },
            events::Fact::Dispatch(_)
            | events::Fact::Survey(_)
            | events::Fact::Notify(_)
            | events::Fact::Definition(_)
            | events::Fact::Audit(_) => None,
        }
    }

    fn noted(&self, reason: Reason) -> Vec<Event> {
        let fact = match self {
            Self::Accepted(_) => CaseAcceptedV1::TYPE,
            Self::Reopened(_) => CaseReopenedV1::TYPE,
            Self::UrgencyChanged(_) => CaseUrgencyChangedV1::TYPE,
            Self::Joined(_) => CaseJoinedV1::TYPE,
            Self::Unjoined(_) => CaseUnjoinedV1::TYPE,
            Self::Closed(_) => CaseClosedV1::TYPE,
            Self::RungFired(_) => RungFiredV1::TYPE,
            Self::RungTold(_) => RungToldV1::TYPE,
            Self::PauseGranted(_) => PauseGrantedV1::TYPE,
            Self::PauseRefused(_) => PauseRefusedV1::TYPE,
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
        Fact::Accepted(accepted) => on_accepted(state, rules, accepted, now, ids),
        Fact::Reopened(reopened) => on_reopened(state, rules, reopened, now, ids),
        Fact::UrgencyChanged(changed) => on_urgency_changed(state, rules, changed, now),
        Fact::Joined(CaseJoinedV1 { reporters, .. })
        | Fact::Unjoined(CaseUnjoinedV1 { reporters, .. }) => on_reporters(state, reporters),
        Fact::Closed(closed) => on_closed(state, closed),
        Fact::RungFired(RungFiredV1 { post, .. }) | Fact::RungTold(RungToldV1 { post, .. }) => {
            on_escalated(state, post)
        }
        Fact::PauseGranted(PauseGrantedV1 { work_order, from, until, .. }) => {
            on_paused(state, (*work_order, Some(*from)), Pause::Granted { until: *until })
        }
        Fact::PauseRefused(PauseRefusedV1 { work_order, from, cause, .. }) => {
            on_paused(state, (*work_order, *from), Pause::Refused { cause: *cause })
        }
    };
    followed.unwrap_or_else(|reason| fact.noted(reason))
}

fn on_accepted(
    state: &State,
    rules: &Rules,
    accepted: &CaseAcceptedV1,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Reason> {
    match state {
        State::New => {
            let offered = offer::first(accepted.into(), rules, now, ids)?;
            let reporters = reported(&BTreeSet::new(), &accepted.reporters);
            let complains = accepted.complains_of.map(|of| Event::Complains { of });
            Ok([offered].into_iter().chain(reporters).chain(complains).collect())
        }
        State::Working(_) | State::Done(_) | State::Ended { .. } => Err(Reason::AlreadyKnown),
    }
}

fn on_reopened(
    state: &State,
    rules: &Rules,
    reopened: &CaseReopenedV1,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Reason> {
    let work = state.work().ok_or(Reason::UnknownCase)?;
    match reopened.cycle.cmp(&work.cycle) {
        Ordering::Less => Err(Reason::OtherCycle),
        Ordering::Equal => Err(Reason::AlreadyKnown),
        Ordering::Greater => {
            let offered = offer::first(reopened.into(), rules, now, ids)?;
            // Nothing of an earlier cycle is open, unless this store was restored from a backup.
            let reporters = reported(&work.reporters, &reopened.reporters);
            let cancelled = cancel_open(work, reopened.reopened_at);
            Ok(cancelled.chain([offered]).chain(reporters).collect())
        }
    }
}

/// The work is listed by it, and offered by it from now on; whoever has it and has not come has no more
/// time to do so than who would claim it then.
fn on_urgency_changed(
    state: &State,
    rules: &Rules,
    changed: &CaseUrgencyChangedV1,
    now: Timestamp,
) -> Result<Vec<Event>, Reason> {
    let CaseUrgencyChangedV1 { cycle, urgency, .. } = *changed;
    match state {
        State::New => Err(Reason::UnknownCase),
        State::Working(work) | State::Done(work) if cycle != work.cycle => Err(Reason::OtherCycle),
        State::Working(work) | State::Done(work) if urgency == work.urgency => {
            Err(Reason::AlreadyKnown)
        }
        State::Working(work) | State::Done(work) => {
            let arrive_by = arrive_by(rules, &work.item, urgency, now);
            Ok(vec![Event::UrgencyChanged { urgency, arrive_by }])
        }
        // No cycle runs.
        State::Ended { .. } => Err(Reason::OtherCycle),
    }
}

/// Who reported it changes under whoever works on it, and after its end too.
fn on_reporters(state: &State, reporters: &[PersonId]) -> Result<Vec<Event>, Reason> {
    let work = state.work().ok_or(Reason::UnknownCase)?;
    reported(&work.reporters, reporters).map(|event| vec![event]).ok_or(Reason::AlreadyKnown)
}

fn reported(before: &BTreeSet<PersonId>, reporters: &[PersonId]) -> Option<Event> {
    let reporters: BTreeSet<_> = reporters.iter().copied().collect();
    (reporters != *before).then_some(Event::ReportersChanged { reporters })
}

fn on_closed(state: &State, closed: &CaseClosedV1) -> Result<Vec<Event>, Reason> {
    let CaseClosedV1 { cycle, end, closed_at: at, .. } = *closed;
    match state {
        State::New => Err(Reason::UnknownCase),
        State::Working(work) | State::Done(work) if cycle < work.cycle => Err(Reason::OtherCycle),
        State::Working(work) | State::Done(work) => {
            Ok(cancel_open(work, at).chain([Event::Ended { cycle, end, at }]).collect())
        }
        State::Ended { .. } => Err(Reason::AlreadyKnown),
    }
}

fn on_escalated(state: &State, to: &PostId) -> Result<Vec<Event>, Reason> {
    let work = state.work().ok_or(Reason::UnknownCase)?;
    if work.escalated_to.contains(to) {
        return Err(Reason::AlreadyKnown);
    }
    Ok(vec![Event::Escalated { to: to.clone() }])
}

/// What is said of the clocks of work that waits; of work that went on since it means nothing any more,
/// even if it waits again.
fn on_paused(
    state: &State,
    (work_order, since): (WorkOrderId, Option<Timestamp>),
    pause: Pause,
) -> Result<Vec<Event>, Reason> {
    let work = state.work().ok_or(Reason::UnknownCase)?;
    match work.order(work_order).map(|order| order.status) {
        Some(Status::OnHold { held_at, .. }) if since.is_none_or(|since| since == held_at) => {
            Ok(vec![Event::PauseAnswered { work_order, pause }])
        }
        Some(
            Status::Offered
            | Status::Taken(_)
            | Status::OnHold { .. }
            | Status::Disputed { .. }
            | Status::Completed { .. }
            | Status::Cancelled { .. },
        )
        | None => Err(Reason::NotOnHold),
    }
}

/// The end of all that is open.
fn cancel_open(work: &Work, at: Timestamp) -> impl Iterator<Item = Event> {
    work.open().map(move |order| {
        Event::Cancelled(WorkOrderCancelledV1 {
            work_order: order.id,
            cycle: order.cycle,
            department: order.department().clone(),
            at,
            merged: None,
        })
    })
}
