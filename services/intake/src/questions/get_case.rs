use authz::{Action, Relation, Subject, decide};
use clock::{CaseId, PersonId};
use delivery::Tx;
use delivery_rpc::{Failure, note_reads};
use intake_core::Case;
use proto::intake::v1::GetCaseResponse;

use crate::{
    Intake,
    api::answers,
    commands::{CaseRef, case_unknown, may, owner},
    people::{Directory, Named},
    store,
};

/// One case, with its words and persons.
pub(crate) async fn get_case(
    intake: &Intake,
    subject: &Subject,
    case: CaseRef,
) -> Result<GetCaseResponse, Failure> {
    let mut tx = intake.pool().begin().await?;
    let id = case.find(&mut tx).await?;
    let state = store::cases::load(&mut tx, id).await?;
    let case = state.case().ok_or_else(case_unknown)?;
    let relations = store::relations::of(&mut tx, id, subject).await?;
    may(subject, Action::GetCase, relations, case.level)?;
    let rules = intake.rules_of(&mut tx, &state).await?;
    let mut answer = answers::case(id, &state, case, &rules);
    let duties = relations.without(Relation::Own);
    let by_duty = decide(subject, Action::GetCase, duties, case.level).is_allowed();
    let shown = |person: &PersonId| by_duty || subject.person == Some(*person);
    attach(intake, &mut tx, id, case, shown, &mut answer).await?;
    let (now, read) = (intake.clock().now(), [(id, case.level)]);
    note_reads(&mut tx, now, subject, Action::GetCase, read).await?;
    tx.commit().await?;
    Ok(answer)
}

/// What is sealed: of persons those who are `shown`, for whoever is a party to a case learns nothing
/// about the other. What was erased stays empty.
async fn attach(
    intake: &Intake,
    tx: &mut Tx<'_>,
    id: CaseId,
    case: &Case,
    shown: impl Fn(&PersonId) -> bool,
    answer: &mut GetCaseResponse,
) -> Result<(), Failure> {
    let persons = [case.caller, case.on_behalf_of].into_iter().flatten().filter(&shown);
    let named: Vec<_> = persons.map(|id| Named { id: Some(id), ..Named::default() }).collect();
    let named: Vec<_> = named.iter().collect();
    let mut directory = Directory::load(tx, &intake.seals, &named).await?;
    // Only those who are shown were looked for.
    let person = |id| directory.get(id).map(answers::person);
    answer.caller = case.caller.and_then(person);
    answer.on_behalf_of = case.on_behalf_of.and_then(person);

    let owner = owner(id, case.caller);
    directory.keys.load(tx, &[owner]).await?;
    if let Some(report) = store::reports::load(tx, id).await? {
        answer.asset = report.asset.unwrap_or_default();
        let words = report.words.map(|words| directory.keys.open(owner, "words", &words));
        answer.text = words.transpose()?.flatten().unwrap_or_default();
    }
    Ok(())
}
