use authz::Action;
use delivery_rpc::{Asked, Failure, head};
use events::words::{CaseRef, Urgency};
use intake_core::Command;
use proto::intake::v1::ChangeUrgencyResponse;

use super::{Said, Spoken, actor, existing::Existing};
use crate::{Intake, api::answers, words::Words};

/// How much haste a case has, as somebody decides.
#[derive(Debug, Clone)]
pub(crate) struct ChangeUrgency {
    pub(crate) asked: Asked,
    pub(crate) case: CaseRef,
    pub(crate) urgency: Urgency,
    /// Why; empty for one that is only raised.
    pub(crate) reason: Words,
}

impl Spoken for ChangeUrgency {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        (&self.asked, &mut self.reason, Said::about(self.case))
    }
}

/// Raises it, or lowers it, for which one needs authority of its own; both promise anew.
pub(crate) async fn change_urgency(
    intake: &Intake,
    ChangeUrgency { asked, case, urgency, reason }: ChangeUrgency,
) -> Result<ChangeUrgencyResponse, Failure> {
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let mut existing = Existing::lock_for(&mut tx, case, &asked.subject, |case| {
        if urgency < case.urgency { Action::LowerUrgency } else { Action::RaiseUrgency }
    })
    .await?;
    let (is_reasoned, by) = (!reason.heard().trim().is_empty(), actor(&asked.subject)?);
    let command = Command::ChangeUrgency(intake_core::ChangeUrgency { urgency, is_reasoned, by });
    let events = existing.decide(&mut tx, intake, command, now).await?;
    existing.remark(&mut tx, intake, &asked, &reason, now).await?;
    existing.record(&mut tx, intake, &asked, events, now).await?;
    let promises = existing.state.case().map_or(&[][..], |case| &case.promises);
    let answer = ChangeUrgencyResponse {
        head: Some(head(&existing.locked)),
        promises: promises.iter().map(answers::promise).collect(),
    };
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}
