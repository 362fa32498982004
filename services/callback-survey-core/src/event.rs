use std::mem;

use clock::{CallbackId, PersonId};
use events::{
    SurveyFact,
    intake::CaseResolvedV1,
    survey::{
        CallbackAttemptedV1, CallbackDueV1, CallbackWithdrawnV1, CaseAnsweredV1, CaseJudgedV1,
    },
    words::{Cycle, End},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::state::{Answered, Attempted, Call, Fate, Matter, Past, State, Survey};

/// What has happened to the asking after a case.
///
/// What others hear is here exactly as they hear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A cycle of the case began, and will be asked after.
    Followed {
        /// Which cycle.
        cycle: Cycle,
        /// What it is about.
        matter: Matter,
    },
    /// Somebody is to be asked.
    Opened {
        /// Until when.
        due: CallbackDueV1,
        /// After what.
        resolved: CaseResolvedV1,
        /// From when on people may be called.
        not_before: Timestamp,
    },
    /// It was tried.
    Attempted {
        /// By whom, and whether somebody was reached.
        attempted: CallbackAttemptedV1,
        /// From when on it may be tried again; none if it need not be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_before: Option<Timestamp>,
    },
    /// There is an answer.
    Answered {
        /// What was said.
        answered: CaseAnsweredV1,
        /// Whose link it came by; none if somebody heard it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<PersonId>,
        /// They complain of it besides.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        complains: bool,
    },
    /// Somebody is no reporter of it any more.
    Unjoined {
        /// Who.
        person: PersonId,
    },
    /// Somebody is a reporter of it again.
    Rejoined {
        /// Who.
        person: PersonId,
        /// The callbacks by whose links they answer again.
        callbacks: Vec<CallbackId>,
    },
    /// The cycle has a verdict.
    Judged(CaseJudgedV1),
    /// Nobody need be asked any more.
    Withdrawn(CallbackWithdrawnV1),
    /// The case ended without a verdict.
    Ended {
        /// In which cycle.
        cycle: Cycle,
        /// How.
        end: End,
        /// When.
        at: Timestamp,
    },
    /// A fact changed nothing.
    Noted {
        /// Its type and version.
        fact: String,
        /// Why.
        reason: Reason,
    },
}

/// Why a fact changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its case was never accepted, as far as this service knows.
    UnknownCase,
    /// It says what is known.
    AlreadyKnown,
    /// It is about another cycle than the one that runs.
    OtherCycle,
    /// Nobody is called back for such an item.
    NotDue,
    /// The case ended before.
    CaseEnded,
}

/// Brings the state to after the event, which was decided on this very state.
pub fn apply(state: &mut State, event: &Event) {
    match event {
        Event::Followed { cycle, matter } => {
            let past = retire(state).map(|survey| survey.past).unwrap_or_default();
            *state = State::Idle(Survey { matter: matter.clone(), cycle: *cycle, past });
        }
        Event::Opened { due, resolved, not_before } => {
            if let Some(mut survey) = retire(state) {
                let CaseResolvedV1 { item, urgency, level, .. } = resolved;
                survey.matter.item.clone_from(item);
                (survey.matter.urgency, survey.matter.level) = (*urgency, *level);
                let call = call(due, resolved, *not_before);
                *state = State::Calling { survey, call };
            }
        }
        Event::Attempted { attempted, not_before } => {
            let CallbackAttemptedV1 { callback, by, at, reached, .. } = *attempted;
            if let Some(call) = state.call_mut(callback) {
                call.attempts.push(Attempted { by, at, reached });
                call.not_before = not_before.unwrap_or(call.not_before);
            }
        }
        Event::Answered { answered, person, complains } => {
            if let Some(call) = state.call_mut(answered.callback) {
                let (person, complains) = (*person, *complains);
                call.answers.push(Answered { person, complains, ..Answered::from(answered) });
            }
        }
        Event::Unjoined { person } => {
            let theirs = |call: &&mut Call| call.reporters.contains(person);
            for call in state.calls_mut().filter(theirs) {
                call.reporters.retain(|one| one != person);
                call.left.push(*person);
            }
        }
        Event::Rejoined { person, callbacks } => {
            for call in state.calls_mut().filter(|call| callbacks.contains(&call.id)) {
                call.left.retain(|one| one != person);
                call.reporters.push(*person);
            }
        }
        Event::Judged(CaseJudgedV1 { verdict, .. }) => match mem::take(state) {
            State::Calling { survey, call } | State::Judged { survey, call, .. } => {
                *state = State::Judged { survey, call, verdict: *verdict };
            }
            other @ (State::New | State::Idle(_) | State::Ended { .. }) => *state = other,
        },
        Event::Withdrawn(_) => {
            if let Some(survey) = retire(state) {
                *state = State::Idle(survey);
            }
        }
        Event::Ended { end, .. } => {
            if let Some(survey) = retire(state) {
                *state = State::Ended { survey, end: *end };
            }
        }
        Event::Noted { .. } => {}
    }
}

/// The fact that others hear, if it is for them.
pub fn publish(event: &Event) -> Option<events::Fact> {
    let fact = match event {
        Event::Opened { due, .. } => SurveyFact::CallbackDue(due.clone()),
        Event::Attempted { attempted, .. } => SurveyFact::CallbackAttempted(attempted.clone()),
        Event::Answered { answered, .. } => SurveyFact::CaseAnswered(answered.clone()),
        Event::Judged(fact) => SurveyFact::CaseJudged(fact.clone()),
        Event::Withdrawn(fact) => SurveyFact::CallbackWithdrawn(fact.clone()),
        Event::Followed { .. }
        | Event::Unjoined { .. }
        | Event::Rejoined { .. }
        | Event::Ended { .. }
        | Event::Noted { .. } => return None,
    };
    Some(fact.into())
}

/// The case with the callback of its cycle, if there was one, among those that are over.
fn retire(state: &mut State) -> Option<Survey> {
    let (mut survey, over) = match mem::take(state) {
        State::New => return None,
        State::Idle(survey) | State::Ended { survey, .. } => (survey, None),
        State::Calling { survey, call } => (survey, Some(Past { call, fate: Fate::Withdrawn })),
        State::Judged { survey, call, verdict } => {
            (survey, Some(Past { call, fate: Fate::Judged(verdict) }))
        }
    };
    survey.past.extend(over);
    Some(survey)
}

fn call(due: &CallbackDueV1, resolved: &CaseResolvedV1, not_before: Timestamp) -> Call {
    Call {
        id: due.callback,
        cycle: due.cycle,
        completed_at: resolved.resolved_at,
        reporters: resolved.reporters.clone(),
        left: Vec::new(),
        workers: resolved.workers.clone(),
        first_attempt_by: due.first_attempt_by,
        not_before,
        attempts: Vec::new(),
        answers: Vec::new(),
    }
}

impl From<&CaseAnsweredV1> for Answered {
    fn from(fact: &CaseAnsweredV1) -> Self {
        let CaseAnsweredV1 { at, by, solved, on_time, attitude, score, .. } = *fact;
        Self { at, by, person: None, solved, on_time, attitude, score, complains: false }
    }
}
