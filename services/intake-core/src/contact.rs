//! Contacts that need no case: answered at once, or referred.

use clock::AccountId;
use definitions::Rules;
use events::{
    intake::ContactRecordedV1,
    words::{Channel, ContactOutcome, DepartmentId},
};
use jiff::Timestamp;

use crate::{decide::received_at, rejected::Violation};

/// A contact of which no case comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// How it came in.
    pub channel: Channel,
    /// When it was taken, if that is past.
    pub at: Option<Timestamp>,
    /// Who took it.
    pub first_receiver: AccountId,
    /// To which department its caller was sent; none if they were answered.
    pub referred_to: Option<DepartmentId>,
}

/// What others hear of a contact, or all that is wrong with it.
pub fn log(
    rules: &Rules,
    contact: &Contact,
    now: Timestamp,
) -> Result<ContactRecordedV1, Vec<Violation>> {
    let Contact { channel, at, first_receiver, referred_to } = contact;
    let unknown = referred_to.as_ref().filter(|department| rules.department(department).is_none());
    let unknown = unknown.map(|one| Violation::UnknownDepartment { department: one.clone() });
    match (received_at(*at, now), unknown) {
        (Ok(at), None) => Ok(ContactRecordedV1 {
            channel: *channel,
            at,
            first_receiver: *first_receiver,
            outcome: match referred_to {
                Some(_) => ContactOutcome::Referred,
                None => ContactOutcome::Answered,
            },
            cases: Vec::new(),
        }),
        (at, unknown) => Err(at.err().into_iter().chain(unknown).collect()),
    }
}
