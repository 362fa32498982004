use std::collections::BTreeSet;

use clock::{AccountId, WorkOrderId};
use events::words::{Commitment, HoldReason, PostId};
use jiff::Timestamp;

/// What somebody does with the clocks of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The department asks for more time before it is due.
    AskExtension(AskExtension),
    /// It gets it.
    ApproveExtension(Speaker),
    /// It does not.
    RefuseExtension(Speaker),
    /// The clocks are to wait with the work.
    AskPause(AskPause),
    /// They do.
    ApprovePause(DecidePause),
    /// They do not.
    RefusePause(DecidePause),
    /// A leader gives more time after it was due.
    Extend(Extend),
    /// A leader makes it their own.
    TakeOver(OfLeader),
    /// A leader says what is to be done.
    Order(OfLeader),
    /// A leader answers for the lateness until a date.
    AcceptRisk(AcceptRisk),
}

/// Who speaks, and which posts they hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    /// Who.
    pub account: AccountId,
    /// As what.
    pub posts: BTreeSet<PostId>,
}

/// More time, of the promise that the requester was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskExtension {
    /// Who asks.
    pub by: AccountId,
    /// Until when.
    pub until: Timestamp,
    /// What the work waits for.
    pub reason: HoldReason,
}

/// A pause for work that is on hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskPause {
    /// Who asks.
    pub by: AccountId,
    /// Which work, if several wait.
    pub work_order: Option<WorkOrderId>,
    /// Evidence is given with it.
    pub evidence: bool,
}

/// A yes or a no to a pause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidePause {
    /// Who says so.
    pub speaker: Speaker,
    /// Of which work, if several wait.
    pub work_order: Option<WorkOrderId>,
}

/// What a leader does about what is late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfLeader {
    /// The leader.
    pub speaker: Speaker,
    /// What is late; by default what the requester was told.
    pub commitment: Option<Commitment>,
}

/// More time after it was due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extend {
    /// By which leader, of which clock.
    pub of: OfLeader,
    /// Until when.
    pub until: Timestamp,
}

/// A lateness for which a leader answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptRisk {
    /// Which leader, of which clock.
    pub of: OfLeader,
    /// Until when the ladder rests.
    pub until: Timestamp,
}

impl Command {
    /// Its verb, as refusals say it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::AskExtension(_) => "ask for an extension",
            Self::ApproveExtension(_) => "approve the extension",
            Self::RefuseExtension(_) => "refuse the extension",
            Self::AskPause(_) => "ask for a pause",
            Self::ApprovePause(_) => "approve the pause",
            Self::RefusePause(_) => "refuse the pause",
            Self::Extend(_) => "extend",
            Self::TakeOver(_) => "take over",
            Self::Order(_) => "order",
            Self::AcceptRisk(_) => "accept the risk",
        }
    }
}
