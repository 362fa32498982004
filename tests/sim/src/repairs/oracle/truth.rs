//! When what a clock waits for really happened, by whoever did it.

use clock::TimerId;
use escalation_timer_core::Event;
use events::{
    DispatchFact, IntakeFact, SurveyFact,
    escalation::ArmedV1,
    words::{Commitment, Cycle, Subject},
};
use jiff::Timestamp;

use super::File;

/// What a clock runs for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sought {
    pub(super) timer: TimerId,
    pub(super) subject: Subject,
    pub(super) commitment: Commitment,
    pub(super) cycle: Cycle,
}

/// All that keeps the promise; the first of it counts.
pub(super) fn kept(file: &File<'_>, sought: Sought) -> Vec<Timestamp> {
    match sought.commitment {
        Commitment::CallBack => called(file, sought.cycle),
        Commitment::Adjudicate => adjudicated(file, sought.subject),
        Commitment::Reply => replied(file, sought.subject),
        Commitment::Accept
        | Commitment::Arrive
        | Commitment::Contain
        | Commitment::Complete
        | Commitment::Answer => {
            file.dispatch.iter().filter_map(|fact| worked(fact, sought)).collect()
        }
        Commitment::FollowUp => reported(file, sought),
    }
}

/// What whoever reported it was answered after the answer that promised this one, if one did.
fn reported(file: &File<'_>, Sought { timer, cycle, .. }: Sought) -> Vec<Timestamp> {
    let replies = file.intake.iter().filter_map(|fact| match fact {
        IntakeFact::CaseReplied(replied) if replied.cycle == cycle => Some(replied),
        _ => None,
    });
    let replies: Vec<_> = replies.map(|replied| (replied.at, replied.next.as_ref())).collect();
    // Of two at one instant, one after the other, that promise the same the later one says nothing new.
    let said: Vec<_> = replies.iter().map(|(at, next)| (*at, next.map(|next| next.due))).collect();
    let lasts = said.iter().enumerate().filter(|(place, one)| said.get(place + 1) != Some(*one));
    let armed = file.timed.iter().filter_map(|entry| match &entry.event {
        Event::Armed { armed, since, .. } if is_answer(armed) => {
            Some((armed.timer, (*since, Some(armed.due))))
        }
        _ => None,
    });
    let armed: Vec<_> = armed.collect();
    let place = armed.iter().position(|(armed, _)| *armed == timer).unwrap_or_default();
    let began = armed.get(place).map(|(_, began)| *began);
    let alike = armed.iter().take(place).filter(|(_, one)| Some(*one) == began).count();
    let before = lasts.filter(|(_, one)| Some(**one) == began).nth(alike);
    let after = before.map_or(0, |(place, _)| place + 1);
    replies.iter().skip(after).map(|(at, _)| *at).collect()
}

/// Whether it is the first promise of a clock for an answer to whoever reported the case.
pub(super) fn is_answer(armed: &ArmedV1) -> bool {
    (armed.commitment, armed.subject, armed.promise) == (Commitment::FollowUp, Subject::Case, 1)
}

/// All after which nobody wants the promise kept.
pub(super) fn over(file: &File<'_>, cycle: Cycle) -> Vec<Timestamp> {
    let over = file.intake.iter().filter_map(|fact| match fact {
        IntakeFact::CaseClosed(closed) if closed.cycle >= cycle => Some(closed.closed_at),
        IntakeFact::CaseReopened(reopened) if reopened.cycle > cycle => Some(reopened.reopened_at),
        _ => None,
    });
    over.collect()
}

/// All after which nobody wants a clock to go on: of a work order that is over nobody has to be found,
/// and nobody needs to know what was asked.
pub(super) fn idle(file: &File<'_>, sought: Sought) -> Vec<Timestamp> {
    let its_own = file.dispatch.iter().find_map(|fact| match (fact, sought.subject) {
        (DispatchFact::WorkOrderOffered(fact), Subject::Offer(offer)) => {
            (fact.offer == offer).then_some(fact.work_order)
        }
        (DispatchFact::WorkOrderAsked(fact), Subject::Question(question)) => {
            (fact.question == question).then_some(fact.work_order)
        }
        _ => None,
    });
    let ended = file.dispatch.iter().filter_map(|fact| match fact {
        DispatchFact::WorkOrderCompleted(fact) => Some((fact.work_order, fact.at)),
        DispatchFact::WorkOrderCancelled(fact) => Some((fact.work_order, fact.at)),
        _ => None,
    });
    let ended = ended.filter(|(work_order, _)| Some(*work_order) == its_own).map(|(_, at)| at);
    over(file, sought.cycle).into_iter().chain(ended).collect()
}

