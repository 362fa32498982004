use events::words::{CaseNumber, Channel, DepartmentId, End, ItemId, PlaceId, Urgency};
use jiff::{Timestamp, Zoned};

use crate::{command::Verb, state::Case};

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
    #[error("cannot {}: the work is completed; {}", .command.word, .command.if_completed)]
    CaseCompleted {
        /// Which command.
        command: Verb,
    },
    /// The case ended before.
    #[error("cannot {}: the case has ended already ({end}); {}", .command.word, .command.if_closed)]
    CaseClosed {
        /// Which command.
        command: Verb,
        /// How.
        end: End,
    },
    /// It is a case like any other.
    #[error("cannot {}: it is no incident; join it, note on it or close it as a case", .command.word)]
    NotAnIncident {
        /// Which command.
        command: Verb,
    },
    /// It is not one person's to end.
    #[error(
        "cannot withdraw: it is an incident that others wait for too; ask the desk to take you off it, or to close it when it is over"
    )]
    IsIncident,
    /// The same of a case that others reported too.
    #[error(
        "cannot withdraw: others reported it too, and wait for it; ask the desk to take you off it"
    )]
    OthersReported,
    /// Its reporters are to be told.
    #[error(
        "cannot close: it is an incident, whose reporters hear of its end by `incident close` alone; if another is the same, name its places there first"
    )]
    IncidentNotClosedAs,
    /// Whoever is there has another matter, until somebody says that it is the same.
    #[error(
        "cannot join: the incident does not touch `{place}`; if it does, update it by this place first, else accept a case"
    )]
    NotTouched {
        /// Where.
        place: PlaceId,
    },
    /// What was said of the call is wrong.
    #[error("cannot join: {0}")]
    JoinInvalid(Violation),
    /// What was said of the incident is wrong; all of it is told at once.
    #[error("cannot update the incident: {}", sentence(.0))]
    IncidentInvalid(Vec<Violation>),
    /// Nothing would change.
    #[error(
        "cannot update the incident: all of this is known; give a place, an end or a cause that is new"
    )]
    IncidentUnchanged,
    /// They report nothing new.
    #[error("cannot join: they are reporters of it already; chase it if they ask again")]
    AlreadyJoined,
    /// There is nothing to undo.
    #[error("cannot unjoin: this person did not join it; name one of its co-reporters")]
    NotJoined,
    /// Nothing would change.
    #[error("cannot change the urgency: it is {urgency} already")]
    UrgencyUnchanged {
        /// So much.
        urgency: Urgency,
    },
    /// Somebody will ask why.
    #[error("cannot {command}: a reason must be given")]
    ReasonMissing {
        /// What was to be done.
        command: &'static str,
    },
    /// What was promised with an answer is wrong.
    #[error("cannot reply: {0}")]
    ReplyInvalid(Violation),
    /// It cannot end so.
    #[error("cannot close: {0}")]
    CloseInvalid(Violation),
    /// The work is not done yet.
    #[error("cannot reopen: the case is open, and is being worked on")]
    CaseOpen,
    /// It ended in a way that is not reopened.
    #[error(
        "cannot reopen: this end is final ({end}); open a new case that is linked to it: {open}"
    )]
    EndIsFinal {
        /// How.
        end: End,
        /// How it goes on.
        open: OpenLinked,
    },
    /// It ended too long ago.
    #[error(
        "cannot reopen: that was possible until {until}; open a new case that is linked to it: {open}"
    )]
    ReopenWindowOver {
        /// The last instant at which it could.
        until: Timestamp,
        /// How it goes on.
        open: OpenLinked,
    },
}

