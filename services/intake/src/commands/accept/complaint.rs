//! A complaint (投诉) about a case: a case of its own, which follows it.
//!
//! ```text
//!  the case complained of ──┬── its policy ──> the item, which says who handles complaints
//!   (locked meanwhile)      ├── its place
//!                           ├── a reporter of it, who complains
//!                           └── an open complaint of theirs about it? then that one goes on
//! ```

use authz::{Action, Relation, Relations, Subject, decide};
use clock::{CaseId, PersonId};
use definitions::Rules;
use delivery::{Tx, lock_one};
use delivery_rpc::{Asked, Failure};
use events::words::{CaseRef, Level};
use intake_core::Case;
use rpc::{Code, Error};

use super::{AcceptCase, Wanted};
use crate::{
    Intake,
    commands::{
        case_unknown,
        heed::{Said, Spoken},
        may,
    },
    people::{Directory, Named},
    store,
    words::Words,
};

/// Words are heard before anything is refused, but those that a service brings: it sees no case, and has
/// them heard for themselves. What it did not have heard is heard with the complaint that it makes.
impl Spoken for AcceptCase {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        let said = Said {
            about: self.linked,
            channel: Some(self.channel),
            caller: self.caller.clone(),
            on_behalf_of: self.on_behalf_of.clone(),
            // It was seen to when they were heard.
            permitted: self.text.is_again(),
            ..Said::default()
        };
        (&self.asked, &mut self.text, said)
    }
}

/// What is to be accepted, as far as the case complained of says it; a refusal where nobody may, or
/// need, complain of it so.
pub(super) async fn complete(
    intake: &Intake,
    tx: &mut Tx<'_>,
    rules: &Rules,
    call: &AcceptCase,
) -> Result<Result<AcceptCase, Error>, Failure> {
    let Some(id) = about(tx, call).await? else { return Ok(Err(case_unknown())) };
    // Until the end of this one no other complaint about it is opened.
    drop(lock_one(tx, id.uuid()).await?);
    let state = store::cases::load(tx, id).await?;
    let Some(case) = state.case() else { return Ok(Err(case_unknown())) };
    let subject = &call.asked.subject;
    let relations = store::relations::of(tx, id, subject).await?;
    if let Err(refusal) = permit(subject, relations, case.level) {
        return Ok(Err(refusal));
    }
    let Some(item) = rules.complaint_item(&case.item) else { return Ok(Err(no_complaints(case))) };
    let person = match complainer(intake, tx, call, relations, case).await? {
        Ok(person) => person,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if let Some(person) = person
        && let Some(open) = store::cases::open_complaint(tx, person, id).await?
    {
        return Ok(Err(already_complained(&open)));
    }
    Ok(Ok(AcceptCase {
        wanted: Wanted::Complaint(Some(item.id.clone())),
        place: Some(case.place.clone()),
        linked: Some(CaseRef::Id(id)),
        caller: person.map(|id| Named { id: Some(id), ..Named::default() }),
        ..call.clone()
    }))
}

async fn about(tx: &mut Tx<'_>, call: &AcceptCase) -> Result<Option<CaseId>, Failure> {
    Ok(match call.linked {
        None => None,
        Some(CaseRef::Id(id)) => Some(id),
        Some(CaseRef::Number(number)) => store::cases::by_number(tx, number).await?,
    })
}

/// Who may complain of a case learns that it is there; of others, who may see it.
pub(in crate::commands) fn permit(
    subject: &Subject,
    relations: Relations,
    level: Level,
) -> Result<(), Error> {
    if decide(subject, Action::ComplainCase, relations, level).is_allowed() {
        return Ok(());
    }
    may(subject, Action::ComplainCase, relations, level)
}

/// The reporter who complains: who is named, else who asks for themselves, else its first reporter;
/// none of a case of an unknown caller.
async fn complainer(
    intake: &Intake,
    tx: &mut Tx<'_>,
    call: &AcceptCase,
    relations: Relations,
    case: &Case,
) -> Result<Result<Option<PersonId>, Error>, Failure> {
    let subject = &call.asked.subject;
    let own = subject.person.filter(|_| relations.has(Relation::Own));
    let Some(named) = &call.caller else {
        // A service asks for somebody else.
        if subject.principal.account().is_none() {
            return Ok(Err(of_nobody("must be given: who followed the link")));
        }
        return Ok(Ok(own.or_else(|| case.reporters.first().copied())));
    };
    let directory = Directory::load(tx, &intake.seals, &[named]).await?;
    let person = directory.among(&case.reporters, named);
    let is_theirs = own.is_none() || call.is_told_by_another() || person == own;
    Ok(match person.filter(|_| is_theirs) {
        Some(person) => Ok(Some(person)),
        None => Err(of_nobody("must be somebody who reported this case")),
    })
}

fn of_nobody(message: &str) -> Error {
    Error::new(Code::InvalidArgument, "complaint-invalid", message).violating("person", message)
}

fn no_complaints(case: &Case) -> Error {
    let message = format!(
        "nobody can complain of `{}` here: its policy must name by `complaint` the item for it",
        case.item
    );
    Error::new(Code::FailedPrecondition, "no-complaints", message)
}

fn already_complained(open: &Case) -> Error {
    let message = format!(
        "they complained of this case already, as {}, which is not answered yet: add to that one \
         by a note, or chase it",
        open.number
    );
    Error::new(Code::FailedPrecondition, "already-complained", message)
}
