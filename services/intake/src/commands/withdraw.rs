use std::slice;

use authz::Action;
use delivery::save;
use delivery_rpc::{Asked, Failure, head};
use intake_core::Command;
use proto::intake::v1::WithdrawCaseResponse;

use super::{CaseRef, actor, existing::Existing, refusal};
use crate::{
    Intake,
    record::{Cause, Change, record},
};

/// Its requester does not want it any more.
#[derive(Debug, Clone)]
pub(crate) struct Withdraw {
    pub(crate) asked: Asked,
    pub(crate) case: CaseRef,
    /// In their words; may be empty.
    pub(crate) reason: String,
}

/// Ends a case for its requester.
pub(crate) async fn withdraw(
    intake: &Intake,
    Withdraw { asked, case, reason }: Withdraw,
) -> Result<WithdrawCaseResponse, Failure> {
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let mut existing = Existing::lock(&mut tx, case, &asked.subject, Action::WithdrawCase).await?;
    let rules = intake.rules_of(&mut tx, &existing.state).await?;
    let command = Command::Withdraw(intake_core::Withdraw { by: actor(&asked.subject)? });
    let ids = &mut intake.ids();
    let events = intake_core::on_command(&existing.state, &rules, command, now, ids)
        .map_err(|rejected| refusal(&rejected))?;
    existing.remark(&mut tx, intake, &asked, &reason, now).await?;
    let (locked, state) = (&mut existing.locked, existing.state);
    let cause = Cause::of(&asked, now);
    record(&mut tx, intake, &mut [Change { locked, state, events, cause }], now).await?;
    save(&mut tx, slice::from_mut(&mut existing.locked), machine).await?;
    let answer = WithdrawCaseResponse { head: Some(head(&existing.locked)) };
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}
