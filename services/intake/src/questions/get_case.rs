use authz::{Action, Relation, Subject, decide};
use clock::{CaseId, PersonId};
use delivery::Tx;
use delivery_rpc::{Failure, note_reads, timestamp};
use events::words::CaseRef;
use intake_core::{Case, Instead};
use proto::intake::v1::{GetCaseResponse, Referral, Remark, Reply};

use crate::{
    Intake,
    api::answers,
    commands::{REMARK, WHOM, WORDS, case_unknown, find, may, owner},
    incidents,
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
    let id = find(&mut tx, case).await?;
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
    where_it_goes_on(intake, &mut tx, subject, id, case, &mut answer).await?;
    if case.incident.is_some() {
        let cause = incidents::cause(intake, &mut tx, id, case).await?;
        answer.incident = answers::incident(case, cause);
    }
    let (replies, remarks) = said(intake, &mut tx, id, case).await?;
    answer.replies = replies;
    if by_duty {
        answer.remarks = remarks;
    }
    let (now, read) = (intake.clock().now(), [(id, case.level)]);
    note_reads(&mut tx, now, subject, Action::GetCase, read).await?;
    tx.commit().await?;
    Ok(answer)
}

/// What is sealed: of persons those who are `shown`, and the words of one who is, for whoever is a party
/// to a case learns nothing about the other. What was erased stays empty.
async fn attach(
    intake: &Intake,
    tx: &mut Tx<'_>,
    id: CaseId,
    case: &Case,
    shown: impl Fn(&PersonId) -> bool,
    answer: &mut GetCaseResponse,
) -> Result<(), Failure> {
    let persons = [case.caller, case.on_behalf_of].into_iter().flatten();
    let persons = persons.chain(case.reporters.iter().copied()).filter(&shown);
    let named: Vec<_> = persons.map(|id| Named { id: Some(id), ..Named::default() }).collect();
    let named: Vec<_> = named.iter().collect();
    let mut directory = Directory::load(tx, &intake.seals, &named).await?;
    // Only those who are shown were looked for.
    let person = |id| directory.get(id).map(answers::person);
    let parties = [case.caller, case.on_behalf_of];
    let others = case.reporters.iter().copied().filter(|one| !parties.contains(&Some(*one)));
    answer.co_reporters = others.filter_map(person).collect();
    answer.caller = case.caller.and_then(person);
    answer.on_behalf_of = case.on_behalf_of.and_then(person);

    let owner = owner(id, case.caller);
    directory.keys.load(tx, &[owner]).await?;
    if let Some(report) = store::reports::load(tx, id).await? {
        answer.asset = report.asset.unwrap_or_default();
        let mut spoke = parties.into_iter().flatten().peekable();
        let is_read = spoke.peek().is_none() || spoke.any(|one| shown(&one));
        let words =
            report.words.filter(|_| is_read).map(|words| directory.keys.open(owner, WORDS, &words));
        answer.text = words.transpose()?.flatten().unwrap_or_default();
    }
    Ok(())
}

/// What whoever reported it was answered, and what was said with other commands and in notes; what was
/// erased is left out.
async fn said(
    intake: &Intake,
    tx: &mut Tx<'_>,
    id: CaseId,
    case: &Case,
) -> Result<(Vec<Reply>, Vec<Remark>), Failure> {
    let remarks = store::remarks::of(tx, id).await?;
    let own = owner(id, case.caller);
    let owners: Vec<_> = remarks.iter().map(|one| one.owner.unwrap_or(own)).collect();
    let keys = intake.seals.keys(tx, &owners).await?;
    let (mut known, mut replies, mut others) = (case.replies.clone(), Vec::new(), Vec::new());
    for (remark, owner) in remarks.into_iter().zip(owners) {
        let is_reply = remark.action == Action::ReplyCase.word();
        let given = known.iter().position(|one| is_reply && one.at == remark.at);
        let given = given.map(|place| known.remove(place));
        let Some(text) = keys.open(owner, REMARK, &remark.words)? else { continue };
        let account = remark.actor.strip_prefix("account:").unwrap_or_default().to_owned();
        let at = Some(timestamp(remark.at));
        if is_reply {
            // While an earlier release runs, it may lose all but the words.
            let (department, next) =
                given.map(|one| (one.department, one.next)).unwrap_or_default();
            let department = department.map(|id| id.to_string()).unwrap_or_default();
            replies.push(Reply { at, department, account, text, next: next.map(timestamp) });
        } else {
            others.push(Remark { at, account, action: remark.action, text });
        }
    }
    Ok((replies, others))
}

/// The case that it duplicates or follows, as far as its reader may see that, and whose matter it is
/// instead, as its requester was told.
async fn where_it_goes_on(
    intake: &Intake,
    tx: &mut Tx<'_>,
    subject: &Subject,
    id: CaseId,
    case: &Case,
    answer: &mut GetCaseResponse,
) -> Result<(), Failure> {
    if let Some(Instead::Case(of)) = &case.instead {
        answer.duplicate_of = number(tx, subject, *of).await?;
    }
    if let Some(linked) = case.linked {
        answer.linked_to = number(tx, subject, linked).await?;
    }
    if let Some(referral) = store::referrals::load(tx, id.uuid()).await? {
        let owner = owner(id, case.caller);
        let keys = intake.seals.keys(tx, &[owner]).await?;
        let person = referral.person.map(|person| keys.open(owner, WHOM, &person)).transpose()?;
        answer.referral = Some(Referral {
            department: referral.department,
            window: referral.window.unwrap_or_default(),
            person: person.flatten().unwrap_or_default(),
        });
    }
    Ok(())
}

/// The number of another case; empty for one that the reader may not see.
async fn number(tx: &mut Tx<'_>, subject: &Subject, id: CaseId) -> Result<String, Failure> {
    let state = store::cases::load(tx, id).await?;
    let Some(case) = state.case() else { return Ok(String::new()) };
    let relations = store::relations::of(tx, id, subject).await?;
    let seen = may(subject, Action::GetCase, relations, case.level).is_ok();
    Ok(if seen { case.number.to_string() } else { String::new() })
}
