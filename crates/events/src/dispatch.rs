//! What dispatch says: work orders with their offers, the completion of a cycle, and who is at work.
//!
//! The key is the case: a case's facts are in one order whichever work order they are about. That of
//! the roster is its own: leave of one person changes many posts at once. So is that of the desk, of
//! which there is one.

use std::ops::Not;

use clock::{AccountId, HandoverId, OfferId, QuestionId, WorkOrderId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::words::{
    Asked, Cycle, DepartmentId, HoldReason, ItemId, Level, PlaceId, PostId, ReleaseCause, Urgency,
};

/// The key of the roster: a constant UUID (version 8: ours to lay out).
pub const ROSTER_KEY: Uuid = Uuid::from_u128(0x796a_0000_0000_8000_8000_0000_0000_0003);

/// The key of the desk: a constant UUID like it.
pub const DESK_KEY: Uuid = Uuid::from_u128(0x796a_0000_0000_8000_8000_0000_0000_0004);

facts! {
    /// A fact about a work order or the work on a case, whose key is the case; or about the roster,
    /// whose key is [`ROSTER_KEY`].
    DispatchFact on Dispatch {
        /// A work order was offered to a post.
        WorkOrderOffered(WorkOrderOfferedV1) = WorkOrder "offered" v 1,
        /// An offer was claimed.
        WorkOrderClaimed(WorkOrderClaimedV1) = WorkOrder "claimed" v 1,
        /// Somebody was told to do it.
        WorkOrderAssigned(WorkOrderAssignedV1) = WorkOrder "assigned" v 1,
        /// The worker is at the place.
        WorkOrderArrived(WorkOrderArrivedV1) = WorkOrder "arrived" v 1,
        /// The danger is over; the repair goes on.
        WorkOrderContained(WorkOrderContainedV1) = WorkOrder "contained" v 1,
        /// The work waits for something.
        WorkOrderHeld(WorkOrderHeldV1) = WorkOrder "held" v 1,
        /// The work goes on.
        WorkOrderResumed(WorkOrderResumedV1) = WorkOrder "resumed" v 1,
        /// Its post has it no longer: it is offered anew, or adjudicated.
        WorkOrderReleased(WorkOrderReleasedV1) = WorkOrder "released" v 1,
        /// Two departments refused it: somebody decides whose it is.
        WorkOrderDisputed(WorkOrderDisputedV1) = WorkOrder "disputed" v 1,
        /// Somebody is asked what who works on it, or the desk, does not know.
        WorkOrderAsked(WorkOrderAskedV1) = WorkOrder "asked" v 1,
        /// They have said it.
        WorkOrderAnswered(WorkOrderAnsweredV1) = WorkOrder "answered" v 1,
        /// The work is done.
        WorkOrderCompleted(WorkOrderCompletedV1) = WorkOrder "completed" v 1,
        /// The work is no longer wanted.
        WorkOrderCancelled(WorkOrderCancelledV1) = WorkOrder "cancelled" v 1,
        /// All work orders of a cycle are done.
        CaseCompleted(CaseCompletedV1) = Case "completed" v 1,
        /// Others are at work at a post than was said before.
        RosterChanged(RosterChangedV1) = Roster "changed" v 1,
        /// The desk was left, and nobody has taken it over in time.
        HandoverUntaken(HandoverUntakenV1) = Handover "untaken" v 1,
    }
}

impl DispatchFact {
    /// The work order that it is about, and the department that may see it.
    pub const fn work_order(&self) -> Option<(&DepartmentId, WorkOrderId)> {
        match self {
            Self::WorkOrderOffered(fact) => Some((&fact.department, fact.work_order)),
            Self::WorkOrderClaimed(fact) => Some((&fact.department, fact.work_order)),
            Self::WorkOrderAssigned(fact) => Some((&fact.department, fact.work_order)),
            Self::WorkOrderArrived(fact) => Some((&fact.department, fact.work_order)),
            Self::WorkOrderContained(fact) => Some((&fact.department, fact.work_order)),
            Self::WorkOrderHeld(fact) => Some((&fact.department, fact.work_order)),
            Self::WorkOrderResumed(fact) => Some((&fact.department, fact.work_order)),
            Self::WorkOrderReleased(fact) => Some((&fact.department, fact.work_order)),
            Self::WorkOrderDisputed(fact) => Some((&fact.department, fact.work_order)),
            Self::WorkOrderAsked(fact) => Some((&fact.department, fact.work_order)),
            Self::WorkOrderAnswered(fact) => Some((&fact.department, fact.work_order)),
            Self::WorkOrderCompleted(fact) => Some((&fact.department, fact.work_order)),
            Self::WorkOrderCancelled(fact) => Some((&fact.department, fact.work_order)),
            Self::CaseCompleted(_) | Self::RosterChanged(_) | Self::HandoverUntaken(_) => None,
        }
    }
}

/// A work order was offered to a post; each offer has its own clock to accept. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderOfferedV1 {
    /// The work order.
    pub work_order: WorkOrderId,
    /// This offer of it.
    pub offer: OfferId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Whose work it would be.
    pub department: DepartmentId,
    /// The post that may claim it.
    pub post: PostId,
    /// What is asked for.
    pub item: ItemId,
    /// Where.
    pub place: PlaceId,
    /// How much haste.
    pub urgency: Urgency,
    /// Who may see it.
    pub level: Level,
    /// When: the clock to accept runs from here.
    pub offered_at: Timestamp,
    /// Of which it is a part, in the first offer of one that was split off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
}

/// A further work order of the same cycle was split off one that a post has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Split {
    /// The work order that goes on beside it.
    pub from: WorkOrderId,
    /// Who said so; what is asked of the post stays with dispatch.
    pub by: AccountId,
}

