use authz::Action;
use delivery_rpc::{Asked, Failure, head};
use events::words::CaseRef;
use intake_core::Command;
use proto::intake::v1::WithdrawCaseResponse;

use super::{Said, Spoken, actor, existing::Existing};
use crate::{Intake, words::Words};

/// Its requester does not want it any more.
#[derive(Debug, Clone)]
pub(crate) struct Withdraw {
    pub(crate) asked: Asked,
    pub(crate) case: CaseRef,
    /// In their words; may be empty.
    pub(crate) reason: Words,
}

impl Spoken for Withdraw {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        (&self.asked, &mut self.reason, Said::about(self.case))
    }
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
    let for_all = existing.is_ours(&mut tx, &asked.subject).await?;
    let command = Command::Withdraw(intake_core::Withdraw { by: actor(&asked.subject)?, for_all });
    let events = existing.decide(&mut tx, intake, command, now).await?;
    existing.remark(&mut tx, intake, &asked, &reason, now).await?;
    existing.record(&mut tx, intake, &asked, events, now).await?;
    let answer = WithdrawCaseResponse { head: Some(head(&existing.locked)) };
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}
