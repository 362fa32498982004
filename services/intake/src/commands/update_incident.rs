use authz::Action;
use delivery_rpc::{Asked, Failure, head};
use events::words::{CaseRef, PlaceId};
use intake_core::Command;
use jiff::Timestamp;
use proto::intake::v1::UpdateIncidentResponse;

use super::{Said, Spoken, actor, existing::Existing};
use crate::{Intake, api::answers, incidents, words::Words};

/// What is known of an incident now.
#[derive(Debug, Clone)]
pub(crate) struct UpdateIncident {
    pub(crate) asked: Asked,
    pub(crate) incident: CaseRef,
    /// Those that it touches besides.
    pub(crate) places: Vec<PlaceId>,
    pub(crate) expected_end: Option<Timestamp>,
    /// In words; empty if that is as it was.
    pub(crate) cause: Words,
}

impl Spoken for UpdateIncident {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        (&self.asked, &mut self.cause, Said::about(self.incident))
    }
}

/// Keeps it, and has all who reported it told.
pub(crate) async fn update_incident(
    intake: &Intake,
    UpdateIncident { asked, incident, places, expected_end, cause }: UpdateIncident,
) -> Result<UpdateIncidentResponse, Failure> {
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let mut existing =
        Existing::lock(&mut tx, incident, &asked.subject, Action::UpdateIncident).await?;
    let (is_worded, by) = (!cause.heard().trim().is_empty(), actor(&asked.subject)?);
    let update = intake_core::UpdateIncident { places, expected_end, is_worded, by };
    let command = Command::UpdateIncident(Box::new(update));
    let events = existing.decide(&mut tx, intake, command, now).await?;
    existing.remark(&mut tx, intake, &asked, &cause, now).await?;
    existing.record(&mut tx, intake, &asked, events, now).await?;
    let case = existing.state.case().ok_or_else(super::case_unknown)?;
    let rules = intake.rules_of(&mut tx, &existing.state).await?;
    let answer = UpdateIncidentResponse {
        head: Some(head(&existing.locked)),
        incident: answers::incident(
            case,
            incidents::cause(intake, &mut tx, existing.id, case).await?,
        ),
        read_out: intake_core::read_out(&rules, case, now).unwrap_or_default(),
    };
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}
