use std::collections::BTreeSet;

use clock::{AccountId, OfferId, WorkOrderId};
use events::words::{Cycle, DepartmentId, HoldReason, PauseRefusal, PostId, ReleaseCause};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::question::Question;

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
    /// Everybody who ever claimed it, was assigned to it or completed it: none of them may call
    /// back in its cycle, even if their claim expired.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub workers: BTreeSet<AccountId>,
    /// The one that it was split off, in the same cycle.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_from: Option<WorkOrderId>,
    /// The post that transferred it to the one that has it now, or split it off: there it may be
    /// returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PostId>,
    /// How often it was refused: after the second time somebody else decides whose it is.
    #[serde(default)]
    pub refusals: u8,
    /// It was adjudicated, and stays where it is.
    #[serde(default)]
    pub is_final: bool,
    /// The offers of it that ended, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub releases: Vec<Release>,
    /// What was asked of it, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
}

impl Order {
    /// What becomes of it if its post does not want it: it may be returned to another, or it stays.
    pub(crate) fn stays_with(&mut self, from: Option<&PostId>, is_final: bool) {
        (self.from, self.is_final) = (from.cloned(), is_final);
    }

    /// Whose work it is: the department of the post to which it was offered last.
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

/// The end of an offer: why a post has a work order no longer, and who had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Which offer.
    pub offer: OfferId,
    /// The post that had it.
    pub post: PostId,
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

/// How far a work order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Its post may claim it.
    Offered,
    /// Its worker waits for something.
    OnHold {
        /// For what.
        reason: HoldReason,
        /// Since when.
        held_at: Timestamp,
        /// When somebody comes, as far as that was agreed with the requester.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        visit_at: Option<Timestamp>,
        /// What it was, and will be again.
        before: Taken,
        /// Whether the clocks of the case wait too, once escalation-timer has said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pause: Option<Pause>,
    },
    /// It was refused twice: whose it is, is to be adjudicated.
    Disputed {
        /// Since when.
        since: Timestamp,
    },
    /// Done.
    Completed {
        /// By whom.
        by: AccountId,
        /// Since when they had it.
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
        /// The one that has its part, if it was merged.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        into: Option<WorkOrderId>,
    },
    /// Somebody has it. Stored as its variants, without a word of its own.
    #[serde(untagged)]
    Taken(Taken),
}

/// What escalation-timer says of the clocks of work on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pause {
    /// They wait with it.
    Granted {
        /// At most until then.
        until: Timestamp,
    },
    /// They do not.
    Refused {
        /// Why.
        cause: PauseRefusal,
    },
}

/// How far somebody is with a work order that is theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Taken {
    /// They said that they will do it.
    Claimed {
        /// Who.
        by: AccountId,
        /// Since when.
        claimed_at: Timestamp,
        /// Until when they must come or say why not; no limit if none is promised.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arrive_by: Option<Timestamp>,
    },
    /// They were told to do it.
    Assigned {
        /// Who will do it.
        by: AccountId,
        /// Since when.
        assigned_at: Timestamp,
        /// Until when they must come or say why not; no limit if none is promised.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arrive_by: Option<Timestamp>,
    },
    /// The worker is at the place.
    InProgress {
        /// Who.
        by: AccountId,
        /// Since when they have it.
        claimed_at: Timestamp,
        /// When they came.
        arrived_at: Timestamp,
    },
    /// The danger is over, the repair goes on.
    Contained {
        /// Who.
        by: AccountId,
        /// Since when they have it.
        claimed_at: Timestamp,
        /// When they came.
        arrived_at: Timestamp,
        /// When it was made safe.
        contained_at: Timestamp,
    },
}

impl Status {
    /// What escalation-timer says of the clocks, if it is on hold.
    pub(crate) const fn answer(&mut self, said: Pause) {
        match self {
            Self::OnHold { pause, .. } => *pause = Some(said),
            Self::Offered
            | Self::Taken(_)
            | Self::Disputed { .. }
            | Self::Completed { .. }
            | Self::Cancelled { .. } => {}
        }
    }

