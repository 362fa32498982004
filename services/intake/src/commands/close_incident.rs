use authz::Action;
use delivery_rpc::{Asked, Failure, head};
use events::words::CaseRef;
use intake_core::Command;
use proto::intake::v1::CloseIncidentResponse;

use super::{Said, Spoken, actor, existing::Existing};
use crate::{Intake, words::Words};

/// The water is back.
#[derive(Debug, Clone)]
pub(crate) struct CloseIncident {
    pub(crate) asked: Asked,
    pub(crate) incident: CaseRef,
    /// What was done, in words; may be empty.
    pub(crate) outcome: Words,
}

impl Spoken for CloseIncident {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        (&self.asked, &mut self.outcome, Said::about(self.incident))
    }
}

/// Ends an incident for all who reported it.
pub(crate) async fn close_incident(
    intake: &Intake,
    CloseIncident { asked, incident, outcome }: CloseIncident,
) -> Result<CloseIncidentResponse, Failure> {
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let mut existing =
        Existing::lock(&mut tx, incident, &asked.subject, Action::CloseIncident).await?;
    let close = intake_core::CloseIncident { by: actor(&asked.subject)? };
    let events = existing.decide(&mut tx, intake, Command::CloseIncident(close), now).await?;
    existing.remark(&mut tx, intake, &asked, &outcome, now).await?;
    existing.record(&mut tx, intake, &asked, events, now).await?;
    let reporters = existing.state.case().map_or(0, |case| case.reporters.len());
    let answer = CloseIncidentResponse {
        head: Some(head(&existing.locked)),
        reporters: u32::try_from(reporters).unwrap_or(u32::MAX),
    };
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}
