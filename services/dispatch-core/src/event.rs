use std::{collections::BTreeSet, mem};

use clock::{CaseId, PersonId, WorkOrderId};
use events::{
    dispatch::{
        CaseCompletedV1, DispatchFact, WorkOrderAnsweredV1, WorkOrderArrivedV1, WorkOrderAskedV1,
        WorkOrderAssignedV1, WorkOrderCancelledV1, WorkOrderClaimedV1, WorkOrderCompletedV1,
        WorkOrderContainedV1, WorkOrderDisputedV1, WorkOrderHeldV1, WorkOrderOfferedV1,
        WorkOrderReleasedV1, WorkOrderResumedV1,
    },
    words::{Cycle, End, PostId, Revision, Urgency},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    order::{Offer, Order, Pause, Release, Status, Taken},
    question::{Answered, Question},
    state::{State, Work},
};

/// What has happened to the work on a case.
///
/// What others hear is here exactly as they hear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A work order was offered to a post: a new one, a part of another, or one that another post had.
    Offered {
        /// Which, and to whom.
        offered: WorkOrderOfferedV1,
        /// The definitions that say so.
        revision: Revision,
        /// The post that transferred it or split it off, and may get it back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<PostId>,
        /// It was adjudicated, and stays there.
        #[serde(default)]
        is_final: bool,
    },
    /// It was claimed.
    Claimed {
        /// Which, and by whom.
        claimed: WorkOrderClaimedV1,
        /// Until when they must come or say why not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arrive_by: Option<Timestamp>,
    },
    /// Somebody was told to do it.
    Assigned {
        /// Which, and who.
        assigned: WorkOrderAssignedV1,
        /// Until when they must come or say why not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arrive_by: Option<Timestamp>,
    },
    /// The worker is at the place.
    Arrived(WorkOrderArrivedV1),
    /// The danger is over.
    Contained(WorkOrderContainedV1),
    /// The work waits.
    Held(WorkOrderHeldV1),
    /// It goes on.
    Resumed {
        /// Which.
        resumed: WorkOrderResumedV1,
        /// Until when who has not come yet must come or say why not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arrive_by: Option<Timestamp>,
    },
    /// Its post has it no longer. What comes right after it says who has: an offer, or a dispute.
    Released {
        /// Which, and why.
        released: WorkOrderReleasedV1,
        /// How often it was refused, with this time.
        refusals: u8,
    },
    /// It was refused twice.
    Disputed(WorkOrderDisputedV1),
    /// It is done.
    Completed(WorkOrderCompletedV1),
    /// It is no longer wanted.
    Cancelled(WorkOrderCancelledV1),
    /// All work orders of the cycle are done.
    CycleCompleted(CaseCompletedV1),
    /// Somebody is asked something of it.
    Asked(WorkOrderAskedV1),
    /// They have said it.
    Answered(WorkOrderAnsweredV1),
    /// Others than before reported it.
    ReportersChanged {
        /// All of them.
        reporters: BTreeSet<PersonId>,
    },
    /// It is a complaint.
    Complains {
        /// The case that it is about.
        of: CaseId,
    },
    /// The clocks wait with work on hold, or they do not.
    PauseAnswered {
        /// Which work.
        work_order: WorkOrderId,
        /// What is said of them.
        pause: Pause,
    },
    /// A leader was told of the case, who may see it from now on.
    Escalated {
        /// The leader's post.
        to: PostId,
    },
    /// The case has another urgency.
    UrgencyChanged {
        /// So much.
        urgency: Urgency,
        /// Until when who has work of it and has not come must come or say why not, if that is sooner.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arrive_by: Option<Timestamp>,
    },
    /// The case ended, and with it the work.
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
    /// Its case was never accepted, as far as dispatch knows.
    UnknownCase,
    /// It says what is known.
    AlreadyKnown,
    /// It is about another cycle than the one that runs.
    OtherCycle,
    /// The work that it is about waits no more.
    NotOnHold,
    /// No route leads from its item and place to a post. `apply` refuses such a campus; should it
    /// come to it, the promise to complete is watched all the same, and leaders hear.
    Unrouted,
}

