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
use delivery::{Locked, Tx};
use delivery_rpc::Intent;
use events::Traceparent;
use intake_core::{Actor, Rejected};
use prost::Message;
use rpc::{Code, Error};
use tonic::Request;
use uuid::Uuid;

pub(crate) use apply_definitions::{ApplyDefinitions, apply_definitions};
pub(crate) use existing::{CaseRef, case_unknown, may, owner};
pub(crate) use import_requesters::{Requester, import_requesters};
pub(crate) use reopen::{Reopen, reopen};
pub(crate) use withdraw::{Withdraw, withdraw};

/// Who asks, and under which key.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) subject: Subject,
    pub(crate) intent: Intent,
    pub(crate) traceparent: Option<Traceparent>,
}

impl Asked {
    /// Of a request to `method`, such as `yizhan.intake.v1.Intake/AcceptCase`.
    pub(crate) fn of<M: Message>(
        method: &'static str,
        request: &Request<M>,
    ) -> Result<Self, Error> {
        let subject = rpc::subject(request)?.clone();
        let intent = Intent::of(method, &subject, request)?;
        Ok(Self { subject, intent, traceparent: delivery::traceparent() })
    }

    /// Whose deed it is, as the core names them; a service has no deeds here.
    fn actor(&self) -> Result<Actor, Error> {
        let account = self.subject.principal.account();
        account.map(Actor::Account).ok_or_else(|| {
            Error::new(Code::PermissionDenied, "not-permitted", "this needs an account")
        })
    }
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
        | Rejected::CallbackPending
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

/// Locks one aggregate.
async fn lock_one(tx: &mut Tx<'_>, key: Uuid) -> Result<Locked, sqlx::Error> {
    delivery::lock(tx, &[key]).await?.pop().ok_or(sqlx::Error::RowNotFound)
}
