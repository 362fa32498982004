//! Toy services as processes of their own, for the tests that kill, stop and cut what `delivery`
//! stands on: the real thing, on a real Postgres and a real nats-server.
//!
//! ```text
//!            commands on stdin, one JSON a line         answers on stdout
//!   test ─────────────────────────────────────┐    ┌──────────────────────> test
//!                                             v    │
//!                toy intake ── INTAKE ──> toy dispatch      toy escalation-timer
//!                  ^    │                      │  │           ^       ^
//!                  │    └──────── INTAKE ──────│──│───────────┘       │
//!                  └───────── DISPATCH ────────┘  └──── DISPATCH ─────┘
//! ```
//!
//! `intake` says facts when it is told to; `dispatch` answers each with a fact of its own;
//! `escalation-timer` hears both and must hear the answer after the question (`after`). Each keeps
//! one row per fact that took effect. A toy uses `delivery` as a service does, with all its parts,
//! and no line of `delivery` knows of these tests: a fault is a signal, a spoiled link
//! (`testkit::Proxy`), a damaged server, or a [`Point`] at which the toy kills itself.
//!
//! The tests are in `tests/faults`. Each says at its end what was lost, doubled or out of order (0)
//! together with how often its fault really hit (not 0).

use delivery::dead_letters::DeadLetter;
use events::words::{Installation, Service};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The environment variables that a toy is started with.
pub mod variables {
    /// The URL of its database, as the run-time role.
    pub const POSTGRES: &str = "TOY_POSTGRES";
    /// The URL of the broker.
    pub const NATS: &str = "TOY_NATS";
    /// The word of the [`Point`](super::Point) at which it kills itself; none if not set.
    pub const DIES: &str = "TOY_DIES";
}

/// The tables of a toy, beside those of `delivery`.
pub const TABLES: &str = include_str!("../toy.sql");

/// Whose toys they are.
pub fn installation() -> Result<Installation, events::words::InvalidCode> {
    "toys".parse()
}

/// What a toy is told, each answered by one [`Says`], in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Say facts about a case, in one decision.
    Say {
        /// The idempotency key: the same one again is the same command.
        request: String,
        /// The case.
        case: Uuid,
        /// How many facts.
        facts: u16,
    },
    /// Be woken for a case as soon as may be, and say one fact then.
    Remind {
        /// The case.
        case: Uuid,
    },
    /// Publish the facts about a case again.
    Redeliver {
        /// The case.
        case: Uuid,
        /// From this sequence on.
        from: u64,
    },
    /// List the dead letters.
    Letters,
    /// Try a dead letter again.
    Replay {
        /// The event.
        event: Uuid,
    },
    /// Give a dead letter up.
    Drop {
        /// The event.
        event: Uuid,
    },
}

/// What a toy says: answers, and what it asks of other toys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Says {
    /// It is there. The first line of each process.
    Ready,
    /// To `Say`: the facts are committed, the last one with this sequence.
    Said {
        /// The case's sequence.
        sequence: u64,
    },
    /// To `Letters`: the oldest first.
    Letters(Vec<DeadLetter>),
    /// To all others.
    Done,
    /// To any command: it could not be done.
    Refused {
        /// Why.
        reason: String,
    },
    /// To nobody's command: `service` should publish the facts about a case again. The test hands
    /// it on, as a call would.
    Asks {
        /// Whom.
        service: Service,
        /// The case.
        case: Uuid,
        /// From this sequence on.
        from: u64,
    },
}

/// A place in the toy's own code where it can be made to kill itself (SIGKILL).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A command has written all, and has not committed.
    CommandWritten,
    /// A command has committed, and has not answered.
    CommandCommitted,
    /// A fact has taken effect in a transaction that is not committed.
    FactApplied,
    /// A wake-up has taken effect in a transaction that is not committed.
    WakeUpApplied,
}

impl Point {
    /// Every one of them.
    pub const ALL: [Self; 4] =
        [Self::CommandWritten, Self::CommandCommitted, Self::FactApplied, Self::WakeUpApplied];

    /// Its name in the environment.
    pub const fn word(self) -> &'static str {
        match self {
            Self::CommandWritten => "command-written",
            Self::CommandCommitted => "command-committed",
            Self::FactApplied => "fact-applied",
            Self::WakeUpApplied => "wake-up-applied",
        }
    }

    /// The point of this name.
    pub fn by_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|point| point.word() == word)
    }
}
