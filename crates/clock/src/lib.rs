//! Typed ids, the clock and the source of ids.
//!
//! Nothing in Yizhan asks the machine what time it is or makes up an id on its own: both are
//! arguments. A core that takes them can be replayed from a seed, and a story can move a whole
//! installation four hours ahead. `clippy.toml` bans the wall clock outside this crate.
//!
//! ```text
//!  Clock ── now()      the service's clock: everything that a person was promised
//!        └─ machine()  the same without the manual offset: tokens, sessions, back-off, locks
//!  Ids   ── RandomIds  UUIDv7 of machine time (production)
//!        └─ SeededIds  the same layout from a seed (tests, simulation)
//! ```

mod id;
mod ids;
mod time;

pub use id::{Id, Kind};
pub use ids::{Ids, RandomIds, SeededIds};
pub use time::Clock;

/// The kinds of ids that cross a crate's border.
///
/// An id names what it points to, so that a work order's id is never handed in where a case's is
/// wanted.
pub mod kinds {
    use crate::Kind;

    /// Declares marker types: one line per kind, no behaviour.
    macro_rules! kinds {
        ($($(#[$doc:meta])* $marker:ident = $name:literal, $id:ident;)*) => {
            $($(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub enum $marker {}
            impl Kind for $marker { const NAME: &'static str = $name; }
            #[doc = concat!("Id of a ", $name, ".")]
            pub type $id = crate::Id<$marker>;)*
        };
    }

    kinds! {
        /// One call, visit or message (接待).
        Contact = "contact", ContactId;
        /// One accepted matter (办件).
        Case = "case", CaseId;
        /// A requester or reporter; lives in intake.
        Person = "person", PersonId;
        /// A member of staff or a service account; lives in the portal.
        Account = "account", AccountId;
        /// One department's part of a case (工单).
        WorkOrder = "work order", WorkOrderId;
        /// One offer of a work order to one post.
        Offer = "offer", OfferId;
        /// One question that is asked inside a case.
        Question = "question", QuestionId;
        /// One commitment's clock for one subject and cycle.
        Timer = "clock", TimerId;
        /// One callback (回访) to make for one cycle of a case.
        Callback = "callback", CallbackId;
        /// One message to one person.
        Message = "message", MessageId;
        /// One way out of one or more messages to one person.
        Sending = "sending", SendingId;
        /// One handover of the desk's shift (交接).
        Handover = "handover", HandoverId;
        /// One leave, swap or cover on the roster (排班).
        Arrangement = "roster arrangement", ArrangementId;
    }
}

pub use kinds::{
    AccountId, ArrangementId, CallbackId, CaseId, ContactId, HandoverId, MessageId, OfferId,
    PersonId, QuestionId, SendingId, TimerId, WorkOrderId,
};