/// An offer was claimed by a person. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderClaimedV1 {
    /// The work order.
    pub work_order: WorkOrderId,
    /// The offer that ended by it.
    pub offer: OfferId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Whose work it is.
    pub department: DepartmentId,
    /// Who claimed it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Somebody was told to do it, whether it was claimed or not. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderAssignedV1 {
    /// The work order.
    pub work_order: WorkOrderId,
    /// The offer that ended by it, or had before.
    pub offer: OfferId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Whose work it is.
    pub department: DepartmentId,
    /// Who said so.
    pub by: AccountId,
    /// Who will do it.
    pub to: AccountId,
    /// When.
    pub at: Timestamp,
}

/// The worker is at the place. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderArrivedV1 {
    /// The work order.
    pub work_order: WorkOrderId,
    /// The offer under which it was claimed.
    pub offer: OfferId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Whose work it is.
    pub department: DepartmentId,
    /// Who arrived.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// The danger is over (made safe); the permanent repair goes on. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderContainedV1 {
    /// The work order.
    pub work_order: WorkOrderId,
    /// The offer under which it was claimed or assigned.
    pub offer: OfferId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Whose work it is.
    pub department: DepartmentId,
    /// Who made it safe.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// The work waits. No clock does, unless a pause is granted. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderHeldV1 {
    /// The work order.
    pub work_order: WorkOrderId,
    /// The offer under which it was claimed or assigned.
    pub offer: OfferId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Whose work it is.
    pub department: DepartmentId,
    /// Who said so.
    pub by: AccountId,
    /// What it waits for.
    pub reason: HoldReason,
    /// When somebody comes, as far as that was agreed with the requester.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit_at: Option<Timestamp>,
    /// When.
    pub at: Timestamp,
}

/// The work goes on as before the hold. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderResumedV1 {
    /// The work order.
    pub work_order: WorkOrderId,
    /// The offer under which it was claimed or assigned.
    pub offer: OfferId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Whose work it is.
    pub department: DepartmentId,
    /// Who said so.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Its post has the work no longer. Clocks of the case run on; that of the offer ends. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderReleasedV1 {
    /// The work order.
    pub work_order: WorkOrderId,
    /// The offer that ended.
    pub offer: OfferId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Whose work it was.
    pub department: DepartmentId,
    /// Why.
    pub cause: ReleaseCause,
    /// Who said so; nobody if a limit passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// Who had it, if somebody did: the name stays on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}

/// It was refused for the second time: the clock to adjudicate runs from here. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderDisputedV1 {
    /// The work order.
    pub work_order: WorkOrderId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Who had it last.
    pub department: DepartmentId,
    /// When.
    pub at: Timestamp,
}

/// Somebody is asked inside the case. No clock of the case waits for it; one that is asked of the
/// desk or of a department has its own. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderAskedV1 {
    /// The work order.
    pub work_order: WorkOrderId,
    /// The question; its words stay with dispatch.
    pub question: QuestionId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Whose work it is.
    pub department: DepartmentId,
    /// Who is asked.
    pub of: Asked,
    /// Who asks.
    pub by: AccountId,
    /// When: the clock to reply runs from here.
    pub at: Timestamp,
}

/// A question is answered. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderAnsweredV1 {
    /// The work order.
    pub work_order: WorkOrderId,
    /// The question; the words of the answer stay with dispatch.
    pub question: QuestionId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Whose work it is.
    pub department: DepartmentId,
    /// Who was asked.
    pub of: Asked,
    /// Who answered: of what its requester was asked, they or whoever wrote it down for them.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// The work of one department is done. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderCompletedV1 {
    /// The work order.
    pub work_order: WorkOrderId,
    /// The offer under which it was claimed.
    pub offer: OfferId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Whose work it was.
    pub department: DepartmentId,
    /// Who completed it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// Whether they said what comes next. The words are at dispatch, and in no event.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub next_steps: bool,
}

/// The work is no longer wanted by itself: the case ended otherwise, or another work order of it has
/// this one's part too. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkOrderCancelledV1 {
    /// The work order.
    pub work_order: WorkOrderId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Whose work it would have been.
    pub department: DepartmentId,
    /// When.
    pub at: Timestamp,
    /// Which one has its part, if it was merged; the case goes on then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Merged>,
}

/// A work order went into another one of the same cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Merged {
    /// The work order that has its part from now on.
    pub into: WorkOrderId,
    /// Who said so.
    pub by: AccountId,
}

/// All work orders of a cycle are done. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseCompletedV1 {
    /// The completed cycle.
    pub cycle: Cycle,
    /// When the last of them was completed.
    pub completed_at: Timestamp,
    /// Who claimed, was assigned or completed any of them, each once.
    pub workers: Vec<AccountId>,
}

/// Who is at work at a post from now on; it replaces what was said of the post before. Key: one
/// constant UUID for all posts.
///
/// Leave, swaps, cover and deputies are in it already: a reader compares times, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RosterChangedV1 {
    /// The post.
    pub post: PostId,
    /// Who is there, each for a time. A time that none of them names is a defect of the roster:
    /// nobody is.
    pub stays: Vec<Stay>,
}

/// The desk was left, and nobody has taken it over in time: the duty counsellor does. Key: the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HandoverUntakenV1 {
    /// The handover that one alone has signed.
    pub handover: HandoverId,
    /// When the desk was left.
    pub left_at: Timestamp,
    /// Since when it is the duty counsellor's to take over.
    pub at: Timestamp,
}

/// Somebody is at work at a post for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stay {
    /// Who.
    pub account: AccountId,
    /// From when; they are there already if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Until when, itself not included; no end is known if it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether they stand in, and do not hold the post themselves.
    pub stands_in: bool,
}

impl Stay {
    /// Whether they are there at an instant.
    pub fn includes(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}
