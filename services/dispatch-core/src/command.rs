use clock::{AccountId, WorkOrderId};
use events::words::End;

/// What a person may ask of dispatch.
///
/// Only staff may ask it, so who asks is an account. Whether that account may (its post, its
/// department, the case's level) was checked before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Take an offered work order.
    Claim(Claim),
    /// Record the arrival on site.
    Arrive(Arrive),
    /// Record that the work is done.
    Complete(Complete),
}

impl Command {
    /// Its verb, as rejections say it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Claim(_) => Claim::WORD,
            Self::Arrive(_) => Arrive::WORD,
            Self::Complete(_) => Complete::WORD,
        }
    }
}

/// Take an offered work order: of several who try, one does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Which one.
    pub work_order: WorkOrderId,
    /// Who will do it.
    pub by: AccountId,
}

/// Record the arrival on site of who claimed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrive {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// Who arrived.
    pub by: AccountId,
}

/// Record that the work is done, by who claimed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Complete {
    /// Which work order.
    pub work_order: WorkOrderId,
    /// Who did it.
    pub by: AccountId,
}

impl Claim {
    pub(crate) const WORD: &str = "claim";
}

impl Arrive {
    pub(crate) const WORD: &str = "arrive";
}

impl Complete {
    pub(crate) const WORD: &str = "complete";
}

/// Why a command was not done; nothing has changed.
///
/// None says who else has the work: that is for those who may list it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The case has no such work order.
    #[error("cannot {command}: this case has no work order {work_order}; list yours to see its id")]
    NoSuchWorkOrder {
        /// The verb.
        command: &'static str,
        /// What was asked for.
        work_order: WorkOrderId,
    },
    /// The case ended before.
    #[error("cannot {command}: the case has ended ({end}); if it comes back, it is offered anew")]
    CaseClosed {
        /// The verb.
        command: &'static str,
        /// How it ended.
        end: End,
    },
    /// Somebody was faster.
    #[error("cannot {command}: the work order is claimed already; choose one that is offered")]
    AlreadyClaimed {
        /// The verb.
        command: &'static str,
    },
    /// Nobody has taken it yet.
    #[error("cannot {command}: the work order is only offered; claim it first")]
    NotClaimed {
        /// The verb.
        command: &'static str,
    },
    /// Somebody else has taken it.
    #[error("cannot {command}: another person claimed the work order, and only they can")]
    NotYours {
        /// The verb.
        command: &'static str,
    },
    /// The arrival is on record.
    #[error("cannot {command}: the work order is in progress already; complete it when it is done")]
    AlreadyArrived {
        /// The verb.
        command: &'static str,
    },
    /// The work is done.
    #[error(
        "cannot {command}: the work order is completed; if it is not solved, its case is reopened"
    )]
    AlreadyCompleted {
        /// The verb.
        command: &'static str,
    },
    /// The work is no longer wanted.
    #[error("cannot {command}: the work order is cancelled; choose one that is offered")]
    Cancelled {
        /// The verb.
        command: &'static str,
    },
}

impl Rejected {
    /// Its stable name on the wire.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NoSuchWorkOrder { .. } => "no-such-work-order",
            Self::CaseClosed { .. } => "case-closed",
            Self::AlreadyClaimed { .. } => "already-claimed",
            Self::NotClaimed { .. } => "not-claimed",
            Self::NotYours { .. } => "not-yours",
            Self::AlreadyArrived { .. } => "already-arrived",
            Self::AlreadyCompleted { .. } => "already-completed",
            Self::Cancelled { .. } => "work-order-cancelled",
        }
    }
}
