use clock::{AccountId, ContactId, PersonId};
use definitions::Code;
use events::words::{CaseNumber, Channel, End, ItemId, PlaceId, Urgency};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a person may ask of intake.
///
/// Whether they may (their own case, their duty, the case's level) was checked before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make a case of what was reported, and promise.
    Accept(Box<Accept>),
    /// End it: its requester does not want it any more.
    Withdraw(Withdraw),
    /// Say "not solved" of a closed case.
    Reopen(Reopen),
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Actor {
    /// Somebody who is logged in.
    Account(AccountId),
    /// A requester or reporter who is not, by a link that was sent to them.
    Person(PersonId),
}

/// Make a case of what was reported. An item and a place, or the phone that hangs there, are enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accept {
    /// The number that it will have.
    pub number: CaseNumber,
    /// The contact that it comes from.
    pub contact: ContactId,
    /// How it came in.
    pub channel: Channel,
    /// What is asked for.
    pub item: ItemId,
    /// Where, if that was said.
    pub place: Option<PlaceId>,
    /// The campus phone that the call came from.
    pub campus_phone: Option<String>,
    /// What was said, as far as urgency rules look at it; may be empty, and is not kept here.
    pub text: String,
    /// How many persons it affects, if that was said.
    pub people: Option<u16>,
    /// Which of the item's assets it is about, if that was said.
    pub asset: Option<Code>,
    /// Somebody is affected who needs help more than others.
    pub vulnerable: bool,
    /// How much haste, if who accepts may and does decide that, instead of the item's rules.
    pub urgency: Option<Urgency>,
    /// When it was received, if that is past.
    pub received_at: Option<Timestamp>,
    /// Who called; none for an unknown caller.
    pub caller: Option<PersonId>,
    /// For whom, if not for themselves.
    pub on_behalf_of: Option<PersonId>,
    /// Who took the contact, and answers for it from now on.
    pub first_receiver: AccountId,
    /// Who records it.
    pub by: Actor,
}

/// End a case for its requester.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdraw {
    /// Who says so.
    pub by: Actor,
}

/// Say "not solved" of a closed case: one more cycle of the same case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reopen {
    /// Who says so.
    pub by: Actor,
}

impl Withdraw {
    pub(crate) const WORD: &str = "withdraw";
}

impl Reopen {
    pub(crate) const WORD: &str = "reopen";
}

/// Why a command was not done; nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// What was reported cannot be a case; all that is wrong with it is told at once.
    #[error("cannot accept: {}", sentence(.0))]
    Invalid(Vec<Violation>),
    /// There is a case already.
    #[error("cannot accept: it is the case {number} already")]
    AlreadyAccepted {
        /// Its number.
        number: CaseNumber,
    },
    /// Nothing was accepted.
    #[error("cannot {command}: there is no such case; check its number")]
    NoSuchCase {
        /// The verb.
        command: &'static str,
    },
    /// The work is done, and its requester is being asked.
    #[error("cannot withdraw: the work is completed; answer the callback instead")]
    CaseCompleted,
    /// The case ended before.
    #[error("cannot withdraw: the case has ended already ({end})")]
    CaseClosed {
        /// How.
        end: End,
    },
    /// The work is not done yet.
    #[error("cannot reopen: the case is open, and is being worked on")]
    CaseOpen,
    /// It ended in a way that is not reopened.
    #[error("cannot reopen: this end is final ({end}); report it as a new case")]
    EndIsFinal {
        /// How.
        end: End,
    },
    /// It ended too long ago.
    #[error("cannot reopen: that was possible until {until}; report it as a new case")]
    ReopenWindowOver {
        /// The last instant at which it could.
        until: Timestamp,
    },
}

impl Rejected {
    /// Its stable name on the wire.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "case-invalid",
            Self::AlreadyAccepted { .. } => "already-accepted",
            Self::NoSuchCase { .. } => "case-unknown",
            Self::CaseCompleted => "case-completed",
            Self::CaseClosed { .. } => "case-closed",
            Self::CaseOpen => "case-open",
            Self::EndIsFinal { .. } => "end-is-final",
            Self::ReopenWindowOver { .. } => "reopen-window-over",
        }
    }
}

/// One thing that is wrong with what was reported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// The catalogue has no such item.
    #[error("there is no item `{item}`")]
    UnknownItem {
        /// What was given.
        item: ItemId,
    },
    /// The campus has no such place.
    #[error("there is no place `{place}`")]
    UnknownPlace {
        /// What was given.
        place: PlaceId,
    },
    /// Neither a place nor a campus phone was given.
    #[error("a place or a campus phone must be given")]
    PlaceMissing,
    /// The campus has no such phone.
    #[error("there is no campus phone `{}`", beginning(.phone))]
    UnknownPhone {
        /// What was given.
        phone: String,
    },
    /// A campus phone was given although the contact came in otherwise.
    #[error("a campus phone goes with the channel `campus-phone`, not with `{channel}`")]
    PhoneOfOtherChannel {
        /// How it came in.
        channel: Channel,
    },
    /// It was received later than now.
    #[error("received at {received_at} is in the future")]
    ReceivedInTheFuture {
        /// What was given.
        received_at: Timestamp,
    },
    /// It was received too long ago to be told from a slip of the pen.
    #[error("received at {received_at} is before {earliest}")]
    ReceivedTooLongAgo {
        /// What was given.
        received_at: Timestamp,
        /// The earliest that is taken.
        earliest: Timestamp,
    },
}

impl Violation {
    /// The field that is wrong.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::UnknownItem { .. } => "item",
            Self::UnknownPlace { .. } | Self::PlaceMissing => "place",
            Self::UnknownPhone { .. } | Self::PhoneOfOtherChannel { .. } => "campus_phone",
            Self::ReceivedInTheFuture { .. } | Self::ReceivedTooLongAgo { .. } => "received_at",
        }
    }
}

fn sentence(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The first 64 characters of a text that is shown in a refusal.
fn beginning(text: &str) -> String {
    text.chars().take(64).collect()
}