/// Brings the state to after the event, which was decided on this very state.
pub fn apply(state: &mut State, event: &Event) {
    match event {
        Event::Offered { offered, revision, from, is_final } => {
            offer(state, offered, *revision);
            edit(state, offered.work_order, |order| order.stays_with(from.as_ref(), *is_final));
        }
        Event::Claimed { claimed: WorkOrderClaimedV1 { work_order, by, at, .. }, arrive_by } => {
            let (by, claimed_at, arrive_by) = (*by, *at, *arrive_by);
            take_up(state, *work_order, Taken::Claimed { by, claimed_at, arrive_by });
        }
        Event::Assigned { assigned: WorkOrderAssignedV1 { work_order, to, at, .. }, arrive_by } => {
            let (by, assigned_at, arrive_by) = (*to, *at, *arrive_by);
            take_up(state, *work_order, Taken::Assigned { by, assigned_at, arrive_by });
        }
        Event::Arrived(fact) => arrive(state, fact),
        Event::Contained(fact) => contain(state, fact),
        Event::Held(WorkOrderHeldV1 { work_order, reason, visit_at, at: held_at, .. }) => {
            let (reason, held_at, visit_at, pause) = (*reason, *held_at, *visit_at, None);
            let held = |before| Status::OnHold { reason, held_at, visit_at, before, pause };
            hold(state, *work_order, held);
        }
        Event::PauseAnswered { work_order, pause: said } => {
            edit(state, *work_order, |order| order.status.answer(*said));
        }
        Event::Resumed { resumed, arrive_by } => {
            hold(state, resumed.work_order, |before| Status::Taken(before.until(*arrive_by)));
        }
        Event::Released { released, refusals } => {
            edit(state, released.work_order, |order| release(order, released, *refusals));
        }
        Event::Disputed(WorkOrderDisputedV1 { work_order, at: since, .. }) => {
            let status = Status::Disputed { since: *since };
            edit(state, *work_order, |order| (order.status, order.from) = (status, None));
        }
        Event::Asked(fact) => ask(state, fact),
        Event::Answered(fact) => answer(state, fact),
        Event::ReportersChanged { reporters } => report(state, reporters),
        Event::Complains { of } => complain(state, *of),
        Event::Completed(fact) => complete(state, fact),
        Event::Cancelled(fact) => cancel(state, fact),
        Event::CycleCompleted(_) => {
            if let Some(work) = take(state) {
                *state = State::Done(work);
            }
        }
        Event::Escalated { to } => {
            if let Some(work) = state.work_mut() {
                work.escalated_to.insert(to.clone());
            }
        }
        Event::UrgencyChanged { urgency, arrive_by } => hurry(state, *urgency, *arrive_by),
        Event::Ended { end, .. } => {
            if let Some(work) = take(state) {
                *state = State::Ended { work, end: *end };
            }
        }
        Event::Noted { .. } => {}
    }
}

fn report(state: &mut State, reporters: &BTreeSet<PersonId>) {
    if let Some(work) = state.work_mut() {
        work.reporters.clone_from(reporters);
    }
}

fn complain(state: &mut State, of: CaseId) {
    if let Some(work) = state.work_mut() {
        work.complains_of = Some(of);
    }
}

fn hurry(state: &mut State, urgency: Urgency, arrive_by: Option<Timestamp>) {
    let Some(work) = state.work_mut() else { return };
    work.urgency = urgency;
    let Some(arrive_by) = arrive_by else { return };
    for order in &mut work.orders {
        if let Status::Taken(taken) = order.status {
            let limit = taken.arrive_by().map_or(arrive_by, |limit| limit.min(arrive_by));
            order.status = Status::Taken(taken.until(Some(limit)));
        }
    }
}

/// The fact that others hear, if it is for them.
pub fn publish(event: &Event) -> Option<events::Fact> {
    let fact = match event {
        Event::Offered { offered, .. } => DispatchFact::WorkOrderOffered(offered.clone()),
        Event::Claimed { claimed, .. } => DispatchFact::WorkOrderClaimed(claimed.clone()),
        Event::Assigned { assigned, .. } => DispatchFact::WorkOrderAssigned(assigned.clone()),
        Event::Arrived(fact) => DispatchFact::WorkOrderArrived(fact.clone()),
        Event::Contained(fact) => DispatchFact::WorkOrderContained(fact.clone()),
        Event::Held(fact) => DispatchFact::WorkOrderHeld(fact.clone()),
        Event::Resumed { resumed, .. } => DispatchFact::WorkOrderResumed(resumed.clone()),
        Event::Released { released, .. } => DispatchFact::WorkOrderReleased(released.clone()),
        Event::Disputed(fact) => DispatchFact::WorkOrderDisputed(fact.clone()),
        Event::Asked(fact) => DispatchFact::WorkOrderAsked(fact.clone()),
        Event::Answered(fact) => DispatchFact::WorkOrderAnswered(fact.clone()),
        Event::Completed(fact) => DispatchFact::WorkOrderCompleted(fact.clone()),
        Event::Cancelled(fact) => DispatchFact::WorkOrderCancelled(fact.clone()),
        Event::CycleCompleted(fact) => DispatchFact::CaseCompleted(fact.clone()),
        Event::PauseAnswered { .. }
        | Event::Escalated { .. }
        | Event::UrgencyChanged { .. }
        | Event::ReportersChanged { .. }
        | Event::Complains { .. }
        | Event::Ended { .. }
        | Event::Noted { .. } => return None,
    };
    Some(fact.into())
}

