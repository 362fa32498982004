//! What may be asked of notification, one use case a file.
//!
//! ```text
//!  begin ─ Intent::begin ─ lock ─ load ─ may they? ─ decide ─ save ─ tell ─ Intent::finish ─ commit
//! ```
//!
//! Each transaction is opened and committed in the same function; the answer is given after the
//! commit, and a refusal leaves nothing behind.

mod acknowledge;
mod acknowledge_alarm;
mod raise_alarm;
mod settle_phone_call;
mod take_phone_call;

use authz::{Action, Relations, Subject, decide};
use clock::{CaseId, MessageId};
use delivery::{Locked, Tx, audit};
use delivery_rpc::Failure;
use events::words::{CaseRef, Level};
use jiff::Timestamp;
use rpc::{Code, Error};
use serde_json::json;
use sqlx::PgConnection;

use crate::{acknowledgement::Rejected, store};

/// What a command calls a case by; what is neither an id nor a number names no case.
pub(crate) fn called(text: &str) -> Result<CaseRef, Error> {
    text.parse().map_err(|_| case_unknown())
}

/// The id of the case that is called so.
async fn find(connection: &mut PgConnection, case: CaseRef) -> Result<CaseId, Failure> {
    match case {
        CaseRef::Id(id) => Ok(id),
        CaseRef::Number(number) => {
            let found = store::matters::by_number(connection, number).await?;
            Ok(found.ok_or_else(case_unknown)?)
        }
    }
}

/// Whether who phones somebody about a case of this level is told which case that is. Of what is hidden
/// only who may see it is: the others learn whom to phone.
pub(crate) fn names_case(subject: &Subject, level: Level) -> bool {
    level != Level::Hidden || decide(subject, Action::GetCase, Relations::NONE, level).is_allowed()
}

/// The same for a case that is not there and for one of which the caller may not know.
fn case_unknown() -> Error {
    let message = "you were told of no such case: check its number";
    Error::new(Code::NotFound, "case-unknown", message)
}

fn refusal(rejected: Rejected) -> Error {
    let code = match rejected {
        Rejected::Over => Code::FailedPrecondition,
        Rejected::Taken { .. } | Rejected::NotTaken => Code::Conflict,
    };
    Error::new(code, rejected.reason(), rejected.to_string())
}

/// Who did what about which message.
async fn audited(
    tx: &mut Tx<'_>,
    case: &Locked,
    actor: &str,
    (action, message): (&str, MessageId),
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    let detail = json!({ "message": message });
    audit::record(tx, &audit::Entry { at, actor, action, key: Some(case.key()), detail }).await
}
