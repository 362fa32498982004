use std::mem;

use clock::WorkOrderId;
use events::{
    dispatch::{
        CaseCompletedV1, DispatchFact, WorkOrderArrivedV1, WorkOrderCancelledV1,
        WorkOrderClaimedV1, WorkOrderCompletedV1, WorkOrderOfferedV1,
    },
    words::{Cycle, End, PostId, Revision},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::state::{Offer, Order, State, Status, Work};

/// What has happened to the work on a case.
///
/// What others hear is here exactly as they hear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A work order was made and offered to a post.
    Offered {
        /// Which, and to whom.
        offered: WorkOrderOfferedV1,
        /// The definitions that say so.
        revision: Revision,
    },
    /// It was claimed.
    Claimed(WorkOrderClaimedV1),
    /// The worker is at the place.
    Arrived(WorkOrderArrivedV1),
    /// It is done.
    Completed(WorkOrderCompletedV1),
    /// It is no longer wanted.
    Cancelled(WorkOrderCancelledV1),
    /// All work orders of the cycle are done.
    CycleCompleted(CaseCompletedV1),
    /// A leader was told of the case, who may see it from now on.
    Escalated {
        /// The leader's post.
        to: PostId,
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
    /// No route leads from its item and place to a post. `apply` refuses such a campus; should it
    /// come to it, the promise to complete is watched all the same, and leaders hear.
    Unrouted,
}

/// Brings the state to after the event, which was decided on this very state.
pub fn apply(state: &mut State, event: &Event) {
    match event {
        Event::Offered { offered, revision } => offer(state, offered, *revision),
        Event::Claimed(claimed) => change(state, claimed.work_order, |_| Status::Claimed {
            by: claimed.by,
            claimed_at: claimed.at,
        }),
        Event::Arrived(arrived) => change(state, arrived.work_order, |before| Status::InProgress {
            by: arrived.by,
            claimed_at: before.claimed_at().unwrap_or(arrived.at),
            arrived_at: arrived.at,
        }),
        Event::Completed(completed) => {
            change(state, completed.work_order, |before| Status::Completed {
                by: completed.by,
                claimed_at: before.claimed_at().unwrap_or(completed.at),
                arrived_at: before.arrived_at(),
                completed_at: completed.at,
            });
        }
        Event::Cancelled(cancelled) => {
            change(state, cancelled.work_order, |_| Status::Cancelled {
                cancelled_at: cancelled.at,
            });
        }
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
        Event::Ended { end, .. } => {
            if let Some(work) = take(state) {
                *state = State::Ended { work, end: *end };
            }
        }
        Event::Noted { .. } => {}
    }
}

/// The fact that others hear, if it is for them.
pub fn publish(event: &Event) -> Option<events::Fact> {
    let fact = match event {
        Event::Offered { offered, .. } => DispatchFact::WorkOrderOffered(offered.clone()),
        Event::Claimed(fact) => DispatchFact::WorkOrderClaimed(fact.clone()),
        Event::Arrived(fact) => DispatchFact::WorkOrderArrived(fact.clone()),
        Event::Completed(fact) => DispatchFact::WorkOrderCompleted(fact.clone()),
        Event::Cancelled(fact) => DispatchFact::WorkOrderCancelled(fact.clone()),
        Event::CycleCompleted(fact) => DispatchFact::CaseCompleted(fact.clone()),
        Event::Escalated { .. } | Event::Ended { .. } | Event::Noted { .. } => return None,
    };
    Some(fact.into())
}

/// The first offer of a cycle brings what is asked for in it.
fn offer(state: &mut State, offered: &WorkOrderOfferedV1, revision: Revision) {
    let WorkOrderOfferedV1 { cycle, urgency, level, .. } = *offered;
    let before = take(state);
    let (mut orders, escalated_to) =
        before.map_or_else(Default::default, |work| (work.orders, work.escalated_to));
    orders.push(Order {
        id: offered.work_order,
        cycle,
        offer: Offer { id: offered.offer, post: offered.post.clone(), at: offered.offered_at },
        status: Status::Offered,
    });
    *state = State::Working(Work {
        revision,
        cycle,
        item: offered.item.clone(),
        place: offered.place.clone(),
        urgency,
        level,
        orders,
        escalated_to,
    });
}

fn change(state: &mut State, work_order: WorkOrderId, to: impl FnOnce(Status) -> Status) {
    if let Some(order) = state.work_mut().and_then(|work| work.order_mut(work_order)) {
        order.status = to(order.status);
    }
}

fn take(state: &mut State) -> Option<Work> {
    match mem::take(state) {
        State::New => None,
        State::Working(work) | State::Done(work) | State::Ended { work, .. } => Some(work),
    }
}
