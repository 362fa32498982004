//! What intake says: contacts, and cases from their acceptance to their end.

use clock::{AccountId, CaseId, ContactId, PersonId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::{
    CaseKind, CaseNumber, Channel, Commitment, ContactOutcome, Cycle, DepartmentId, End, ItemId,
    Level, PlaceId, ReopenCause, Urgency, UrgencyCause,
};

facts! {
    /// A fact about a contact (its key) or a case (its key).
    IntakeFact on Intake {
        /// A contact was taken.
        ContactRecorded(ContactRecordedV1) = Contact "recorded" v 1,
        /// A case was accepted, with its promises.
        CaseAccepted(CaseAcceptedV1) = Case "accepted" v 1,
        /// A case was reopened: another cycle, with new promises.
        CaseReopened(CaseReopenedV1) = Case "reopened" v 1,
        /// A cycle was completed and may be asked after.
        CaseResolved(CaseResolvedV1) = Case "resolved" v 1,
        /// A case ended.
        CaseClosed(CaseClosedV1) = Case "closed" v 1,
        /// Its requester asks again before it is done.
        CaseChased(CaseChasedV1) = Case "chased" v 1,
        /// Others reported the same: they hear what becomes of it.
        CaseJoined(CaseJoinedV1) = Case "joined" v 1,
        /// A joining was undone.
        CaseUnjoined(CaseUnjoinedV1) = Case "unjoined" v 1,
        /// It has another urgency, and so other promises.
        CaseUrgencyChanged(CaseUrgencyChangedV1) = Case "urgency-changed" v 1,
        /// Somebody who works on it left a note for the others.
        CaseNoted(CaseNotedV1) = Case "noted" v 1,
        /// Whoever reported it has an answer.
        CaseReplied(CaseRepliedV1) = Case "replied" v 1,
        /// There is news of the incident that it is: all who reported it hear that.
        CaseIncidentUpdated(CaseIncidentUpdatedV1) = Case "incident-updated" v 1,
    }
}

/// A contact was taken (接待). Key: the contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContactRecordedV1 {
    /// How it came in.
    pub channel: Channel,
    /// When it was taken.
    pub at: Timestamp,
    /// Who took it (首问责任人).
    pub first_receiver: AccountId,
    /// What became of it.
    pub outcome: ContactOutcome,
    /// The cases that it opened or joined.
    pub cases: Vec<CaseId>,
}

/// One promise given at receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Promise {
    /// What is promised.
    pub commitment: Commitment,
    /// Until when.
    pub due: Timestamp,
    /// It lies beyond the calendar's `valid_through` and will be computed anew.
    pub provisional: bool,
}

/// A case was accepted (受理). Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseAcceptedV1 {
    /// The number that people say.
    pub number: CaseNumber,
    /// What kind of matter it is.
    pub kind: CaseKind,
    /// How it came in.
    pub channel: Channel,
    /// The contact that opened it.
    pub contact: ContactId,
    /// What is asked for.
    pub item: ItemId,
    /// Where; the campus itself for what has no place.
    pub place: PlaceId,
    /// How much haste.
    pub urgency: Urgency,
    /// Who may see it.
    pub level: Level,
    /// When it was received: clocks run from here.
    pub received_at: Timestamp,
    /// The first.
    pub cycle: Cycle,
    /// Who took the first contact, for ever.
    pub first_receiver: AccountId,
    /// Who reported it, the first reporter first; empty for an unknown caller.
    pub reporters: Vec<PersonId>,
    /// All promises whose clocks start at receipt.
    pub promises: Vec<Promise>,
    /// What is known of the incident that it is, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
    /// The case that it complains of, if it is a complaint about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complains_of: Option<CaseId>,
}

/// What an incident (突发事件) is besides a case: one cause, many places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Incident {
    /// All places that it touches, the one where the work is first.
    pub places: Vec<PlaceId>,
    /// When it is expected to be over, if anybody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_end: Option<Timestamp>,
}

