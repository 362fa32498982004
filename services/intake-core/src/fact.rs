use clock::Ids;
use definitions::Rules;
use events::{
    DispatchFact, Payload, SurveyFact,
    dispatch::CaseCompletedV1,
    intake::CaseResolvedV1,
    survey::CaseJudgedV1,
    words::{Cycle, End, ReopenCause, Verdict},
};
use jiff::Timestamp;

use crate::{
    cycle::{close, reopen, reopens_until},
    event::{Event, Reason},
    state::{Case, State},
};

/// What intake hears from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// All work of a cycle is completed.
    Completed(CaseCompletedV1),
    /// The callback of a cycle came to a verdict.
    Judged(CaseJudgedV1),
}

impl Fact {
    /// The fact as this core reads it; `None` for one that means nothing to intake.
    pub fn read(fact: events::Fact) -> Option<Self> {
        match fact {
            events::Fact::Dispatch(fact) => match fact {
                DispatchFact::CaseCompleted(fact) => Some(Self::Completed(fact)),
                DispatchFact::WorkOrderOffered(_)
                | DispatchFact::WorkOrderClaimed(_)
                | DispatchFact::WorkOrderAssigned(_)
                | DispatchFact::WorkOrderArrived(_)
                | DispatchFact::WorkOrderContained(_)
                | DispatchFact::WorkOrderHeld(_)
                | DispatchFact::WorkOrderAsked(_)
                | DispatchFact::WorkOrderAnswered(_)
                | DispatchFact::WorkOrderResumed(_)
                | DispatchFact::WorkOrderReleased(_)
                | DispatchFact::WorkOrderDisputed(_)
                | DispatchFact::WorkOrderCompleted(_)
                | DispatchFact::WorkOrderCancelled(_)
                | DispatchFact::RosterChanged(_)
                | DispatchFact::HandoverUntaken(_) => None,
            },
            events::Fact::Survey(fact) => match fact {
                SurveyFact::CaseJudged(fact) => Some(Self::Judged(fact)),
                SurveyFact::CallbackDue(_)
                | SurveyFact::CallbackAttempted(_)
                | SurveyFact::CaseAnswered(_)
                | SurveyFact::CallbackWithdrawn(_) => None,
            },
            events::Fact::Intake(_)
            | events::Fact::Escalation(_)
            | events::Fact::Notify(_)
            | events::Fact::Definition(_)
            | events::Fact::Audit(_) => None,
        }
    }

    fn noted(&self, reason: Reason) -> Vec<Event> {
        let fact = match self {
            Self::Completed(_) => CaseCompletedV1::TYPE,
            Self::Judged(_) => CaseJudgedV1::TYPE,
        };
        vec![Event::Noted { fact: fact.to_string(), reason }]
    }
}

/// What follows from a fact: always at least one event, if only that it was noted.
///
/// All that follows happened when the fact did: an end, and the time for reopening after it, do not
/// wait for our hearing of it.
pub fn on_fact(
    state: &State,
    rules: &Rules,
    fact: &Fact,
    _now: Timestamp,
    _ids: &mut impl Ids,
) -> Vec<Event> {
    let followed = match fact {
        Fact::Completed(completed) => on_completed(state, rules, completed),
        Fact::Judged(judged) => on_judged(state, rules, judged),
    };
    followed.unwrap_or_else(|reason| fact.noted(reason))
}

fn on_completed(
    state: &State,
    rules: &Rules,
    completed: &CaseCompletedV1,
) -> Result<Vec<Event>, Reason> {
    match state {
        State::New => Err(Reason::UnknownCase),
        State::Open(case) => {
            of_this_cycle(case, completed.cycle)?;
            let uncalled = rules.is_called_back(&case.item, case.number) == Some(false);
            // Whoever was promised an answer waits for that, and not for the work.
            let uncalled = uncalled && !case.owes_reply();
            let closed = close(case, End::Uncalled, completed.completed_at, None);
            Ok([resolve(case, completed)].into_iter().chain(uncalled.then_some(closed)).collect())
        }
        State::Resolved { case, .. } => {
            of_this_cycle(case, completed.cycle)?;
            Err(Reason::AlreadyKnown)
        }
        State::Closed { .. } => Err(Reason::CaseEnded),
    }
}

fn on_judged(state: &State, rules: &Rules, judged: &CaseJudgedV1) -> Result<Vec<Event>, Reason> {
    let case = state.case().ok_or(Reason::UnknownCase)?;
    of_this_cycle(case, judged.cycle)?;
    let at = judged.judged_at;
    let not_solved = || reopen(case, rules, at, ReopenCause::NotSolved, None);
    match state {
        State::New => Err(Reason::UnknownCase),
        State::Open(_) => Err(Reason::NotCompleted),
        State::Resolved { .. } => Ok(vec![match judged.verdict {
            Verdict::Solved => close(case, End::Solved, at, None),
            Verdict::Unreachable => close(case, End::Unreachable, at, None),
            Verdict::NotSolved => not_solved(),
        }]),
        State::Closed { closing, .. } => match judged.verdict {
            Verdict::Solved | Verdict::Unreachable => Err(Reason::CaseEnded),
            Verdict::NotSolved => match reopens_until(case, rules, *closing) {
                None => Err(Reason::CaseEnded),
                Some(until) if at > until => Err(Reason::TooLate),
                Some(_) => Ok(vec![not_solved()]),
            },
        },
    }
}

fn of_this_cycle(case: &Case, cycle: Cycle) -> Result<(), Reason> {
    if cycle == case.cycle { Ok(()) } else { Err(Reason::OtherCycle) }
}

fn resolve(case: &Case, completed: &CaseCompletedV1) -> Event {
    Event::Resolved(CaseResolvedV1 {
        cycle: case.cycle,
        resolved_at: completed.completed_at,
        item: case.item.clone(),
        urgency: case.urgency,
        level: case.level,
        reporters: case.reporters.clone(),
        workers: completed.workers.clone(),
    })
}
