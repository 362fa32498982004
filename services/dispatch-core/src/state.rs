use std::collections::BTreeSet;

use clock::{CaseId, PersonId, WorkOrderId};
use events::words::{Cycle, End, ItemId, Level, PlaceId, PostId, Revision, Urgency};
use serde::{Deserialize, Serialize};

use crate::order::Order;

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
    /// Who reported it, as far as they gave a name: what its requester is asked is for them to answer.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub reporters: BTreeSet<PersonId>,
    /// The case that it complains of, if it is a complaint about one: it never goes to whom that is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complains_of: Option<CaseId>,
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