    /// What is said of the clocks, while it is on hold.
    pub const fn pause(self) -> Option<Pause> {
        match self {
            Self::OnHold { pause, .. } => pause,
            Self::Offered
            | Self::Taken(_)
            | Self::Disputed { .. }
            | Self::Completed { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// The one that has its part, if it was merged.
    pub const fn merged_into(self) -> Option<WorkOrderId> {
        match self {
            Self::Cancelled { into, .. } => into,
            Self::Offered
            | Self::Taken(_)
            | Self::OnHold { .. }
            | Self::Disputed { .. }
            | Self::Completed { .. } => None,
        }
    }

    /// When somebody comes, while it is on hold until a visit that was agreed with the requester.
    pub const fn visit_at(self) -> Option<Timestamp> {
        match self {
            Self::OnHold { visit_at, .. } => visit_at,
            Self::Offered
            | Self::Taken(_)
            | Self::Disputed { .. }
            | Self::Completed { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// Whether work may still be done on it.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Offered | Self::Taken(_) | Self::OnHold { .. } | Self::Disputed { .. } => true,
            Self::Completed { .. } | Self::Cancelled { .. } => false,
        }
    }

    /// How far its worker is, or was before the hold; `None` if nobody has it.
    pub const fn taken(self) -> Option<Taken> {
        match self {
            Self::Taken(taken) | Self::OnHold { before: taken, .. } => Some(taken),
            Self::Offered
            | Self::Disputed { .. }
            | Self::Completed { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// Who does it or did it.
    pub const fn worker(self) -> Option<AccountId> {
        match self {
            Self::Taken(taken) | Self::OnHold { before: taken, .. } => Some(taken.by()),
            Self::Completed { by, .. } => Some(by),
            Self::Offered | Self::Disputed { .. } | Self::Cancelled { .. } => None,
        }
    }

    /// Since when who does it or did it has it: claimed or assigned.
    pub const fn claimed_at(self) -> Option<Timestamp> {
        match self {
            Self::Taken(taken) | Self::OnHold { before: taken, .. } => Some(taken.claimed_at()),
            Self::Completed { claimed_at, .. } => Some(claimed_at),
            Self::Offered | Self::Disputed { .. } | Self::Cancelled { .. } => None,
        }
    }

    /// When the worker came, as far as that was recorded.
    pub const fn arrived_at(self) -> Option<Timestamp> {
        match self {
            Self::Taken(taken) | Self::OnHold { before: taken, .. } => taken.arrived_at(),
            Self::Completed { arrived_at, .. } => arrived_at,
            Self::Offered | Self::Disputed { .. } | Self::Cancelled { .. } => None,
        }
    }

    /// When the danger was over, of one that is made safe and not done.
    pub const fn contained_at(self) -> Option<Timestamp> {
        match self.taken() {
            Some(Taken::Contained { contained_at, .. }) => Some(contained_at),
            Some(Taken::Claimed { .. } | Taken::Assigned { .. } | Taken::InProgress { .. })
            | None => None,
        }
    }

    /// Until when its worker must come or hold it; `None` if no such limit runs.
    pub const fn arrive_by(self) -> Option<Timestamp> {
        match self {
            Self::Taken(taken) => taken.arrive_by(),
            Self::Offered
            | Self::OnHold { .. }
            | Self::Disputed { .. }
            | Self::Completed { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// Its word in columns and lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Taken(taken) => taken.word(),
            Self::OnHold { .. } => "on-hold",
            Self::Disputed { .. } => "disputed",
            Self::Completed { .. } => "completed",
            Self::Cancelled { .. } => "cancelled",
        }
    }
}

impl Taken {
    /// Who has it.
    pub const fn by(self) -> AccountId {
        match self {
            Self::Claimed { by, .. }
            | Self::Assigned { by, .. }
            | Self::InProgress { by, .. }
            | Self::Contained { by, .. } => by,
        }
    }

    /// Since when: claimed or assigned.
    pub const fn claimed_at(self) -> Timestamp {
        match self {
            Self::Assigned { assigned_at, .. } => assigned_at,
            Self::Claimed { claimed_at, .. }
            | Self::InProgress { claimed_at, .. }
            | Self::Contained { claimed_at, .. } => claimed_at,
        }
    }

    /// When they came.
    pub const fn arrived_at(self) -> Option<Timestamp> {
        match self {
            Self::InProgress { arrived_at, .. } | Self::Contained { arrived_at, .. } => {
                Some(arrived_at)
            }
            Self::Claimed { .. } | Self::Assigned { .. } => None,
        }
    }

    /// Until when they must come or say why not.
    pub const fn arrive_by(self) -> Option<Timestamp> {
        match self {
            Self::Claimed { arrive_by, .. } | Self::Assigned { arrive_by, .. } => arrive_by,
            Self::InProgress { .. } | Self::Contained { .. } => None,
        }
    }

    /// The same with a limit that counts anew; whoever is there already has none.
    pub(crate) const fn until(self, arrive_by: Option<Timestamp>) -> Self {
        match self {
            Self::Claimed { by, claimed_at, .. } => Self::Claimed { by, claimed_at, arrive_by },
            Self::Assigned { by, assigned_at, .. } => Self::Assigned { by, assigned_at, arrive_by },
            Self::InProgress { .. } | Self::Contained { .. } => self,
        }
    }

    /// Its word in columns and lists.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Claimed { .. } => "claimed",
            Self::Assigned { .. } => "assigned",
            Self::InProgress { .. } => "in-progress",
            Self::Contained { .. } => "contained",
        }
    }
}
