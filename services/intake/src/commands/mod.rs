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
mod existing;
mod import_requesters;
mod reopen;
mod withdraw;

use authz::Subject;
use intake_core::{Actor, Rejected};
use rpc::{Code, Error, account};

pub(crate) use apply_definitions::{ApplyDefinitions, apply_definitions};
pub(crate) use existing::{CaseRef, case_unknown, may, owner};
pub(crate) use import_requesters::{Requester, import_requesters};
pub(crate) use reopen::{Reopen, reopen};
pub(crate) use withdraw::{Withdraw, withdraw};

/// Whose deed it is, as the core names them.
fn actor(subject: &Subject) -> Result<Actor, Error> {
    account(subject).map(Actor::Account)
}

/// A rejection of the core, as its caller is told.
fn refusal(rejected: &Rejected) -> Error {
    let code = match rejected {
        Rejected::Invalid(_) => Code::InvalidArgument,
        Rejected::NoSuchCase { .. } => Code::NotFound,
        Rejected::AlreadyAccepted { .. }
        | Rejected::CaseCompleted
        | Rejected::CaseClosed { .. }
        | Rejected::CaseOpen
        | Rejected::EndIsFinal { .. }
        | Rejected::ReopenWindowOver { .. } => Code::FailedPrecondition,
    };
    let mut error = Error::new(code, rejected.reason(), rejected.to_string());
    if let Rejected::Invalid(violations) = rejected {
        for violation in violations {
            error = error.violating(violation.field(), violation.to_string());
        }
    }
    error
}
