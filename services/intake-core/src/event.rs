use std::mem;

use clock::{CaseId, ContactId, PersonId};
use events::{
    IntakeFact,
    intake::{
        CaseAcceptedV1, CaseChasedV1, CaseClosedV1, CaseIncidentUpdatedV1, CaseJoinedV1,
        CaseNotedV1, CaseReopenedV1, CaseRepliedV1, CaseResolvedV1, CaseUnjoinedV1,
        CaseUrgencyChangedV1, ContactRecordedV1,
    },
    words::{CaseNumber, ContactOutcome, PlaceId, Revision},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    command::Actor,
    state::{Case, Chased, Closing, Ground, Incident, Instead, Replied, Resolution, State},
};

/// What has happened to a case.
///
/// What others hear is here exactly as they hear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// It was accepted, with its promises.
    Accepted {
        /// What others hear.
        accepted: Box<CaseAcceptedV1>,
        /// What they do not.
        kept: Kept,
    },
    /// The work of its cycle is completed.
    Resolved(CaseResolvedV1),
    /// It ended.
    Closed {
        /// How.
        closed: CaseClosedV1,
        /// Where its matter goes on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<Instead>,
        /// Who ended it, if a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Actor>,
    },
    /// It has one more cycle, with new promises.
    Reopened {
        /// Which, and why.
        reopened: CaseReopenedV1,
        /// Who said "not solved", if not in a callback.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Actor>,
    },
    /// Its requester asks again.
    Chased(CaseChasedV1),
    /// Others reported the same.
    Joined(CaseJoinedV1),
    /// That was undone.
    Unjoined(CaseUnjoinedV1),
    /// It has another urgency, with its next promises.
    UrgencyChanged {
        /// What others hear.
        changed: CaseUrgencyChangedV1,
        /// Why it has that.
        ground: Ground,
    },
    /// Somebody left a note.
    NoteLeft(CaseNotedV1),
    /// Whoever reported it has an answer.
    Replied(CaseRepliedV1),
    /// A duplicate of it ended, and it took over what was reported there.
    Absorbed {
        /// The number of the duplicate.
        number: CaseNumber,
    },
    /// Somebody called about the incident that it is.
    Called {
        /// Where they are, if that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<PlaceId>,
    },
    /// There is news of the incident that it is.
    IncidentUpdated(CaseIncidentUpdatedV1),
    /// A fact changed nothing.
    Noted {
        /// Its type and version.
        fact: String,
        /// Why.
        reason: Reason,
    },
}

/// What intake keeps of an acceptance to itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The definitions by which it was accepted.
    pub revision: Revision,
    /// Why it has its urgency.
    pub ground: Ground,
    /// When it was recorded.
    pub accepted_at: Timestamp,
    /// Who called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<PersonId>,
    /// For whom, if not for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<PersonId>,
    /// The case that it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked: Option<CaseId>,
    /// Who recorded it.
    pub by: Actor,
}

/// Why a fact changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its case was never accepted, as far as intake knows.
    UnknownCase,
    /// It says what is known.
    AlreadyKnown,
    /// It is about another cycle than the one that runs.
    OtherCycle,
    /// It judges what is not completed.
    NotCompleted,
    /// The case ended before.
    CaseEnded,
    /// "Not solved" was said later than the case could be reopened.
    TooLate,
}

/// Brings the state to after the event, which was decided on this very state.
pub fn apply(state: &mut State, event: &Event) {
    match event {
        Event::Accepted { accepted, kept } => *state = State::Open(case(accepted, kept)),
        Event::Resolved(resolved) => {
            if let Some((case, _)) = take(state) {
                let (at, workers) = (resolved.resolved_at, resolved.workers.clone());
                *state = State::Resolved { case, resolution: Resolution { at, workers } };
            }
        }
        Event::Closed { closed: CaseClosedV1 { end, closed_at, .. }, instead, .. } => {
            if let Some((mut case, resolution)) = take(state) {
                case.instead.clone_from(instead);
                let closing = Closing { end: *end, at: *closed_at };
                *state = State::Closed { case, resolution, closing };
            }
        }
        Event::Reopened { reopened, .. } => {
            if let Some((mut case, _)) = take(state) {
                case.cycle = reopened.cycle;
                case.reopened_at = Some(reopened.reopened_at);
                case.promises.clone_from(&reopened.promises);
                *state = State::Open(case);
            }
        }
        Event::Chased(CaseChasedV1 { chases, at, .. }) => {
            if let Some(case) = state.case_mut() {
                case.chased = Some(Chased { times: *chases, last_at: *at });
            }
        }
        Event::Joined(CaseJoinedV1 { reporters, .. })
        | Event::Unjoined(CaseUnjoinedV1 { reporters, .. }) => {
            if let Some(case) = state.case_mut() {
                case.reporters.clone_from(reporters);
            }
        }
        Event::UrgencyChanged { changed, ground } => {
            if let Some(case) = state.case_mut() {
                (case.urgency, case.ground) = (changed.urgency, ground.clone());
                case.promises.clone_from(&changed.promises);
            }
        }
        Event::Replied(replied) => {
            if let Some(case) = state.case_mut() {
                case.replies.push(Replied::from(replied));
            }
        }
        Event::Called { .. } => {
            if let Some(incident) = incident_mut(state) {
                incident.calls = incident.calls.saturating_add(1);
            }
        }
        Event::IncidentUpdated(updated) => {
            if let Some(incident) = incident_mut(state) {
                incident.known.clone_from(&updated.incident);
            }
        }
        Event::NoteLeft(_) | Event::Absorbed { .. } | Event::Noted { .. } => {}
    }
}

