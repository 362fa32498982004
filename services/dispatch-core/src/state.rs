use std::collections::BTreeSet;

use clock::{AccountId, OfferId, WorkOrderId};
use events::words::{Cycle, DepartmentId, End, ItemId, Level, PlaceId, PostId, Revision, Urgency};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where the work on a case stands.
///
/// Stored as JSON; a later release adds only optional fields, so that this one reads its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Dispatch has not heard of the case.
    #[default]
    New,
    /// A work order of the cycle is open.
    Working(Work),
    /// All work orders of the cycle are completed; the requester is being asked.
    Done(Work),
    /// The case ended; it may be reopened.
    Ended {
        /// What was done, or left.
        work: Work,
        /// How it ended.
        end: End,
    },
}

impl State {
    /// The work on the case, once there is some.
    pub const fn work(&self) -> Option<&Work> {
        match self {
            Self::New => None,
            Self::Working(work) | Self::Done(work) | Self::Ended { work, .. } => Some(work),
        }
    }

    pub(crate) const fn work_mut(&mut self) -> Option<&mut Work> {
        match self {
            Self::New => None,
            Self::Working(work) | Self::Done(work) | Self::Ended { work, .. } => Some(work),
        }
    }

    /// Its word in columns and rejections.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Working(_) => "working",
            Self::Done(_) => "done",
            Self::Ended { .. } => "ended",
        }
    }
}

/// The work on one case, over all its cycles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// The definitions by which the case was accepted, and by which it is worked on.
    pub revision: Revision,
    /// The cycle that is, or was last, worked on.
    pub cycle: Cycle,
    /// What is asked for.
    pub item: ItemId,
    /// Where.
    pub place: PlaceId,
    /// How much haste.
    pub urgency: Urgency,
    /// Who may see it.
    pub level: Level,
    /// The work orders of all cycles, the oldest first.
    pub orders: Vec<Order>,
    /// The posts to which the case was escalated: their holders may see it.
    pub escalated_to: BTreeSet<PostId>,
}

impl Work {
    /// The work order with this id, of whichever cycle.
    pub fn order(&self, id: WorkOrderId) -> Option<&Order> {
        self.orders.iter().find(|order| order.id == id)
    }

    pub(crate) fn order_mut(&mut self, id: WorkOrderId) -> Option<&mut Order> {
        self.orders.iter_mut().find(|order| order.id == id)
    }

    /// The work orders that somebody may still work on.
    pub fn open(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter().filter(|order| order.status.is_open())
    }
}

/// One department's part of a case (工单).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Which one.
    pub id: WorkOrderId,
    /// The cycle to which it belongs.
    pub cycle: Cycle,
    /// To whom it was offered last.
    pub offer: Offer,
    /// How far it is.
    pub status: Status,
}

impl Order {
    /// Whose work it is: the department of the post to which it was offered.
    pub fn department(&self) -> &DepartmentId {
        self.offer.post.department()
    }
}

/// An offer of a work order to one post; each has its own clock to accept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Which one.
    pub id: OfferId,
    /// The post that may claim it.
    pub post: PostId,
    /// When it was made.
    pub at: Timestamp,
}

/// How far a work order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Its post may claim it.
    Offered,
    /// Somebody will do it.
    Claimed {
        /// Who.
        by: AccountId,
        /// Since when.
        claimed_at: Timestamp,
    },
    /// The worker is at the place.
    InProgress {
        /// Who.
        by: AccountId,
        /// When it was claimed.
        claimed_at: Timestamp,
        /// Since when.
        arrived_at: Timestamp,
    },
    /// Done.
    Completed {
        /// By whom.
        by: AccountId,
        /// When it was claimed.
        claimed_at: Timestamp,
        /// When the worker came; none is allowed, and shown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arrived_at: Option<Timestamp>,
        /// When.
        completed_at: Timestamp,
    },
    /// No longer wanted.
    Cancelled {
        /// Since when.
        cancelled_at: Timestamp,
    },
}

impl Status {
    /// Whether somebody may still work on it.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Offered | Self::Claimed { .. } | Self::InProgress { .. } => true,
            Self::Completed { .. } | Self::Cancelled { .. } => false,
        }
    }

    /// Who does it or did it.
    pub const fn worker(self) -> Option<AccountId> {
        match self {
            Self::Claimed { by, .. } | Self::InProgress { by, .. } | Self::Completed { by, .. } => {
                Some(by)
            }
            Self::Offered | Self::Cancelled { .. } => None,
        }
    }

    /// When it was claimed by who does it or did it.
    pub const fn claimed_at(self) -> Option<Timestamp> {
        match self {
            Self::Claimed { claimed_at, .. }
            | Self::InProgress { claimed_at, .. }
            | Self::Completed { claimed_at, .. } => Some(claimed_at),
            Self::Offered | Self::Cancelled { .. } => None,
        }
    }

    /// When the worker came, as far as that was recorded.
    pub const fn arrived_at(self) -> Option<Timestamp> {
        match self {
            Self::InProgress { arrived_at, .. } => Some(arrived_at),
            Self::Completed { arrived_at, .. } => arrived_at,
            Self::Offered | Self::Claimed { .. } | Self::Cancelled { .. } => None,
        }
    }

    /// Its word in columns and lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Claimed { .. } => "claimed",
            Self::InProgress { .. } => "in-progress",
            Self::Completed { .. } => "completed",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}
