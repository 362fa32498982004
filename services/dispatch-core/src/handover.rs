//! The handover of the desk's shift (交接, BRIEF 3.5): who leaves signs what is left, who takes over
//! signs for it, and until then nobody has it and everybody sees that.
//!
//! ```text
//!  command \ shift │ nobody signed yet    had by B             left by A
//! ─────────────────┼──────────────────────────────────────────────────────────────────────
//!  A leaves        │ left by A            not-on-shift (1)     already-signed
//!  B leaves        │ left by B            left by B            handover-waits
//!  A takes over    │ nothing-to-take-over nothing-to-take-over same-person
//!  B takes over    │ nothing-to-take-over nothing-to-take-over had by B
//!
//!  1  but for the duty counsellor, who signs for who went without: it is B who leaves
//! ```
//!
//! Whoever comes signs, however late. After [`PATIENCE`] without a successor the duty counsellor
//! takes over, also what they signed for another; so that is when it is shown as theirs.

use clock::{AccountId, HandoverId, Ids};
use jiff::{SignedDuration, Timestamp};

/// How long the desk waits for a successor (BRIEF 3.5).
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// Who has the desk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shift {
    /// Nobody has signed for it yet.
    #[default]
    Unsigned,
    /// Somebody took it over.
    Had {
        /// Who.
        by: AccountId,
    },
    /// Somebody left it, and nobody has it.
    Left {
        /// By which handover.
        handover: HandoverId,
        /// Who, whoever signed it.
        by: AccountId,
        /// When.
        at: Timestamp,
    },
}

/// A signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Of who leaves.
    Leave {
        /// Who signs.
        by: AccountId,
        /// They are the duty counsellor, who may sign for who went without.
        for_another: bool,
    },
    /// Of who takes over.
    TakeOver {
        /// Who signs.
        by: AccountId,
    },
}

/// A signature that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The desk was left.
    Left {
        /// By this handover.
        handover: HandoverId,
        /// By whom.
        by: AccountId,
        /// Who signed that: they, or the duty counsellor for them.
        signed_by: AccountId,
        /// When.
        at: Timestamp,
    },
    /// It was taken over.
    TakenOver {
        /// By this handover.
        handover: HandoverId,
        /// By whom.
        by: AccountId,
        /// When.
        at: Timestamp,
    },
}

/// Why a signature is not given; nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Somebody else has the shift.
    #[error(
        "cannot sign: another has the shift; who took it over leaves it, or the duty counsellor for \
         them"
    )]
    NotOnShift,
    /// They have signed.
    #[error("cannot sign: that you leave is signed already; who takes over signs next")]
    AlreadySigned,
    /// Nobody has taken over what another left.
    #[error("cannot sign: the shift was left before and waits for a successor; take it over first")]
    Waits,
    /// Nobody has left.
    #[error("cannot sign: nobody has left the shift; who leaves signs first")]
    NothingToTakeOver,
    /// Nobody hands over to themselves.
    #[error("cannot sign: the shift that was left is yours; whoever takes it over signs, not you")]
    SamePerson,
}

impl Rejected {
    /// Its stable name on the wire.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotOnShift => "not-on-shift",
            Self::AlreadySigned => "already-signed",
            Self::Waits => "handover-waits",
            Self::NothingToTakeOver => "nothing-to-take-over",
            Self::SamePerson => "same-person",
        }
    }
}

impl Shift {
    /// From when on the duty counsellor takes over, if nobody else does.
    pub fn falls_to_counsellor_at(self) -> Option<Timestamp> {
        match self {
            Self::Unsigned | Self::Had { .. } => None,
            Self::Left { at, .. } => at.checked_add(PATIENCE).ok(),
        }
    }
}

/// What follows from a signature at `now`.
pub fn on_command(
    shift: Shift,
    command: Command,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Result<Event, Rejected> {
    match (shift, command) {
        (Shift::Had { by: had_by }, Command::Leave { by, for_another }) => {
            if by == had_by || for_another {
                Ok(Event::Left { handover: ids.id(), by: had_by, signed_by: by, at: now })
            } else {
                Err(Rejected::NotOnShift)
            }
        }
        (Shift::Unsigned, Command::Leave { by, .. }) => {
            Ok(Event::Left { handover: ids.id(), by, signed_by: by, at: now })
        }
        (Shift::Left { by: left_by, .. }, Command::Leave { by, .. }) => {
            Err(if by == left_by { Rejected::AlreadySigned } else { Rejected::Waits })
        }
        (Shift::Unsigned | Shift::Had { .. }, Command::TakeOver { .. }) => {
            Err(Rejected::NothingToTakeOver)
        }
        (Shift::Left { by: left_by, .. }, Command::TakeOver { by }) if by == left_by => {
            Err(Rejected::SamePerson)
        }
        (Shift::Left { handover, .. }, Command::TakeOver { by }) => {
            Ok(Event::TakenOver { handover, by, at: now })
        }
    }
}

/// Brings the shift to after the event.
pub const fn apply(shift: &mut Shift, event: Event) {
    *shift = match event {
        Event::Left { handover, by, at, .. } => Shift::Left { handover, by, at },
        Event::TakenOver { by, .. } => Shift::Had { by },
    };
}
