//! What intake says: contacts, and cases from their acceptance to their end.

use clock::{AccountId, CaseId, ContactId, PersonId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::{
    CaseKind, CaseNumber, Channel, Commitment, ContactOutcome, Cycle, End, ItemId, Level, PlaceId,
    ReopenCause, Urgency,
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
}

/// A case was reopened. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseReopenedV1 {
    /// The cycle that begins.
    pub cycle: Cycle,
    /// Why.
    pub cause: ReopenCause,
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
}