impl Rejected {
    /// Its stable name on the wire.
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "case-invalid",
            Self::AlreadyAccepted { .. } => "already-accepted",
            Self::NoSuchCase { .. } => "case-unknown",
            Self::CaseCompleted { .. } => "case-completed",
            Self::CaseClosed { .. } => "case-closed",
            Self::NotAnIncident { .. } => "not-an-incident",
            Self::IsIncident | Self::IncidentNotClosedAs => "case-is-incident",
            Self::OthersReported => "others-reported",
            Self::NotTouched { .. } => "place-not-touched",
            Self::JoinInvalid(_) => "join-invalid",
            Self::IncidentInvalid(_) => "incident-invalid",
            Self::IncidentUnchanged => "incident-unchanged",
            Self::AlreadyJoined => "already-joined",
            Self::NotJoined => "not-joined",
            Self::UrgencyUnchanged { .. } => "urgency-unchanged",
            Self::ReasonMissing { .. } => "reason-missing",
            Self::ReplyInvalid(_) => "reply-invalid",
            Self::CloseInvalid(_) => "close-invalid",
            Self::CaseOpen => "case-open",
            Self::EndIsFinal { .. } => "end-is-final",
            Self::ReopenWindowOver { .. } => "reopen-window-over",
        }
    }
}

/// The command by which a matter goes on that is reopened no more: ready to be copied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`yizhan case open {item} --place {place} --linked-to {number}`")]
pub struct OpenLinked {
    /// The case that it follows.
    pub number: CaseNumber,
    /// What it was about.
    pub item: ItemId,
    /// Where.
    pub place: PlaceId,
}

impl OpenLinked {
    /// What goes on with the matter of this case.
    pub(crate) fn to(case: &Case) -> Self {
        Self { number: case.number, item: case.item.clone(), place: case.place.clone() }
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
    /// The campus has no such place, of those that an incident is to touch.
    #[error("there is no place `{place}`")]
    UnknownPlaces {
        /// What was given.
        place: PlaceId,
    },
    /// An incident is nowhere.
    #[error("at least one place must be given")]
    PlacesMissing,
    /// An incident is expected to have been over.
    #[error("{expected_end} is past: leave it out if nobody knows")]
    ExpectedEndPast {
        /// What was given.
        expected_end: Timestamp,
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
    /// The next answer is promised for a time that has passed.
    #[error("{next} is past: the next answer is still to come")]
    NextPast {
        /// What was given.
        next: Timestamp,
    },
    /// It is promised for later than anybody thinks.
    #[error("must not be later than {most}")]
    NextTooFar {
        /// The latest that is taken.
        most: Timestamp,
    },
    /// It is promised for an hour that does not count.
    #[error("{} is outside the hours that count for it; {}", local(.next), choice(.counts_from.as_ref()))]
    NextOffHours {
        /// What was given, where the campus is.
        next: Zoned,
        /// The first time after it that would do, if any would.
        counts_from: Option<Zoned>,
    },
    /// Nobody would hear that it is late.
    #[error(
        "the policy of `{item}` names no ladder of `follow-up`: leave it out, nobody would hear that it is late"
    )]
    NextUnwatched {
        /// What was asked for.
        item: ItemId,
    },
    /// A case is named as its own duplicate.
    #[error("a case is no duplicate of itself")]
    DuplicateOfItself,
    /// The campus has no such department.
    #[error("there is no department `{department}`")]
    UnknownDepartment {
        /// What was given.
        department: DepartmentId,
    },
}

impl Violation {
    /// The field that is wrong.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::UnknownItem { .. } => "item",
            Self::UnknownPlace { .. } | Self::PlaceMissing => "place",
            Self::UnknownPlaces { .. } | Self::PlacesMissing => "places",
            Self::ExpectedEndPast { .. } => "expected_end",
            Self::UnknownPhone { .. } | Self::PhoneOfOtherChannel { .. } => "campus_phone",
            Self::ReceivedInTheFuture { .. } | Self::ReceivedTooLongAgo { .. } => "received_at",
            Self::NextPast { .. }
            | Self::NextTooFar { .. }
            | Self::NextOffHours { .. }
            | Self::NextUnwatched { .. } => "next",
            Self::DuplicateOfItself => "of",
            Self::UnknownDepartment { .. } => "department",
        }
    }
}

fn sentence(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// What may be given instead.
fn choice(counts_from: Option<&Zoned>) -> String {
    match counts_from {
        Some(first) => format!("the next that counts is {}", local(first)),
        None => "choose one that does".to_owned(),
    }
}

fn local(time: &Zoned) -> impl std::fmt::Display {
    time.strftime("%Y-%m-%d %H:%M")
}

/// The first 64 characters of a text that is shown in a refusal.
fn beginning(text: &str) -> String {
    text.chars().take(64).collect()
}
