use std::collections::BTreeSet;

use clock::Ids;
use definitions::{Ladder, Rules};
use events::{
    DispatchFact, IntakeFact, Payload, SurveyFact,
    dispatch::{
        CaseCompletedV1, WorkOrderAnsweredV1, WorkOrderArrivedV1, WorkOrderAskedV1,
        WorkOrderAssignedV1, WorkOrderCancelledV1, WorkOrderClaimedV1, WorkOrderCompletedV1,
        WorkOrderContainedV1, WorkOrderDisputedV1, WorkOrderHeldV1, WorkOrderOfferedV1,
        WorkOrderReleasedV1, WorkOrderResumedV1,
    },
    intake::{CaseAcceptedV1, CaseClosedV1, CaseReopenedV1, CaseRepliedV1, CaseUrgencyChangedV1},
    survey::{CallbackAttemptedV1, CaseAnsweredV1, CaseJudgedV1},
    words::PostId,
};
use jiff::Timestamp;

use crate::{
    event::{Event, Reason},
    follow,
    state::State,
    warning::with_warnings,
};

/// What escalation-timer hears from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A case was accepted, with the promises that begin at its receipt.
    Accepted(CaseAcceptedV1),
    /// It was reopened, with new promises.
    Reopened(CaseReopenedV1),
    /// It has another urgency, with its next promises.
    UrgencyChanged(CaseUrgencyChangedV1),
    /// Whoever reported it has an answer.
    Reported(CaseRepliedV1),
    /// It ended.
    Closed(CaseClosedV1),
    /// A work order was offered.
    Offered(WorkOrderOfferedV1),
    /// An offer was claimed.
    Claimed(WorkOrderClaimedV1),
    /// Somebody was told to do what was offered.
    Assigned(WorkOrderAssignedV1),
    /// A post has a work order no longer.
    Released(WorkOrderReleasedV1),
    /// Two posts refused a work order.
    Disputed(WorkOrderDisputedV1),
    /// A worker is at the place.
    Arrived(WorkOrderArrivedV1),
    /// The danger is over.
    Contained(WorkOrderContainedV1),
    /// The work waits.
    Held(WorkOrderHeldV1),
    /// It goes on.
    Resumed(WorkOrderResumedV1),
    /// Somebody is asked inside the case.
    Asked(WorkOrderAskedV1),
    /// They have said what they know.
    Replied(WorkOrderAnsweredV1),
    /// A work order is done.
    Done(WorkOrderCompletedV1),
    /// Nobody wants it done any more, or another has its part.
    Cancelled(WorkOrderCancelledV1),
    /// A cycle was completed.
    Completed(CaseCompletedV1),
    /// Somebody tried to call back.
    Attempted(CallbackAttemptedV1),
    /// Somebody called back, and heard an answer.
    Answered(CaseAnsweredV1),
    /// A cycle was judged.
    Judged(CaseJudgedV1),
}

impl Fact {
    /// The fact as this core reads it; `None` for one that moves no clock.
    pub fn read(fact: events::Fact) -> Option<Self> {
        match fact {
            events::Fact::Intake(fact) => match fact {
                IntakeFact::CaseAccepted(fact) => Some(Self::Accepted(fact)),
                IntakeFact::CaseReopened(fact) => Some(Self::Reopened(fact)),
                IntakeFact::CaseClosed(fact) => Some(Self::Closed(fact)),
                IntakeFact::CaseUrgencyChanged(fact) => Some(Self::UrgencyChanged(fact)),
                IntakeFact::CaseReplied(fact) => Some(Self::Reported(fact)),
                IntakeFact::ContactRecorded(_)
                | IntakeFact::CaseResolved(_)
                | IntakeFact::CaseChased(_)
                | IntakeFact::CaseNoted(_)
                | IntakeFact::CaseJoined(_)
                | IntakeFact::CaseUnjoined(_)
                | IntakeFact::CaseIncidentUpdated(_) => None,
            },
            events::Fact::Dispatch(fact) => match fact {
                DispatchFact::WorkOrderOffered(fact) => Some(Self::Offered(fact)),
                DispatchFact::WorkOrderClaimed(fact) => Some(Self::Claimed(fact)),
                DispatchFact::WorkOrderArrived(fact) => Some(Self::Arrived(fact)),
                DispatchFact::WorkOrderAssigned(fact) => Some(Self::Assigned(fact)),
                DispatchFact::WorkOrderContained(fact) => Some(Self::Contained(fact)),
                DispatchFact::WorkOrderReleased(fact) => Some(Self::Released(fact)),
                DispatchFact::WorkOrderDisputed(fact) => Some(Self::Disputed(fact)),
                DispatchFact::CaseCompleted(fact) => Some(Self::Completed(fact)),
                DispatchFact::WorkOrderHeld(fact) => Some(Self::Held(fact)),
                DispatchFact::WorkOrderResumed(fact) => Some(Self::Resumed(fact)),
                DispatchFact::WorkOrderAsked(fact) => Some(Self::Asked(fact)),
                DispatchFact::WorkOrderAnswered(fact) => Some(Self::Replied(fact)),
                DispatchFact::WorkOrderCompleted(fact) => Some(Self::Done(fact)),
                DispatchFact::WorkOrderCancelled(fact) => Some(Self::Cancelled(fact)),
                DispatchFact::RosterChanged(_) | DispatchFact::HandoverUntaken(_) => None,
            },
            events::Fact::Survey(fact) => match fact {
                SurveyFact::CallbackAttempted(fact) => Some(Self::Attempted(fact)),
                // By a link nobody has called back: what is said there is a verdict, or is kept.
                SurveyFact::CaseAnswered(fact) => fact.by.is_some().then_some(Self::Answered(fact)),
                SurveyFact::CaseJudged(fact) => Some(Self::Judged(fact)),
                SurveyFact::CallbackDue(_) | SurveyFact::CallbackWithdrawn(_) => None,
            },
            events::Fact::Escalation(_)
            | events::Fact::Notify(_)
            | events::Fact::Definition(_)
            | events::Fact::Audit(_) => None,
        }
    }