impl From<&CaseRepliedV1> for Replied {
    fn from(fact: &CaseRepliedV1) -> Self {
        let CaseRepliedV1 { cycle, ref next, ref department, at, .. } = *fact;
        let next = next.as_ref().map(|promise| promise.due);
        Self { cycle, at, department: department.clone(), next }
    }
}

fn incident_mut(state: &mut State) -> Option<&mut Incident> {
    state.case_mut()?.incident.as_mut()
}

/// The fact that others hear, if it is for them. Its key is the case.
pub fn publish(event: &Event) -> Option<events::Fact> {
    let fact = match event {
        Event::Accepted { accepted, .. } => {
            IntakeFact::CaseAccepted(CaseAcceptedV1::clone(accepted))
        }
        Event::Resolved(fact) => IntakeFact::CaseResolved(fact.clone()),
        Event::Closed { closed, .. } => IntakeFact::CaseClosed(closed.clone()),
        Event::Reopened { reopened, .. } => IntakeFact::CaseReopened(reopened.clone()),
        Event::Chased(chased) => IntakeFact::CaseChased(chased.clone()),
        Event::Joined(fact) => IntakeFact::CaseJoined(fact.clone()),
        Event::Unjoined(fact) => IntakeFact::CaseUnjoined(fact.clone()),
        Event::UrgencyChanged { changed, .. } => IntakeFact::CaseUrgencyChanged(changed.clone()),
        Event::NoteLeft(fact) => IntakeFact::CaseNoted(fact.clone()),
        Event::Replied(fact) => IntakeFact::CaseReplied(fact.clone()),
        Event::IncidentUpdated(fact) => IntakeFact::CaseIncidentUpdated(fact.clone()),
        Event::Absorbed { .. } | Event::Called { .. } | Event::Noted { .. } => return None,
    };
    Some(fact.into())
}

/// What others hear of the contact that opened `case`, and its key, the contact.
pub fn contact(event: &Event, case: CaseId) -> Option<(ContactId, events::Fact)> {
    let accepted = match event {
        Event::Accepted { accepted, .. } => accepted,
        Event::Resolved(_)
        | Event::Closed { .. }
        | Event::Reopened { .. }
        | Event::Chased(_)
        | Event::Joined(_)
        | Event::Unjoined(_)
        | Event::UrgencyChanged { .. }
        | Event::NoteLeft(_)
        | Event::Replied(_)
        | Event::Absorbed { .. }
        | Event::Called { .. }
        | Event::IncidentUpdated(_)
        | Event::Noted { .. } => return None,
    };
    let recorded = ContactRecordedV1 {
        channel: accepted.channel,
        at: accepted.received_at,
        first_receiver: accepted.first_receiver,
        outcome: ContactOutcome::Opened,
        cases: vec![case],
    };
    Some((accepted.contact, recorded.into()))
}

fn case(accepted: &CaseAcceptedV1, kept: &Kept) -> Case {
    let CaseAcceptedV1 { number, kind, channel, contact, urgency, level, cycle, .. } = *accepted;
    Case {
        revision: kept.revision,
        number,
        kind,
        channel,
        contact,
        item: accepted.item.clone(),
        place: accepted.place.clone(),
        urgency,
        ground: kept.ground.clone(),
        level,
        received_at: accepted.received_at,
        accepted_at: kept.accepted_at,
        first_receiver: accepted.first_receiver,
        caller: kept.caller,
        on_behalf_of: kept.on_behalf_of,
        reporters: accepted.reporters.clone(),
        cycle,
        reopened_at: None,
        promises: accepted.promises.clone(),
        instead: None,
        linked: kept.linked,
        chased: None,
        replies: Vec::new(),
        incident: accepted.incident.clone().map(|known| Incident { known, calls: 0 }),
    }
}

fn take(state: &mut State) -> Option<(Case, Option<Resolution>)> {
    match mem::take(state) {
        State::New => None,
        State::Open(case) => Some((case, None)),
        State::Resolved { case, resolution } => Some((case, Some(resolution))),
        State::Closed { case, resolution, .. } => Some((case, resolution)),
    }
}
