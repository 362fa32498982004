use events::words::{HoldReason, PostId};
use jiff::Timestamp;

/// Why a command was not done; nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Nothing was promised of such a case, as far as is known here.
    #[error("cannot {command}: there is no such case, or none for you")]
    NoSuchCase {
        /// The verb.
        command: &'static str,
    },
    /// Every clock ended with its case.
    #[error("cannot {command}: the case has ended; if it comes back, it has clocks again")]
    CaseClosed {
        /// The verb.
        command: &'static str,
    },
    /// The promise is kept, or was not made.
    #[error("cannot {command}: no such clock runs; `explain` lists those that do")]
    NothingRuns {
        /// The verb.
        command: &'static str,
    },
    /// Before the due the department asks; after it a leader gives.
    #[error("cannot {command}: it was due at {due}; a leader who was told of that may extend it")]
    Expired {
        /// The verb.
        command: &'static str,
        /// When.
        due: Timestamp,
    },
    /// It is no more time.
    #[error("cannot {command}: it must be later than {than}")]
    NotLater {
        /// The verb.
        command: &'static str,
        /// Than what.
        than: Timestamp,
    },
    /// It is more than anybody may give.
    #[error("cannot {command}: it must not be later than {most}")]
    TooFar {
        /// The verb.
        command: &'static str,
        /// The most.
        most: Timestamp,
    },
    /// Nothing is due at an hour that does not count.
    #[error(
        "cannot {command}: nothing is due outside the hours that count for it; choose one that does"
    )]
    OffHours {
        /// The verb.
        command: &'static str,
    },
    /// The policy gives none.
    #[error("cannot {command}: the policy of this item gives no extension")]
    NoExtensions {
        /// The verb.
        command: &'static str,
    },
    /// One at a time.
    #[error("cannot {command}: one was asked for already, until {until}; wait for the answer")]
    ExtensionPending {
        /// The verb.
        command: &'static str,
        /// Until when.
        until: Timestamp,
    },
    /// Nobody asked.
    #[error("cannot {command}: nobody has asked for one")]
    ExtensionNotAsked {
        /// The verb.
        command: &'static str,
    },
    /// It is another's to say.
    #[error("cannot {command}: {approver} decides that, and you do not hold this post")]
    NotApprover {
        /// The verb.
        command: &'static str,
        /// Whose it is.
        approver: PostId,
    },
    /// No work waits.
    #[error("cannot {command}: no such work order is on hold; hold it first")]
    NotOnHold {
        /// The verb.
        command: &'static str,
    },
    /// What the department itself lacks stops no clock.
    #[error("cannot {command}: no clock pauses for {reason}; ask for an extension")]
    NeverPauses {
        /// The verb.
        command: &'static str,
        /// What the work waits for.
        reason: HoldReason,
    },
    /// The policy gives none.
    #[error(
        "cannot {command}: the policy of this item has no pause for {reason}; ask for an extension"
    )]
    NoPause {
        /// The verb.
        command: &'static str,
        /// What the work waits for.
        reason: HoldReason,
    },
    /// It is being decided.
    #[error("cannot {command}: it was asked for already; wait for {approver}")]
    PausePending {
        /// The verb.
        command: &'static str,
        /// Who decides.
        approver: PostId,
    },
    /// It was decided.
    #[error("cannot {command}: it is granted already, until {until}")]
    PauseGranted {
        /// The verb.
        command: &'static str,
        /// The cap.
        until: Timestamp,
    },
    /// Nobody asked.
    #[error("cannot {command}: nobody asks for one")]
    PauseNotAsked {
        /// The verb.
        command: &'static str,
    },
    /// The policy asks for it.
    #[error("cannot {command}: the policy asks for evidence; `pause ask` gives it")]
    EvidenceMissing {
        /// The verb.
        command: &'static str,
    },
    /// Only who hears of it may do something about it.
    #[error("cannot {command}: no rung of yours has fired for the promise that holds now")]
    NotTold {
        /// The verb.
        command: &'static str,
    },
    /// It is for those who answer for the whole.
    #[error("cannot {command}: only the top two rungs of the ladder may, and yours is {rung}")]
    RungTooLow {
        /// The verb.
        command: &'static str,
        /// The leader's rung.
        rung: u8,
    },
    /// Somebody at least as high has it.
    #[error("cannot {command}: rung {rung} has taken it over already")]
    TakenOver {
        /// The verb.
        command: &'static str,
        /// Whose it is.
        rung: u8,
    },
}

impl Rejected {
    /// Its stable name on the wire.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::NoSuchCase { .. } => "case-unknown",
            Self::CaseClosed { .. } => "case-closed",
            Self::NothingRuns { .. } => "clock-not-running",
            Self::Expired { .. } => "promise-expired",
            Self::NotLater { .. } => "until-not-later",
            Self::TooFar { .. } => "until-too-far",
            Self::OffHours { .. } => "until-off-hours",
            Self::NoExtensions { .. } => "extension-not-in-policy",
            Self::ExtensionPending { .. } => "extension-pending",
            Self::ExtensionNotAsked { .. } => "extension-not-asked",
            Self::NotApprover { .. } => "not-approver",
            Self::NotOnHold { .. } => "not-on-hold",
            Self::NeverPauses { .. } => "reason-never-pauses",
            Self::NoPause { .. } => "pause-not-in-policy",
            Self::PausePending { .. } => "pause-pending",
            Self::PauseGranted { .. } => "pause-granted",
            Self::PauseNotAsked { .. } => "pause-not-asked",
            Self::EvidenceMissing { .. } => "evidence-missing",
            Self::NotTold { .. } => "not-told",
            Self::RungTooLow { .. } => "rung-too-low",
            Self::TakenOver { .. } => "taken-over",
        }
    }

    /// The field of the command that is wrong, if it is one.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::NotLater { .. } | Self::TooFar { .. } | Self::OffHours { .. } => Some("until"),
            Self::NoSuchCase { .. }
            | Self::CaseClosed { .. }
            | Self::NothingRuns { .. }
            | Self::Expired { .. }
            | Self::NoExtensions { .. }
            | Self::ExtensionPending { .. }
            | Self::ExtensionNotAsked { .. }
            | Self::NotApprover { .. }
            | Self::NotOnHold { .. }
            | Self::NeverPauses { .. }
            | Self::NoPause { .. }
            | Self::PausePending { .. }
            | Self::PauseGranted { .. }
            | Self::PauseNotAsked { .. }
            | Self::EvidenceMissing { .. }
            | Self::NotTold { .. }
            | Self::RungTooLow { .. }
            | Self::TakenOver { .. } => None,
        }
    }
}
