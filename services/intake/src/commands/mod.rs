//! What may be asked of intake, one use case a file.
//!
//! ```text
//!  begin ─ Intent::begin ─ lock ─ load ─ may they? ─ decide ─ record ─ save ─ Intent::finish ─ commit
//! ```
//!
//! Each transaction is opened and committed in the same function; the answer is given after the
//! commit, and a refusal leaves nothing behind.

pub(crate) mod accept;
mod apply_definitions;
mod chase;
mod close_as;
mod close_incident;
mod existing;
mod hear;
mod heed;
mod import_requesters;
mod join;
mod join_incident;
mod keep_contact;
mod log_contact;
mod note;
mod reopen;
mod reply;
mod unjoin;
mod update_incident;
mod urgency;
mod withdraw;

use authz::Subject;
use intake_core::{Actor, Rejected, Violation};
use rpc::{Code, Error, account};

pub(crate) use apply_definitions::{ApplyDefinitions, apply_definitions};
pub(crate) use chase::{Chase, chase};
pub(crate) use close_as::{CloseAs, Ending, WHOM, Whose, close_as};
pub(crate) use close_incident::{CloseIncident, close_incident};
pub(crate) use existing::{REMARK, WORDS, called, case_unknown, find, may, owner};
pub(crate) use hear::{Hear, hear};
use heed::Said;
pub(crate) use heed::{Spoken, heed};
pub(crate) use import_requesters::{Requester, import_requesters};
pub(crate) use join::{Join, join};
pub(crate) use join_incident::{IncidentCall, JoinIncident, Joining, join_incident};
use keep_contact::keep_contact;
pub(crate) use log_contact::{LogContact, SAID, log_contact};
pub(crate) use note::{Note, note};
pub(crate) use reopen::{Reopen, reopen};
pub(crate) use reply::{Reply, reply};
pub(crate) use unjoin::{Unjoin, unjoin};
pub(crate) use update_incident::{UpdateIncident, update_incident};
pub(crate) use urgency::{ChangeUrgency, change_urgency};
pub(crate) use withdraw::{Withdraw, withdraw};

/// Whose deed it is, as the core names them.
fn actor(subject: &Subject) -> Result<Actor, Error> {
    account(subject).map(Actor::Account)
}

/// A rejection of the core, as its caller is told.
fn refusal(rejected: &Rejected) -> Error {
    let code = match rejected {
        Rejected::Invalid(_)
        | Rejected::ReasonMissing { .. }
        | Rejected::ReplyInvalid(_)
        | Rejected::CloseInvalid(_)
        | Rejected::JoinInvalid(_)
        | Rejected::IncidentInvalid(_) => Code::InvalidArgument,
        Rejected::NoSuchCase { .. } => Code::NotFound,
        Rejected::AlreadyAccepted { .. }
        | Rejected::CaseCompleted { .. }
        | Rejected::CaseClosed { .. }
        | Rejected::AlreadyJoined
        | Rejected::NotJoined
        | Rejected::UrgencyUnchanged { .. }
        | Rejected::CaseOpen
        | Rejected::EndIsFinal { .. }
        | Rejected::ReopenWindowOver { .. }
        | Rejected::NotAnIncident { .. }
        | Rejected::IsIncident
        | Rejected::OthersReported
        | Rejected::IncidentNotClosedAs
        | Rejected::NotTouched { .. }
        | Rejected::IncidentUnchanged => Code::FailedPrecondition,
    };
    let error = Error::new(code, rejected.reason(), rejected.to_string());
    match rejected {
        Rejected::Invalid(violations) | Rejected::IncidentInvalid(violations) => {
            violations.iter().fold(error, violating)
        }
        Rejected::ReplyInvalid(violation)
        | Rejected::CloseInvalid(violation)
        | Rejected::JoinInvalid(violation) => violating(error, violation),
        Rejected::NotTouched { .. } => error.violating("place", rejected.to_string()),
        Rejected::ReasonMissing { .. } => error.violating("reason", "must be given"),
        Rejected::NoSuchCase { .. }
        | Rejected::AlreadyAccepted { .. }
        | Rejected::CaseCompleted { .. }
        | Rejected::CaseClosed { .. }
        | Rejected::AlreadyJoined
        | Rejected::NotJoined
        | Rejected::UrgencyUnchanged { .. }
        | Rejected::CaseOpen
        | Rejected::EndIsFinal { .. }
        | Rejected::ReopenWindowOver { .. }
        | Rejected::NotAnIncident { .. }
        | Rejected::IsIncident
        | Rejected::OthersReported
        | Rejected::IncidentNotClosedAs
        | Rejected::IncidentUnchanged => error,
    }
}

fn violating(error: Error, violation: &Violation) -> Error {
    error.violating(violation.field(), violation.to_string())
}
