use authz::{Action, Subject};
use delivery_rpc::{Failure, note_reads};
use events::words::CaseRef;
use proto::intake::v1::GetIncidentResponse;
use rpc::{Code, Error};

use crate::{
    Intake,
    api::answers,
    commands::{case_unknown, find, may},
    incidents, store,
};

/// One incident, with what to read out to who calls about it.
pub(crate) async fn get_incident(
    intake: &Intake,
    subject: &Subject,
    incident: CaseRef,
) -> Result<GetIncidentResponse, Failure> {
    let mut tx = intake.pool().begin().await?;
    let id = find(&mut tx, incident).await?;
    let state = store::cases::load(&mut tx, id).await?;
    let case = state.case().ok_or_else(case_unknown)?;
    let relations = store::relations::of(&mut tx, id, subject).await?;
    may(subject, Action::GetCase, relations, case.level)?;
    if case.incident.is_none() {
        let message = "this case is no incident: look at it as a case";
        return Err(Error::new(Code::FailedPrecondition, "not-an-incident", message).into());
    }
    let (rules, now) = (intake.rules_of(&mut tx, &state).await?, intake.clock().now());
    let cause = incidents::cause(intake, &mut tx, id, case).await?;
    let answer = GetIncidentResponse {
        summary: answers::summary(id, &state),
        incident: answers::incident(case, cause),
        read_out: intake_core::read_out(&rules, case, now).unwrap_or_default(),
    };
    note_reads(&mut tx, now, subject, Action::GetCase, [(id, case.level)]).await?;
    tx.commit().await?;
    Ok(answer)
}
