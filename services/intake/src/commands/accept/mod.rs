//! A contact becomes a case.
//!
//! Enrolment week and a burst main bring hundreds of calls at once, and a commit is what each of
//! them waits for. So one writer takes all that wait into one transaction.
//!
//! ```text
//!  calls ──> writer   equal ones folded, 1-256 at a time
//!              └──> group    begin ─ who is it? ─ decide each ─ write all ─ commit ─ answer each
//!                     │        a refused one leaves, the others are tried again without it
//!                     ├ failed: one by one, so that each caller gets its own answer
//!                     └ the store is away or locked: all are told at once
//!  numbers   blocks of 32, each taken in a transaction of its own
//! ```

mod at_risk;
mod complaint;
mod decide;
mod group;
mod linked;
mod numbers;
mod writer;

use delivery_rpc::Asked;
use events::{
    intake::Incident,
    words::{AlarmKind, CaseKind, CaseRef, Channel, ItemId, PlaceId},
};
use jiff::Timestamp;
use proto::intake::v1::AcceptCaseResponse;
use rpc::Error;

use crate::{people::Named, words::Words};

pub(super) use complaint::permit as permit_complaint;
pub(super) use decide::permit_receipt;
pub(crate) use writer::{Accepting, no_definitions, writer};

/// What a caller is told.
type Answer = Result<AcceptCaseResponse, Error>;

/// What is reported.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    /// By the campus's item.
    Item(ItemId),
    /// An alarm of this kind, for which the campus has an item.
    Alarm(AlarmKind),
    /// The person at risk of whom words tell: whoever said them may speak of what they were said about.
    Heard,
    /// A complaint about the case that it follows, which says by which item once it is looked at; the
    /// caller is then who complains.
    Complaint(Option<ItemId>),
}

/// A contact and what was reported in it.
#[derive(Clone)]
pub(crate) struct AcceptCase {
    pub(crate) asked: Asked,
    /// The kind that the caller expects of the item, if any.
    pub(crate) kind: Option<CaseKind>,
    pub(crate) channel: Channel,
    pub(crate) campus_phone: Option<String>,
    pub(crate) wanted: Wanted,
    pub(crate) place: Option<PlaceId>,
    /// In the caller's words; may be empty.
    pub(crate) text: Words,
    /// `None` for an unknown caller.
    pub(crate) caller: Option<Named>,
    pub(crate) on_behalf_of: Option<Named>,
    pub(crate) asset: Option<String>,
    pub(crate) people: Option<u16>,
    pub(crate) vulnerable: bool,
    pub(crate) received_at: Option<Timestamp>,
    /// The case that it follows.
    pub(crate) linked: Option<CaseRef>,
    /// Where and until when, of an incident; the kind, place and time of receipt are not stated then.
    pub(crate) incident: Option<Incident>,
}

impl AcceptCase {
    const fn is_complaint(&self) -> bool {
        matches!(self.wanted, Wanted::Complaint(_))
    }

    /// Whether somebody who is logged in nowhere tells of a person at risk.
    fn is_heard_by_link(&self) -> bool {
        matches!(self.wanted, Wanted::Heard) && self.asked.subject.principal.account().is_none()
    }

    /// Whether a person has but one of these about a case at a time.
    fn is_one_at_a_time(&self) -> bool {
        self.is_complaint() || self.is_heard_by_link()
    }

    /// Whether the case that it follows was looked at before.
    const fn is_looked_at(&self) -> bool {
        matches!(self.wanted, Wanted::Complaint(_) | Wanted::Heard)
    }
}