/// All that may make a clock of the cycle superfluous besides; haste has no part in an answer.
pub(super) fn hurried(file: &File<'_>, sought: Sought) -> Vec<Timestamp> {
    let Sought { commitment, cycle, .. } = sought;
    if commitment == Commitment::FollowUp {
        return Vec::new();
    }
    let hurried = file.intake.iter().filter_map(|fact| match fact {
        IntakeFact::CaseUrgencyChanged(changed) if changed.cycle == cycle => Some(changed.at),
        _ => None,
    });
    hurried.collect()
}

fn worked(fact: &DispatchFact, sought: Sought) -> Option<Timestamp> {
    let Sought { subject, commitment, cycle, .. } = sought;
    let accepts = |offer| commitment == Commitment::Accept && subject == Subject::Offer(offer);
    let comes = |of: Cycle| commitment == Commitment::Arrive && of == cycle;
    let secures = |of: Cycle| commitment == Commitment::Contain && of == cycle;
    match fact {
        DispatchFact::WorkOrderClaimed(fact) => accepts(fact.offer).then_some(fact.at),
        DispatchFact::WorkOrderAssigned(fact) => accepts(fact.offer).then_some(fact.at),
        DispatchFact::WorkOrderReleased(fact) => accepts(fact.offer).then_some(fact.at),
        DispatchFact::WorkOrderArrived(fact) => comes(fact.cycle).then_some(fact.at),
        DispatchFact::WorkOrderContained(fact) => secures(fact.cycle).then_some(fact.at),
        DispatchFact::CaseCompleted(fact) => (fact.cycle == cycle).then_some(fact.completed_at),
        DispatchFact::WorkOrderOffered(_)
        | DispatchFact::WorkOrderHeld(_)
        | DispatchFact::WorkOrderAsked(_)
        | DispatchFact::WorkOrderAnswered(_)
        | DispatchFact::WorkOrderResumed(_)
        | DispatchFact::WorkOrderDisputed(_)
        | DispatchFact::WorkOrderCompleted(_)
        | DispatchFact::WorkOrderCancelled(_)
        | DispatchFact::RosterChanged(_)
        | DispatchFact::HandoverUntaken(_) => None,
    }
}

/// By a link nobody calls.
fn called(file: &File<'_>, cycle: Cycle) -> Vec<Timestamp> {
    let called = file.survey.iter().filter_map(|fact| match fact {
        SurveyFact::CallbackAttempted(fact) => (fact.cycle == cycle).then_some(fact.at),
        SurveyFact::CaseAnswered(fact) => {
            (fact.cycle == cycle && fact.by.is_some()).then_some(fact.at)
        }
        SurveyFact::CaseJudged(fact) => (fact.cycle == cycle).then_some(fact.judged_at),
        SurveyFact::CallbackDue(_) | SurveyFact::CallbackWithdrawn(_) => None,
    });
    called.collect()
}

fn replied(file: &File<'_>, subject: Subject) -> Vec<Timestamp> {
    let replied = file.dispatch.iter().filter_map(|fact| match fact {
        DispatchFact::WorkOrderAnswered(fact) => {
            (subject == Subject::Question(fact.question)).then_some(fact.at)
        }
        _ => None,
    });
    replied.collect()
}

/// The offer after the dispute; a work order is disputed but once.
fn adjudicated(file: &File<'_>, subject: Subject) -> Vec<Timestamp> {
    let disputed = |fact: &&&DispatchFact| match fact {
        DispatchFact::WorkOrderDisputed(fact) => subject == Subject::WorkOrder(fact.work_order),
        _ => false,
    };
    let after = file.dispatch.iter().skip_while(|fact| !disputed(fact));
    let offers = after.filter_map(|fact| match fact {
        DispatchFact::WorkOrderOffered(fact) => {
            (subject == Subject::WorkOrder(fact.work_order)).then_some(fact.offered_at)
        }
        _ => None,
    });
    offers.collect()
}