/// The first offer of a cycle brings what is asked for in it, and that of a part the same again; each
/// further one of the same work order takes the place of the one before.
fn offer(state: &mut State, offered: &WorkOrderOfferedV1, revision: Revision) {
    let WorkOrderOfferedV1 { work_order: id, cycle, urgency, level, .. } = *offered;
    let before = take(state);
    let (mut orders, escalated_to, reporters, complains_of) = before
        .map_or_else(Default::default, |work| {
            (work.orders, work.escalated_to, work.reporters, work.complains_of)
        });
    let offer = Offer { id: offered.offer, post: offered.post.clone(), at: offered.offered_at };
    let status = Status::Offered;
    if let Some(order) = orders.iter_mut().find(|order| order.id == id) {
        (order.offer, order.status) = (offer, status);
    } else {
        let (workers, releases) = (BTreeSet::new(), Vec::new());
        let (from, refusals, is_final, questions) = (None, 0, false, Vec::new());
        let split_from = offered.split.map(|split| split.from);
        orders.push(Order {
            id,
            cycle,
            offer,
            status,
            workers,
            split_from,
            from,
            refusals,
            is_final,
            releases,
            questions,
        });
    }
    *state = State::Working(Work {
        revision,
        cycle,
        item: offered.item.clone(),
        place: offered.place.clone(),
        urgency,
        level,
        orders,
        escalated_to,
        reporters,
        complains_of,
    });
}

/// Its post has it no longer; who has, says the event that follows.
fn release(order: &mut Order, fact: &WorkOrderReleasedV1, refusals: u8) {
    let WorkOrderReleasedV1 { offer, cause, by, worker, at, .. } = *fact;
    let post = order.offer.post.clone();
    order.refusals = refusals;
    order.releases.push(Release { offer, post, cause, by, worker, at });
}

/// Somebody has it from now on, and is among its workers for ever.
fn take_up(state: &mut State, work_order: WorkOrderId, taken: Taken) {
    edit(state, work_order, |order| {
        order.workers.insert(taken.by());
        order.status = Status::Taken(taken);
    });
}

fn arrive(state: &mut State, fact: &WorkOrderArrivedV1) {
    let WorkOrderArrivedV1 { work_order, by, at: arrived_at, .. } = *fact;
    edit(state, work_order, |order| {
        let claimed_at = order.status.claimed_at().unwrap_or(arrived_at);
        order.status = Status::Taken(Taken::InProgress { by, claimed_at, arrived_at });
    });
}

fn contain(state: &mut State, fact: &WorkOrderContainedV1) {
    let WorkOrderContainedV1 { work_order, by, at: contained_at, .. } = *fact;
    edit(state, work_order, |order| {
        let claimed_at = order.status.claimed_at().unwrap_or(contained_at);
        let arrived_at = order.status.arrived_at().unwrap_or(contained_at);
        let contained = Taken::Contained { by, claimed_at, arrived_at, contained_at };
        order.status = Status::Taken(contained);
    });
}

/// A hold keeps how far its worker is, and its end brings that back.
fn hold(state: &mut State, work_order: WorkOrderId, to: impl FnOnce(Taken) -> Status) {
    edit(state, work_order, |order| {
        if let Some(taken) = order.status.taken() {
            order.status = to(taken);
        }
    });
}

fn ask(state: &mut State, fact: &WorkOrderAskedV1) {
    let WorkOrderAskedV1 { work_order, question: id, of, by, at, .. } = *fact;
    edit(state, work_order, |order| {
        order.questions.push(Question { id, of, by, at, answered: None });
    });
}

fn answer(state: &mut State, fact: &WorkOrderAnsweredV1) {
    let WorkOrderAnsweredV1 { work_order, question: id, by, at, .. } = *fact;
    edit(state, work_order, |order| {
        let asked = order.questions.iter_mut().filter(|question| question.id == id);
        asked.for_each(|question| question.answered = Some(Answered { by, at }));
    });
}

fn complete(state: &mut State, fact: &WorkOrderCompletedV1) {
    let WorkOrderCompletedV1 { work_order, by, at: completed_at, .. } = *fact;
    edit(state, work_order, |order| {
        let claimed_at = order.status.claimed_at().unwrap_or(completed_at);
        let arrived_at = order.status.arrived_at();
        order.workers.insert(by);
        order.status = Status::Completed { by, claimed_at, arrived_at, completed_at };
    });
}

fn cancel(state: &mut State, fact: &WorkOrderCancelledV1) {
    let WorkOrderCancelledV1 { work_order, at: cancelled_at, merged, .. } = *fact;
    let into = merged.map(|merged| merged.into);
    edit(state, work_order, |order| order.status = Status::Cancelled { cancelled_at, into });
}

fn edit(state: &mut State, work_order: WorkOrderId, to: impl FnOnce(&mut Order)) {
    if let Some(order) = state.work_mut().and_then(|work| work.order_mut(work_order)) {
        to(order);
    }
}

fn take(state: &mut State) -> Option<Work> {
    match mem::take(state) {
        State::New => None,
        State::Working(work) | State::Done(work) | State::Ended { work, .. } => Some(work),
    }
}
