use authz::Action;
use delivery_rpc::{Asked, Failure, head};
use events::words::CaseRef;
use intake_core::{Command, State};
use proto::intake::v1::ReopenCaseResponse;

use super::{Said, Spoken, actor, existing::Existing};
use crate::{Intake, api::answers, words::Words};

/// "Not solved."
#[derive(Debug, Clone)]
pub(crate) struct Reopen {
    pub(crate) asked: Asked,
    pub(crate) case: CaseRef,
    /// In their words; may be empty.
    pub(crate) reason: Words,
}

impl Spoken for Reopen {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        (&self.asked, &mut self.reason, Said::about(self.case))
    }
}

/// Begins the next cycle of a closed case, with new promises.
pub(crate) async fn reopen(
    intake: &Intake,
    Reopen { asked, case, reason }: Reopen,
) -> Result<ReopenCaseResponse, Failure> {
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let mut existing = Existing::lock(&mut tx, case, &asked.subject, Action::ReopenCase).await?;
    let command = Command::Reopen(intake_core::Reopen { by: actor(&asked.subject)? });
    let events = existing.decide(&mut tx, intake, command, now).await?;
    existing.remark(&mut tx, intake, &asked, &reason, now).await?;
    existing.record(&mut tx, intake, &asked, events, now).await?;
    let answer = answer(&existing.state, head(&existing.locked));
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}

fn answer(state: &State, head: proto::delivery::v1::Head) -> ReopenCaseResponse {
    let promises = state.case().map_or(&[][..], |case| &case.promises);
    ReopenCaseResponse {
        head: Some(head),
        cycle: state.case().map_or(0, |case| case.cycle.get().into()),
        promises: promises.iter().map(answers::promise).collect(),
    }
}
