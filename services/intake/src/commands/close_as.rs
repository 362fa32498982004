use std::slice;

use authz::Action;
use delivery::{Tx, lock};
use delivery_rpc::{Asked, Failure, head};
use events::words::{CaseRef, DepartmentId, PlaceId};
use intake_core::{Absorb, Command, Disposal};
use jiff::Timestamp;
use proto::intake::v1::CloseCaseAsResponse;
use rpc::{Code, Error};

use super::{Said, Spoken, actor, existing::Existing, find, owner};
use crate::{
    Intake,
    store::referrals::{self, Referral},
    words::Words,
};

/// An end for another reason than that the work is done.
#[derive(Debug, Clone)]
pub(crate) struct CloseAs {
    pub(crate) asked: Asked,
    pub(crate) case: CaseRef,
    pub(crate) end: Ending,
    /// Why, in words.
    pub(crate) reason: Words,
}

impl Spoken for CloseAs {
    fn spoken(&mut self) -> (&Asked, &mut Words, Said) {
        (&self.asked, &mut self.reason, Said::about(self.case))
    }
}

/// What a case turned out to be, as it is named.
#[derive(Debug, Clone)]
pub(crate) enum Ending {
    DuplicateOf(CaseRef),
    NotOurs(Whose),
    Refused,
    Test,
}

/// Whose matter it is instead: the department, and where and whom to ask there.
#[derive(Debug, Clone)]
pub(crate) struct Whose {
    pub(crate) department: DepartmentId,
    pub(crate) window: String,
    pub(crate) person: String,
}

/// The field as which the person to ask is sealed.
pub(crate) const WHOM: &str = "referred-to";

/// Ends a case so. One that absorbs a duplicate takes over who reported it and how urgent it was.
pub(crate) async fn close_as(
    intake: &Intake,
    CloseAs { asked, case, end, reason }: CloseAs,
) -> Result<CloseCaseAsResponse, Failure> {
    let (now, machine) = (intake.clock().now(), intake.clock().machine());
    let mut tx = intake.pool().begin().await?;
    if let Some(answered) = asked.intent.begin(&mut tx, machine).await? {
        return Ok(answered);
    }
    if let Ending::DuplicateOf(of) = end {
        lock_both(&mut tx, case, of).await?;
    }
    let mut existing = Existing::lock(&mut tx, case, &asked.subject, Action::CloseCaseAs).await?;
    let mut other = match end {
        Ending::DuplicateOf(of) => Some(duplicated(&mut tx, &asked, of).await?),
        Ending::NotOurs(_) | Ending::Refused | Ending::Test => None,
    };
    let disposal = disposal(&end, other.as_ref())?;
    let (is_reasoned, by) = (!reason.heard().trim().is_empty(), actor(&asked.subject)?);
    let command = Command::CloseAs(Box::new(intake_core::CloseAs { disposal, is_reasoned, by }));
    let events = existing.decide(&mut tx, intake, command, now).await?;
    if let Some(other) = &mut other {
        absorb(intake, &mut tx, &asked, &existing, other, None, now).await?;
    }
    if let Ending::NotOurs(whose) = &end {
        let caller = existing.state.case().and_then(|case| case.caller);
        let (about, owner) = (existing.id.uuid(), owner(existing.id, caller));
        refer(intake, &mut tx, about, owner, whose).await?;
    }
    existing.remark(&mut tx, intake, &asked, &reason, now).await?;
    existing.record(&mut tx, intake, &asked, events, now).await?;
    let answer = CloseCaseAsResponse { head: Some(head(&existing.locked)) };
    asked.intent.finish(&mut tx, &answer).await?;
    tx.commit().await?;
    intake.delivery.bell().ring();
    Ok(answer)
}

/// Locks a case and what it duplicates in the order in which everybody locks.
pub(super) async fn lock_both(tx: &mut Tx<'_>, case: CaseRef, of: CaseRef) -> Result<(), Failure> {
    let case = find(tx, case).await?;
    // One that is not there is told to whoever may close cases.
    if let Ok(of) = find(tx, of).await {
        lock(tx, &[case.uuid(), of.uuid()]).await?;
    }
    Ok(())
}

/// The case that is duplicated.
async fn duplicated(tx: &mut Tx<'_>, asked: &Asked, of: CaseRef) -> Result<Existing, Failure> {
    let other = Existing::lock(tx, of, &asked.subject, Action::CloseCaseAs).await;
    Ok(other.map_err(|failure| match Error::from(failure) {
        error if matches!(error.code(), Code::NotFound | Code::PermissionDenied) => {
            let message = "there is no such case, or none for you";
            Error::new(Code::InvalidArgument, "close-invalid", message).violating("of", message)
        }
        error => error,
    })?)
}

fn disposal(end: &Ending, other: Option<&Existing>) -> Result<Disposal, Failure> {
    Ok(match (end, other) {
        (Ending::DuplicateOf(_), other) => {
            let other = other.and_then(|other| Some((other.id, other.state.case()?.number)));
            let (of, number) = other.ok_or_else(super::case_unknown)?;
            Disposal::Duplicate { of, number }
        }
        (Ending::NotOurs(whose), _) => Disposal::NotOurs { department: whose.department.clone() },
        (Ending::Refused, _) => Disposal::Refused,
        (Ending::Test, _) => Disposal::Test,
    })
}

/// Has the other take over what was reported in this one; an incident, if it touches that place.
pub(super) async fn absorb(
    intake: &Intake,
    tx: &mut Tx<'_>,
    asked: &Asked,
    duplicate: &Existing,
    other: &mut Existing,
    place: Option<PlaceId>,
    now: Timestamp,
) -> Result<(), Failure> {
    let Some(case) = duplicate.state.case() else { return Ok(()) };
    let command = Command::Absorb(Box::new(Absorb {
        number: case.number,
        reporters: case.reporters.clone(),
        urgency: case.urgency,
        ground: case.ground.clone(),
        place,
        by: actor(&asked.subject)?,
    }));
    let events = other.decide(tx, intake, command, now).await?;
    other.record(tx, intake, asked, events, now).await
}

/// Keeps whose matter it is instead.
pub(super) async fn refer(
    intake: &Intake,
    tx: &mut Tx<'_>,
    about: uuid::Uuid,
    owner: uuid::Uuid,
    whose: &Whose,
) -> Result<(), Failure> {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let mut keys = intake.seals.keys(tx, slice::from_ref(&owner)).await?;
    let person = given(&whose.person);
    let person = person.map(|person| keys.seal(owner, WHOM, &person)).transpose()?;
    keys.save(tx).await?;
    let (department, window) = (whose.department.to_string(), given(&whose.window));
    Ok(referrals::insert(tx, about, &Referral { department, window, person }).await?)
}
