use authz::Action;
use delivery_rpc::{Asked, Failure, head};
use events::words::CaseRef;
use intake_core::Command;
use proto::intake::v1::AddNoteResponse;

use super::{Said, Spoken, actor, existing::Existing};
use crate::{Intake, words::Words};

/// Something for the others who work on a case.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) asked: Asked,
    pub(crate) case: CaseRef,
    pub(crate) text: Words,
}

impl Spoken for Note {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        (&self.asked, &mut self.text, Said::about(self.case))
    }
}

/// Keeps it, sealed; others hear that there is one, and its requester does not.
pub(crate) async fn note(
    intake: &Intake,
    Note { asked, case, text }: Note,
) -> Result<AddNoteResponse, Failure> {
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let mut existing = Existing::lock(&mut tx, case, &asked.subject, Action::AddNote).await?;
    let command = Command::Note(intake_core::Note { by: actor(&asked.subject)? });
    let events = existing.decide(&mut tx, intake, command, now).await?;
    existing.remark(&mut tx, intake, &asked, &text, now).await?;
    existing.record(&mut tx, intake, &asked, events, now).await?;
    let answer = AddNoteResponse { head: Some(head(&existing.locked)), person_at_risk: None };
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}
