//! Whether who was told something critical has said that they know. No input or output.
//!
//! Nobody can tell from a channel that somebody has read what it carried, so whoever is asked to act
//! on something critical is asked to say that they know, too. If nobody does in time, or if no way
//! leads to them, the desk phones them.
//!
//! ```text
//!                │ awaited          │ to phone              │ acknowledged │ over
//! ───────────────┼──────────────────┼───────────────────────┼──────────────┼─────────
//!  acknowledge   │ acknowledged     │ acknowledged          │ as it is     │ as it is
//!  time is up    │ to phone         │ as it is              │ as it is     │ as it is
//!  no way led    │ to phone         │ as it is              │ as it is     │ as it is
//!  it is done    │ over             │ over                  │ as it is     │ as it is
//!  take          │ refused          │ taken, unless another │ refused      │ refused
//!                │                  │ has it                │              │
//!  reached       │ refused          │ acknowledged, if they │ refused      │ refused
//!  not reached   │ refused          │ to phone, if they     │ refused      │ refused
//! ```
//!
//! *If they*: if whoever says so has taken it. A call that was taken and not settled is free again
//! after a while, so that nobody is forgotten with the assistant whose shift ended.
//!
//! Its aggregate is the case: its facts end what is asked for, and its recipient says so of all that
//! they were told about it.

mod decide;
#[cfg(test)]
mod tests;

use clock::AccountId;
use definitions::Occasion;
use events::{
    DispatchFact, EscalationFact, Fact, IntakeFact,
    words::{Cycle, Recipient, Unheard},
};
use jiff::Timestamp;

use crate::outgoing::Weight;

pub(crate) use decide::{Command, Rejected};

/// What is known of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Acknowledgement {
    /// Nobody has said anything, and there is time.
    Awaited {
        /// When there is none any more.
        until: Timestamp,
    },
    /// The desk is to phone them.
    ToPhone {
        why: Unheard,
        since: Timestamp,
        /// How often nobody was reached.
        tries: u16,
        /// Who is phoning.
        taken: Option<Taken>,
    },
    /// They know.
    Acknowledged {
        /// Who said so: they themselves, or who reached them by phone.
        by: AccountId,
        at: Timestamp,
    },
    /// Nothing is asked of them any more.
    Over {
        /// Since when.
        at: Timestamp,
    },
}

/// Who is phoning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) by: AccountId,
    /// When anybody else may take it.
    pub(crate) until: Timestamp,
}

impl Acknowledgement {
    /// Its word in columns.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Awaited { .. } => "awaited",
            Self::ToPhone { .. } => "to-phone",
            Self::Acknowledged { .. } => "acknowledged",
            Self::Over { .. } => "over",
        }
    }
}

/// Whether who is told this is asked to say that they know. Requesters are told what becomes of
/// their matter, and asked for nothing; who hears that all is done neither.
pub(crate) fn is_asked_of(to: &Recipient, occasion: Occasion, weight: Weight) -> bool {
    let is_staff = match to {
        Recipient::Post(_) | Recipient::Account(_) => true,
        Recipient::Person(_) => false,
    };
    is_staff && weight == Weight::Critical && asks(occasion)
}

/// Whether who is told of it is to do something.
const fn asks(occasion: Occasion) -> bool {
    match occasion {
        Occasion::Offered
        | Occasion::Raised
        | Occasion::Ordered
        | Occasion::ReturnedTwice
        | Occasion::Rung
        | Occasion::NotSolved
        | Occasion::Alarm => true,
        Occasion::Accepted
        | Occasion::Claimed
        | Occasion::Held
        | Occasion::Appointment
        | Occasion::Promised
        | Occasion::MadeSafe
        | Occasion::Chased
        | Occasion::ChasedAgain
        | Occasion::AtRisk
        | Occasion::Overdue
        // The ladder climbs, and the clock to arrive runs.
        | Occasion::Unclaimed
        | Occasion::Assigned
        | Occasion::PartGiven
        | Occasion::PartTaken
        | Occasion::Relieved
        // The clocks run on until somebody decides.
        | Occasion::PauseAsked
        | Occasion::PauseGranted
        | Occasion::PauseRefused
        | Occasion::ExtensionAsked
        | Occasion::ExtensionGranted
        | Occasion::ExtensionRefused
        // That an answer is promised is watched by a clock of its own.
        | Occasion::Asked
        | Occasion::Replied
        | Occasion::RepliedForNow
        | Occasion::AskedInside
        | Occasion::Answered
        // Of no case, and nobody is at the desk who would phone.
        | Occasion::DeskUntaken
        | Occasion::Completed
        | Occasion::Survey
        | Occasion::Reopened
        | Occasion::Repaired
        | Occasion::IncidentJoined
        | Occasion::IncidentChanged
        | Occasion::IncidentEnded
        | Occasion::AlarmEnded => false,
    }
}

/// What a fact makes needless to acknowledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needless {
    /// That there is work: somebody has it.
    Work,
    /// That something is late: a leader acted.
    Lateness,
    /// That nobody wants the work: somebody has decided.
    Dispute,
    /// All of it.
    Everything,
}

impl Needless {
    /// What a fact makes so, if anything; one of another cycle than the one that runs makes nothing.
    pub(crate) fn by(fact: &Fact, running: Cycle) -> Option<Self> {
        let (needless, cycle) = match fact {
            Fact::Dispatch(DispatchFact::WorkOrderOffered(fact)) => (Self::Dispute, fact.cycle),
            Fact::Dispatch(DispatchFact::WorkOrderClaimed(fact)) => (Self::Work, fact.cycle),
            Fact::Dispatch(DispatchFact::WorkOrderAssigned(fact)) => (Self::Work, fact.cycle),
            Fact::Dispatch(DispatchFact::WorkOrderReleased(fact)) => (Self::Work, fact.cycle),
            Fact::Dispatch(DispatchFact::WorkOrderCancelled(fact)) => (Self::Work, fact.cycle),
            Fact::Escalation(EscalationFact::Ordered(fact)) => (Self::Lateness, fact.cycle),
            Fact::Escalation(EscalationFact::TakenOver(fact)) => (Self::Lateness, fact.cycle),
            Fact::Escalation(EscalationFact::RiskAccepted(fact)) => (Self::Lateness, fact.cycle),
            Fact::Dispatch(DispatchFact::CaseCompleted(fact)) => (Self::Everything, fact.cycle),
            Fact::Intake(IntakeFact::CaseClosed(fact)) => (Self::Everything, fact.cycle),
            Fact::Intake(IntakeFact::CaseReopened(fact)) => (Self::Everything, fact.cycle),
            Fact::Intake(_)
            | Fact::Dispatch(_)
            | Fact::Escalation(_)
            | Fact::Survey(_)
            | Fact::Notify(_)
            | Fact::Definition(_)
            | Fact::Audit(_) => return None,
        };
        (cycle == running).then_some(needless)
    }

    /// Whether that concerns what was said on this occasion.
    pub(crate) const fn concerns(self, occasion: Occasion) -> bool {
        match self {
            Self::Everything => true,
            Self::Work => matches!(occasion, Occasion::Offered | Occasion::Raised),
            Self::Lateness => matches!(occasion, Occasion::Rung),
            Self::Dispute => matches!(occasion, Occasion::ReturnedTwice),
        }
    }
}
