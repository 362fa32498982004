//! The words that cross a service's border: closed lists, and codes that the campus chooses.
//!
//! They are the words of the glossary, in English, in `kebab-case` on every wire (events, gRPC,
//! HTTP, columns), so that one spelling is found everywhere. Each has `Display` and `FromStr`.
//!
//! ```text
//!  closed lists    CaseKind  Channel  Urgency  Level  Commitment  End  Verdict ...
//!  codes           DepartmentId  PostId  ItemId  PlaceId  LadderId  CalendarId  Installation
//!  numbers         CaseNumber  Cycle  Revision  Score
//!  pointers        CaseRef  Subject (what a clock is for)  Recipient (whom a message is for)
//!  who speaks      Service  Stream  Aggregate
//! ```

/// Declares closed lists of words: an enum each, with its words.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident ($kind:literal) {
        $($(#[$about:meta])* $variant:ident = $word:literal,)+
    })+) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize, schemars::JsonSchema,
        )]
        pub enum $name {
            $($(#[$about])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every one of them, in ascending order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word on the wire.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::words::UnknownWord::new($kind, text, &[$($word),+])),
                }
            }
        }
    )+};
}

mod case;
mod codes;
mod numbers;
mod pointers;
mod speakers;

pub use case::{
    AlarmKind, CaseKind, Channel, Commitment, ContactOutcome, DocumentKind, End, HoldReason, Level,
    MessageChannel, MoveCause, PauseRefusal, ReleaseCause, ReopenCause, Unheard, Urgency,
    UrgencyCause, Verdict,
};
pub use codes::{
    CalendarId, DepartmentId, DocumentId, Installation, InvalidCode, ItemId, LadderId, PlaceId,
    PostId, TemplateId,
};
pub use numbers::{CaseNumber, Cycle, NotACaseNumber, OutOfScale, Revision, Score};
pub use pointers::{CaseRef, NotAPointer, Recipient, Subject};
pub use speakers::{Aggregate, Service, Stream};

/// A word that is not in its list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {kind}: it must be one of {}", .allowed.join(", "))]
pub struct UnknownWord {
    kind: &'static str,
    text: String,
    allowed: &'static [&'static str],
}

impl UnknownWord {
    fn new(kind: &'static str, text: &str, allowed: &'static [&'static str]) -> Self {
        Self { kind, text: crate::text::shown(text), allowed }
    }

    /// The words that would have been right.
    pub const fn allowed(&self) -> &'static [&'static str] {
        self.allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_same_in_json_and_as_text() {
        for &end in End::ALL {
            assert_eq!(serde_json::to_value(end).unwrap(), end.word());
            assert_eq!(end.to_string().parse(), Ok(end));
        }
        assert_eq!(End::Solved.word(), "closed-solved");
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_words_that_are_allowed() {
        let refusal = "soon".parse::<Urgency>().unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "`soon` is no urgency: it must be one of normal, urgent, critical"
        );
    }

    #[test]
    fn urgencies_and_levels_are_ordered_from_the_mildest_to_the_gravest() {
        assert!(Urgency::Normal < Urgency::Urgent && Urgency::Urgent < Urgency::Critical);
        assert!(Level::Public < Level::Internal && Level::Restricted < Level::Confidential);
        assert!(Level::Confidential < Level::Hidden);
    }
}