/// A case was reopened. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseReopenedV1 {
    /// The cycle that begins.
    pub cycle: Cycle,
    /// Why.
    pub cause: ReopenCause,
    /// Who said "not solved", if not in a callback; none for a person without an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When: the new clocks run from here.
    pub reopened_at: Timestamp,
    /// What kind of matter it is.
    pub kind: CaseKind,
    /// What is asked for.
    pub item: ItemId,
    /// Where.
    pub place: PlaceId,
    /// How much haste.
    pub urgency: Urgency,
    /// Who may see it.
    pub level: Level,
    /// Who reported it, the first reporter first.
    pub reporters: Vec<PersonId>,
    /// All promises whose clocks start at the reopening.
    pub promises: Vec<Promise>,
}

/// A cycle of a case was completed and may be asked after. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseResolvedV1 {
    /// The completed cycle.
    pub cycle: Cycle,
    /// When it was completed.
    pub resolved_at: Timestamp,
    /// What was asked for.
    pub item: ItemId,
    /// How much haste.
    pub urgency: Urgency,
    /// Who may see it: restricted cases are not called back from the desk.
    pub level: Level,
    /// Whom to ask, the first reporter first.
    pub reporters: Vec<PersonId>,
    /// Who claimed, was assigned or completed it: none of them may call back.
    pub workers: Vec<AccountId>,
}

/// A case ended. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseClosedV1 {
    /// The cycle in which it ended.
    pub cycle: Cycle,
    /// How.
    pub end: End,
    /// When.
    pub closed_at: Timestamp,
    /// Who ended it; none where it follows from an answer or from time, and for a person without an
    /// account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
}

/// A case was chased: its requester, or the desk for them, asks again before it is done (催单). Key:
/// the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseChasedV1 {
    /// The running cycle.
    pub cycle: Cycle,
    /// How often the case was chased, over all its cycles and with this time.
    pub chases: u16,
    /// It came within 24 hours of the one before: the head hears of it too.
    pub to_head: bool,
    /// Who said so; none for a person without an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}

/// Others reported the same matter (共同报修人), and hear of it from now on. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseJoinedV1 {
    /// The running cycle.
    pub cycle: Cycle,
    /// Who is new among its reporters.
    pub joined: Vec<PersonId>,
    /// Who reported it, the first reporter first, with those who are new.
    pub reporters: Vec<PersonId>,
    /// Who recorded it; none for a person without an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}

/// A joining was undone: it was another matter, or another person. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseUnjoinedV1 {
    /// The cycle that runs, or ran last.
    pub cycle: Cycle,
    /// Who is no reporter of it any more.
    pub person: PersonId,
    /// Who still is, the first reporter first.
    pub reporters: Vec<PersonId>,
    /// Who undid it; none for a person without an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}

/// A case has another urgency. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseUrgencyChangedV1 {
    /// The running cycle.
    pub cycle: Cycle,
    /// How much haste it had.
    pub before: Urgency,
    /// How much it has.
    pub urgency: Urgency,
    /// Why.
    pub cause: UrgencyCause,
    /// The next promise of each commitment that starts at receipt; what is not among them is
    /// promised no more.
    pub promises: Vec<Promise>,
    /// Who did it; none for a person without an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When: a raised urgency counts from here.
    pub at: Timestamp,
}

/// Somebody who works on a case left a note for the others; its words stay with intake. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseNotedV1 {
    /// The cycle that runs, or ran last.
    pub cycle: Cycle,
    /// Who; none for a person without an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}

/// Whoever reported a case has an answer, for now or for good; its words stay with intake. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseRepliedV1 {
    /// The running cycle.
    pub cycle: Cycle,
    /// Until when the next answer is promised: to follow up. None of an answer for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Promise>,
    /// Whose answer it is, if who gives it is of a department.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<DepartmentId>,
    /// Who gave it.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// There is news of a case that is an incident: where it is, until when, or why. The words stay with
/// intake. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseIncidentUpdatedV1 {
    /// The running cycle.
    pub cycle: Cycle,
    /// What is known from now on.
    pub incident: Incident,
    /// Who said so; none for a person without an account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}
