use std::{mem, slice};

use authz::{Action, Relation, Relations, Subject, decide};
use clock::{CaseId, PersonId};
use delivery::{Locked, Tx, lock_one, save};
use delivery_rpc::{Asked, Failure};
use events::words::{CaseRef, Level};
use intake_core::{Case, Command, Event, State, on_command};
use jiff::Timestamp;
use rpc::{Code, Error, authorize};
use sqlx::PgConnection;
use uuid::Uuid;

use super::refusal;
use crate::{
    Intake,
    record::{Cause, Change, record},
    seals::Keys,
    store,
    words::Words,
};

/// What a command calls a case by; what is neither an id nor a number names no case.
pub(crate) fn called(text: &str) -> Result<CaseRef, Error> {
    text.parse().map_err(|_| case_unknown())
}

/// The id of the case that is called so.
pub(crate) async fn find(connection: &mut PgConnection, case: CaseRef) -> Result<CaseId, Failure> {
    match case {
        CaseRef::Id(id) => Ok(id),
        CaseRef::Number(number) => {
            let found = store::cases::by_number(connection, number).await?;
            Ok(found.ok_or_else(case_unknown)?)
        }
    }
}

/// The same for a case that is not there and for one that the caller may not know of.
pub(crate) fn case_unknown() -> Error {
    Error::new(Code::NotFound, "case-unknown", "there is no such case: check its number")
}

/// A case that a command is about, locked.
pub(super) struct Existing {
    pub(super) id: CaseId,
    pub(super) locked: Locked,
    pub(super) state: State,
    action: Action,
}

impl Existing {
    /// Locks and loads it, for who may do `action` to it.
    pub(super) async fn lock(
        tx: &mut Tx<'_>,
        case: CaseRef,
        subject: &Subject,
        action: Action,
    ) -> Result<Self, Failure> {
        Self::lock_for(tx, case, subject, |_| action).await
    }

    /// The same for who may do what it comes to, as the case stands.
    pub(super) async fn lock_for(
        tx: &mut Tx<'_>,
        case: CaseRef,
        subject: &Subject,
        action: impl FnOnce(&Case) -> Action,
    ) -> Result<Self, Failure> {
        let id = find(tx, case).await?;
        let locked = lock_one(tx, id.uuid()).await?;
        let state = store::cases::load(tx, id).await?;
        let found = state.case().ok_or_else(case_unknown)?;
        let (action, level) = (action(found), found.level);
        let relations = store::relations::of(tx, id, subject).await?;
        may(subject, action, relations, level)?;
        Ok(Self { id, locked, state, action })
    }

    /// The same for who was permitted by what it follows.
    pub(super) async fn lock_following(
        tx: &mut Tx<'_>,
        id: CaseId,
        action: Action,
    ) -> Result<Self, Failure> {
        let locked = lock_one(tx, id.uuid()).await?;
        let state = store::cases::load(tx, id).await?;
        Ok(Self { id, locked, state, action })
    }

    /// Whether who may do this to the case may do it by their duty, and not as one who reported it.
    pub(super) async fn is_ours(
        &self,
        tx: &mut Tx<'_>,
        subject: &Subject,
    ) -> Result<bool, Failure> {
        let Some(case) = self.state.case() else { return Ok(false) };
        let relations = store::relations::of(tx, self.id, subject).await?;
        let by_duty = relations.without(Relation::Own);
        Ok(decide(subject, self.action, by_duty, case.level).is_allowed())
    }

    /// What follows from a command; nothing is written yet.
    pub(super) async fn decide(
        &self,
        tx: &mut Tx<'_>,
        intake: &Intake,
        command: Command,
        now: Timestamp,
    ) -> Result<Vec<Event>, Failure> {
        let rules = intake.rules_of(tx, &self.state).await?;
        let events = on_command(&self.state, &rules, command, now, &mut intake.ids());
        Ok(events.map_err(|rejected| refusal(&rejected))?)
    }

    /// Writes what was decided, and brings the case to where it stands after it.
    pub(super) async fn record(
        &mut self,
        tx: &mut Tx<'_>,
        intake: &Intake,
        asked: &Asked,
        events: Vec<Event>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let (locked, state) = (&mut self.locked, mem::take(&mut self.state));
        let mut changes = [Change { locked, state, events, cause: Cause::of(asked, now) }];
        record(tx, intake, &mut changes, now).await?;
        let [Change { state, .. }] = changes;
        self.state = state;
        save(tx, slice::from_mut(&mut self.locked), intake.clock().machine()).await?;
        Ok(())
    }

    /// Keeps what was said with the command, sealed as the case's own words are.
    pub(super) async fn remark(
        &self,
        tx: &mut Tx<'_>,
        intake: &Intake,
        asked: &Asked,
        words: &Words,
        at: Timestamp,
    ) -> Result<(), Failure> {
        self.remark_of(tx, intake, asked, words, at, None).await
    }

    /// The same of somebody else than its caller, with whom the words are erased.
    pub(super) async fn remark_of(
        &self,
        tx: &mut Tx<'_>,
        intake: &Intake,
        asked: &Asked,
        words: &Words,
        at: Timestamp,
        speaker: Option<PersonId>,
    ) -> Result<(), Failure> {
        let words = words.kept().trim();
        if words.is_empty() {
            return Ok(());
        }
        let speaker = speaker.map(PersonId::uuid);
        let owner = || owner(self.id, self.state.case().and_then(|case| case.caller));
        let key = speaker.unwrap_or_else(owner);
        let mut keys: Keys = intake.seals.keys(tx, slice::from_ref(&key)).await?;
        let words = keys.seal(key, REMARK, words)?;
        keys.save(tx).await?;
        let (actor, action) = (asked.intent.id.principal.clone(), self.action.word().to_owned());
        let remark =
            store::remarks::Remark { case: self.id, at, actor, action, owner: speaker, words };
        Ok(store::remarks::insert(tx, &remark).await?)
    }
}

/// The field as which what came with a case is sealed.
pub(crate) const WORDS: &str = "words";

/// The field as which a remark is sealed.
pub(crate) const REMARK: &str = "remark";

/// Whose key seals the words about a case: the caller's, so that they go when the caller is erased.
pub(crate) fn owner(case: CaseId, caller: Option<PersonId>) -> Uuid {
    caller.map_or(case.uuid(), PersonId::uuid)
}

/// Refuses an action on a case; who may not even see it does not learn that it exists.
pub(crate) fn may(
    subject: &Subject,
    action: Action,
    relations: Relations,
    level: Level,
) -> Result<(), Error> {
    if !decide(subject, Action::GetCase, relations, level).is_allowed() {
        return Err(case_unknown());
    }
    authorize(subject, action, relations, level)
}
