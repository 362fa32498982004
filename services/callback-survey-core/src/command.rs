use clock::{AccountId, CallbackId, PersonId};
use events::words::{CaseNumber, ItemId, PlaceId, Score, Verdict};
use jiff::{Timestamp, Zoned};

/// What a person may ask of callback-survey.
///
/// Whether they may (their duty, the case's level, a link that was sent to them) was checked before;
/// that nobody asks after their own work is checked here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Record that nobody was reached.
    Attempt(Attempt),
    /// Record what somebody said.
    Answer(Answer),
}

/// Record an attempt that reached nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Of which callback.
    pub callback: CallbackId,
    /// Who tried.
    pub by: AccountId,
}

/// Record what somebody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// To which callback.
    pub callback: CallbackId,
    /// How it came.
    pub through: Through,
    /// Whether it is solved.
    pub solved: bool,
    /// Whether it was on time, if that was said.
    pub on_time: Option<bool>,
    /// How the worker behaved, if that was said.
    pub attitude: Option<Score>,
    /// The mark for the whole, if one was given.
    pub score: Option<Score>,
    /// They complain of it besides, in a case of its own.
    pub complains: bool,
}

/// How an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// This one asked, and heard it.
    Call(AccountId),
    /// This reporter gave it by the link that was sent to them.
    Link(PersonId),
}

impl Attempt {
    pub(crate) const WORD: &str = "record an attempt";
}

impl Answer {
    pub(crate) const WORD: &str = "record an answer";
}

/// Why a command was not done; nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The case has no such callback.
    #[error("cannot {command}: there is no callback {callback}; list those open to see its id")]
    NoSuchCallback {
        /// What was to be done.
        command: &'static str,
        /// What was asked for.
        callback: CallbackId,
    },
    /// The cycle has a verdict.
    #[error(
        "cannot record an attempt: the callback is over ({verdict}); only answers are still taken"
    )]
    NoCallbackOpen {
        /// What it came to.
        verdict: Verdict,
    },
    /// The case went on without it.
    #[error("cannot {command}: the callback was withdrawn; nobody need be asked any more")]
    CallbackWithdrawn {
        /// What was to be done.
        command: &'static str,
    },
    /// The case ended too long ago.
    #[error(
        "cannot record \"not solved\": it reopened until {until}; open a new case that is linked to it: \
         `yizhan case open {item} --place {place} --linked-to {number}`"
    )]
    ReopenWindowOver {
        /// The last instant at which it did.
        until: Timestamp,
        /// The case.
        number: CaseNumber,
        /// What it was about.
        item: ItemId,
        /// Where.
        place: PlaceId,
    },
    /// Nothing is asked by this link any more, or nothing ever was.
    #[error("cannot {command}: the link leads nowhere any more")]
    LinkOver {
        /// What was to be done.
        command: &'static str,
    },
    /// What this link asks about was taken up again.
    #[error("cannot {command}: the case was taken up again since; its newest link asks")]
    LaterCycle {
        /// What was to be done.
        command: &'static str,
    },
    /// Somebody has said it by their link.
    #[error("cannot {command}: it was given by this link before, and is kept as it was")]
    AlreadyAnswered {
        /// What was to be done.
        command: &'static str,
    },
    /// Who calls claimed, was assigned or completed the work.
    #[error("cannot {command}: this is about your own work; somebody else must ask")]
    WorkerMayNotCallBack {
        /// What was to be done.
        command: &'static str,
    },
    /// Nobody is called at this hour.
    #[error("cannot record an attempt: nobody is called at this hour; call from {} on", local(.next))]
    OutsideCallingHours {
        /// The first time that is right, where the campus is.
        next: Zoned,
    },
    /// Attempts would not be spread over days and hours as they must be.
    #[error("cannot record an attempt: attempts must differ in day and hour; call from {} on", local(.next))]
    TooSoon {
        /// The first time that is right, where the campus is.
        next: Zoned,
    },
}

impl Rejected {
    /// Its stable name on the wire.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::NoSuchCallback { .. } => "no-such-callback",
            Self::NoCallbackOpen { .. } => "no-callback-open",
            Self::CallbackWithdrawn { .. } => "callback-withdrawn",
            Self::ReopenWindowOver { .. } => "reopen-window-over",
            Self::LinkOver { .. } => "link-over",
            Self::LaterCycle { .. } => "later-cycle",
            Self::AlreadyAnswered { .. } => "already-answered",
            Self::WorkerMayNotCallBack { .. } => "worker-may-not-call-back",
            Self::OutsideCallingHours { .. } => "outside-calling-hours",
            Self::TooSoon { .. } => "too-soon",
        }
    }
}

fn local(time: &Zoned) -> impl std::fmt::Display {
    time.strftime("%Y-%m-%d %H:%M")
}
