use authz::Action;
use clock::PersonId;
use delivery::Tx;
use delivery_rpc::{Asked, Failure, head};
use events::words::CaseRef;
use intake_core::{Case, Command, Rejected};
use proto::intake::v1::UnjoinCaseResponse;

use super::{Said, Spoken, actor, existing::Existing, refusal};
use crate::{
    Intake,
    people::{Directory, Named},
    words::Words,
};

/// It was another matter, or another person.
#[derive(Clone)]
pub(crate) struct Unjoin {
    pub(crate) asked: Asked,
    pub(crate) case: CaseRef,
    pub(crate) person: Named,
    /// Why; may be empty.
    pub(crate) reason: Words,
}

impl Spoken for Unjoin {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        (&self.asked, &mut self.reason, Said::about(self.case))
    }
}

/// Undoes a joining: this person hears of the case no more, and may not see it.
pub(crate) async fn unjoin(
    intake: &Intake,
    Unjoin { asked, case, person, reason }: Unjoin,
) -> Result<UnjoinCaseResponse, Failure> {
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    let mut existing = Existing::lock(&mut tx, case, &asked.subject, Action::UnjoinCase).await?;
    let person = reporter(intake, &mut tx, existing.state.case(), &person).await?;
    let person = person.ok_or_else(|| refusal(&Rejected::NotJoined))?;
    let command = intake_core::Unjoin { person, by: actor(&asked.subject)? };
    let events = existing.decide(&mut tx, intake, Command::Unjoin(command), now).await?;
    existing.remark(&mut tx, intake, &asked, &reason, now).await?;
    existing.record(&mut tx, intake, &asked, events, now).await?;
    let answer = UnjoinCaseResponse { head: Some(head(&existing.locked)) };
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}

/// The one of the case's reporters who is named.
async fn reporter(
    intake: &Intake,
    tx: &mut Tx<'_>,
    case: Option<&Case>,
    named: &Named,
) -> Result<Option<PersonId>, Failure> {
    let directory = Directory::load(tx, &intake.seals, &[named]).await?;
    let reporters = case.map_or(&[][..], |case| &case.reporters);
    Ok(directory.among(reporters, named))
}
