use authz::Action;
use delivery_rpc::{Asked, Failure, head};
use events::words::CaseRef;
use intake_core::{Case, Command, Event};
use proto::intake::v1::ChaseCaseResponse;

use super::{Said, Spoken, actor, existing::Existing};
use crate::{Intake, api::answers, words::Words};

/// "When does somebody come?"
#[derive(Debug, Clone)]
pub(crate) struct Chase {
    pub(crate) asked: Asked,
    pub(crate) case: CaseRef,
    /// In their words; may be empty.
    pub(crate) text: Words,
}

impl Spoken for Chase {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        (&self.asked, &mut self.text, Said::about(self.case))
    }
}

/// Counts it, and tells who has the case; answers what the one who asks is to be told.
pub(crate) async fn chase(
    intake: &Intake,
    Chase { asked, case, text }: Chase,
) -> Result<ChaseCaseResponse, Failure> {
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let mut existing = Existing::lock(&mut tx, case, &asked.subject, Action::ChaseCase).await?;
    let command = Command::Chase(intake_core::Chase { by: actor(&asked.subject)? });
    let events = existing.decide(&mut tx, intake, command, now).await?;
    let to_head = events.iter().any(|event| matches!(event, Event::Chased(fact) if fact.to_head));
    existing.remark(&mut tx, intake, &asked, &text, now).await?;
    existing.record(&mut tx, intake, &asked, events, now).await?;
    let case = existing.state.case();
    let answer = ChaseCaseResponse {
        head: Some(head(&existing.locked)),
        chases: case.and_then(|case| case.chased).map_or(0, |chased| chased.times.into()),
        to_head,
        promise: case.and_then(Case::told).map(answers::promise),
        person_at_risk: None,
    };
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}
