use authz::{Action, Relations, Role, Subject};
use clock::AccountId;
use delivery::{audit, lock_one};
use delivery_rpc::{Asked, Failure};
use dispatch_core::handover::{Command, Event, Rejected, on_command};
use events::words::Level;
use proto::dispatch::v1::SignHandoverResponse;
use rpc::{Code, Error, account, authorize, scope};
use serde_json::{Value, json};

use crate::{
    Dispatch,
    store::handovers::{self, DESK_KEY, Leaving, Left},
};

/// A signature under a handover of the desk's shift.
#[derive(Debug)]
pub(crate) enum Signature {
    /// Of who leaves, with what they write down; it may be empty.
    Leaving { log: String },
    /// Of who takes over.
    TakingOver,
}

/// Somebody signs that they leave the desk, or that they take it over.
pub(crate) async fn sign_handover(
    dispatch: &Dispatch,
    asked: Asked,
    signature: Signature,
) -> Result<SignHandoverResponse, Failure> {
    let Asked { subject, intent, .. } = asked;
    authorize(&subject, Action::SignHandover, Relations::NONE, Level::Public)?;
    let mut tx = dispatch.pool().begin().await?;
    if let Some(answered) = intent.begin(&mut tx, dispatch.clock().machine()).await? {
        return Ok(answered);
    }
    let _lock = lock_one(&mut tx, DESK_KEY).await?;
    // Read under the lock, so that what comes later is later.
    let now = dispatch.clock().now();
    let shift = handovers::shift(&mut tx).await?;
    let (command, log) = command(&subject, &signature)?;
    let event = on_command(shift, command, now, &mut dispatch.ids()).map_err(refusal)?;
    let (handover, action, detail) = match event {
        Event::Left { handover, by, signed_by, at } => {
            let leaving = Leaving { handover, by, signed_by, at };
            let left = left(&mut tx, &subject).await?;
            handovers::insert(&mut tx, &dispatch.masters(), leaving, &left, log).await?;
            (handover, "handover.left", of_left(by, &left))
        }
        Event::TakenOver { handover, by, at } => {
            handovers::take(&mut tx, (handover, by, at)).await?;
            (handover, "handover.taken-over", json!({}))
        }
    };
    let entry = audit::Entry {
        at: now,
        actor: &intent.id.principal,
        action,
        key: Some(handover.uuid()),
        detail,
    };
    audit::record(&mut tx, &entry).await?;
    let answer = SignHandoverResponse { handover: handover.to_string() };
    intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    Ok(answer)
}

/// What is decided on, and what is written down with it.
fn command<'a>(subject: &Subject, signature: &'a Signature) -> Result<(Command, &'a str), Error> {
    let by = account(subject)?;
    Ok(match signature {
        Signature::Leaving { log } => {
            let for_another = subject.roles.contains(&Role::DutyCounsellor);
            (Command::Leave { by, for_another }, log)
        }
        Signature::TakingOver => (Command::TakeOver { by }, ""),
    })
}

/// What is left to be done, as far as who leaves sees it.
async fn left(tx: &mut delivery::Tx<'_>, subject: &Subject) -> Result<Left, Failure> {
    let work_orders = scope(subject, Action::ListWorkOrders)?;
    let questions = scope(subject, Action::ListQuestions)?;
    Ok(handovers::left(tx, &work_orders, &questions).await?)
}

fn of_left(by: AccountId, left: &Left) -> Value {
    json!({ "left_by": by, "work_orders": left.work_orders, "questions": left.questions })
}

fn refusal(rejected: Rejected) -> Error {
    let code = match rejected {
        Rejected::AlreadySigned | Rejected::Waits | Rejected::NotOnShift => Code::Conflict,
        Rejected::NothingToTakeOver | Rejected::SamePerson => Code::FailedPrecondition,
    };
    Error::new(code, rejected.reason(), rejected.to_string())
}
