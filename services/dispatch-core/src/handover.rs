//! The handover of the desk's shift (交接): who leaves signs what is left, who takes over signs for it,
//! and until then nobody has it and everybody sees that.
//!
//! ```text
//!  command \ shift │ nobody signed yet    had by B             left by A
//! ─────────────────┼──────────────────────────────────────────────────────────────────────
//!  A leaves (1)    │ left by A            not-on-shift         already-signed
//!  B leaves (1)    │ left by B            left by B            handover-waits
//!  A takes over    │ nothing-to-take-over nothing-to-take-over same-person (2)
//!  B takes over    │ nothing-to-take-over nothing-to-take-over had by B
//!  (15 minutes)    │ -                    -                    untaken, once
//!
//!  1  for who went without a word the duty counsellor signs, and names them; only of who has it
//!  2  had by A, once nobody else came for 15 minutes
//! ```
//!
//! Whoever comes signs, however late. After [`PATIENCE`] without a successor the duty counsellor is
//! told, and takes over, also what they signed for another; and who left may have it again, for a desk
//! that somebody has is better than one that waits for a second signature.
//!
//! What is signed for is what was shown. On a busy desk that is another list by the time one has read
//! it, so who leaves may sign for what they saw within [`STILL_SEEN`]; what came since is theirs too,
//! and told them with the signature.

use clock::{AccountId, HandoverId, Ids};
use jiff::{SignedDuration, Timestamp};

/// How long the desk waits for a successor.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(15);

/// How long a list counts as seen by whom it was shown to: the time to read some hundred lines, to go
/// round the keys and devices, and to write the log; not so long that who signs saw another evening's.
pub const STILL_SEEN: SignedDuration = SignedDuration::from_mins(10);

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
        /// The duty counsellor has been told.
        is_told: bool,
    },
}

/// A signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Of who leaves.
    Leave {
        /// Who leaves.
        who: AccountId,
        /// Who signs: they, or the duty counsellor for them.
        by: AccountId,
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

/// Nobody took over in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untaken {
    /// By which handover the desk was left.
    pub handover: HandoverId,
    /// When.
    pub left_at: Timestamp,
    /// Since when it is the duty counsellor's to take over.
    pub at: Timestamp,
}

/// Why a signature is not given; nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// Whoever leaves does not have the shift.
    #[error(
        "cannot sign: whoever leaves does not have the shift; who took it over leaves it, or the duty \
         counsellor for them, by name"
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
    /// Nobody hands over to themselves while another may come.
    #[error(
        "cannot sign: the shift that was left is yours; whoever takes it over signs, and you only if \
         nobody has within 15 minutes"
    )]
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

    /// When to look at it again, if nobody signs before.
    pub fn next_at(self) -> Option<Timestamp> {
        match self {
            Self::Left { is_told: false, .. } => self.falls_to_counsellor_at(),
            Self::Unsigned | Self::Had { .. } | Self::Left { is_told: true, .. } => None,
        }
    }
}

/// What follows as time goes by.
pub fn on_wake(shift: Shift, now: Timestamp) -> Option<Untaken> {
    let at = shift.next_at().filter(|at| *at <= now)?;
    match shift {
        Shift::Left { handover, at: left_at, .. } => Some(Untaken { handover, left_at, at }),
        Shift::Unsigned | Shift::Had { .. } => None,
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
        (Shift::Had { by: has_it }, Command::Leave { who, by }) if who == has_it => {
            Ok(Event::Left { handover: ids.id(), by: who, signed_by: by, at: now })
        }
        // Of one who never took it over nobody can say but they that they leave it.
        (Shift::Unsigned, Command::Leave { who, by }) if who == by => {
            Ok(Event::Left { handover: ids.id(), by, signed_by: by, at: now })
        }
        (Shift::Had { .. } | Shift::Unsigned, Command::Leave { .. }) => Err(Rejected::NotOnShift),
        (Shift::Left { by: left_by, .. }, Command::Leave { who, .. }) => {
            Err(if who == left_by { Rejected::AlreadySigned } else { Rejected::Waits })
        }
        (Shift::Unsigned | Shift::Had { .. }, Command::TakeOver { .. }) => {
            Err(Rejected::NothingToTakeOver)
        }
        (Shift::Left { by: left_by, .. }, Command::TakeOver { by })
            if by == left_by && shift.falls_to_counsellor_at().is_none_or(|at| now < at) =>
        {
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
        Event::Left { handover, by, at, .. } => Shift::Left { handover, by, at, is_told: false },
        Event::TakenOver { by, .. } => Shift::Had { by },
    };
}

/// From now on the duty counsellor is told that nobody came.
pub const fn tell(shift: &mut Shift) {
    match shift {
        Shift::Left { is_told, .. } => *is_told = true,
        Shift::Unsigned | Shift::Had { .. } => {}
    }
}