    fn noted(&self, reason: Reason) -> Event {
        let fact = match self {
            Self::Accepted(_) => CaseAcceptedV1::TYPE,
            Self::Reopened(_) => CaseReopenedV1::TYPE,
            Self::UrgencyChanged(_) => CaseUrgencyChangedV1::TYPE,
            Self::Reported(_) => CaseRepliedV1::TYPE,
            Self::Closed(_) => CaseClosedV1::TYPE,
            Self::Offered(_) => WorkOrderOfferedV1::TYPE,
            Self::Claimed(_) => WorkOrderClaimedV1::TYPE,
            Self::Assigned(_) => WorkOrderAssignedV1::TYPE,
            Self::Released(_) => WorkOrderReleasedV1::TYPE,
            Self::Disputed(_) => WorkOrderDisputedV1::TYPE,
            Self::Arrived(_) => WorkOrderArrivedV1::TYPE,
            Self::Contained(_) => WorkOrderContainedV1::TYPE,
            Self::Held(_) => WorkOrderHeldV1::TYPE,
            Self::Resumed(_) => WorkOrderResumedV1::TYPE,
            Self::Asked(_) => WorkOrderAskedV1::TYPE,
            Self::Replied(_) => WorkOrderAnsweredV1::TYPE,
            Self::Done(_) => WorkOrderCompletedV1::TYPE,
            Self::Cancelled(_) => WorkOrderCancelledV1::TYPE,
            Self::Completed(_) => CaseCompletedV1::TYPE,
            Self::Attempted(_) => CallbackAttemptedV1::TYPE,
            Self::Answered(_) => CaseAnsweredV1::TYPE,
            Self::Judged(_) => CaseJudgedV1::TYPE,
        };
        Event::Noted { fact: fact.to_string(), reason }
    }
}

/// The posts that a fact may have told at once, so that it matters whether anybody is at work there.
pub fn posts_told(rules: &Rules, fact: &Fact) -> BTreeSet<PostId> {
    let Fact::Reopened(reopened) = fact else { return BTreeSet::new() };
    let ladder = follow::told_ladder(rules, reopened);
    ladder.into_iter().flat_map(Ladder::rungs).cloned().collect()
}

/// What follows from a fact where somebody is at work at every post, as far as is known.
pub fn on_fact(
    state: &State,
    rules: &Rules,
    fact: &Fact,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Vec<Event> {
    on_fact_among(state, rules, fact, (now, &BTreeSet::new()), ids)
}

/// What follows from a fact: always at least one event, if only that it was noted. At some posts of
/// [`posts_told`] nobody may be at work.
pub fn on_fact_among(
    state: &State,
    rules: &Rules,
    fact: &Fact,
    (now, unattended): (Timestamp, &BTreeSet<PostId>),
    ids: &mut impl Ids,
) -> Vec<Event> {
    let followed = match fact {
        Fact::Accepted(fact) => follow::accepted(state, rules, fact, ids),
        Fact::Reopened(fact) => follow::reopened(state, rules, fact, (now, unattended), ids),
        Fact::UrgencyChanged(fact) => follow::urgency_changed(state, rules, fact, ids),
        Fact::Reported(fact) => follow::reported(state, rules, fact, ids),
        Fact::Closed(fact) => follow::closed(state, fact),
        Fact::Offered(fact) => follow::offered(state, rules, fact, ids),
        Fact::Claimed(fact) => follow::offer_ended(state, fact.offer, fact.at),
        Fact::Assigned(fact) => follow::offer_ended(state, fact.offer, fact.at),
        Fact::Released(fact) => follow::released(state, rules, fact, now),
        Fact::Disputed(fact) => follow::disputed(state, rules, fact, ids),
        Fact::Arrived(fact) => follow::arrived(state, fact),
        Fact::Contained(fact) => follow::contained(state, rules, fact),
        Fact::Held(fact) => follow::held(state, rules, fact, now),
        Fact::Resumed(fact) => follow::hold_ended(state, rules, fact.work_order, fact.at, now),
        Fact::Asked(fact) => follow::asked(state, rules, fact, ids),
        Fact::Replied(fact) => follow::replied(state, fact),
        Fact::Done(fact) => follow::over(state, rules, fact.work_order, fact.at, now),
        Fact::Cancelled(fact) => follow::over(state, rules, fact.work_order, fact.at, now),
        Fact::Completed(fact) => follow::completed(state, rules, fact, ids),
        Fact::Attempted(fact) => follow::called_back(state, fact.cycle, fact.at),
        Fact::Answered(fact) => follow::called_back(state, fact.cycle, fact.at),
        Fact::Judged(fact) => follow::called_back(state, fact.cycle, fact.judged_at),
    };
    let events = followed.unwrap_or_else(|reason| vec![fact.noted(reason)]);
    with_warnings(state, rules, events)
}
