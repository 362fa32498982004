use std::{slice, str::FromStr};

use authz::{Action, Relations, Subject, decide};
use clock::{CaseId, PersonId};
use delivery::{Locked, Tx, lock_one};
use delivery_rpc::{Asked, Failure};
use events::words::{CaseNumber, Level};
use intake_core::State;
use jiff::Timestamp;
use rpc::{Code, Error, authorize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{Intake, seals::Keys, store};

/// A case, as people or programs name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CaseRef {
    Id(CaseId),
    Number(CaseNumber),
}

impl FromStr for CaseRef {
    type Err = Error;

    /// What is neither an id nor a number names no case.
    fn from_str(text: &str) -> Result<Self, Error> {
        let number = || text.parse().map(Self::Number);
        text.parse().map(Self::Id).or_else(|_| number()).map_err(|_| case_unknown())
    }
}

impl CaseRef {
    /// Its id.
    pub(crate) async fn find(self, connection: &mut PgConnection) -> Result<CaseId, Failure> {
        match self {
            Self::Id(id) => Ok(id),
            Self::Number(number) => {
                let found = store::cases::by_number(connection, number).await?;
                Ok(found.ok_or_else(case_unknown)?)
            }
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
        let id = case.find(tx).await?;
        let locked = lock_one(tx, id.uuid()).await?;
        let state = store::cases::load(tx, id).await?;
        let level = state.case().ok_or_else(case_unknown)?.level;
        let relations = store::relations::of(tx, id, subject).await?;
        may(subject, action, relations, level)?;
        Ok(Self { id, locked, state, action })
    }

    /// Keeps what was said with the command, sealed as the case's own words are.
    pub(super) async fn remark(
        &self,
        tx: &mut Tx<'_>,
        intake: &Intake,
        asked: &Asked,
        words: &str,
        at: Timestamp,
    ) -> Result<(), Failure> {
        if words.is_empty() {
            return Ok(());
        }
        let owner = owner(self.id, self.state.case().and_then(|case| case.caller));
        let mut keys: Keys = intake.seals.keys(tx, slice::from_ref(&owner)).await?;
        let words = keys.seal(owner, "remark", words)?;
        keys.save(tx).await?;
        let (case, actor, action) = (self.id, &*asked.intent.id.principal, self.action.word());
        let remark = store::remarks::Remark { case, at, actor, action, words };
        Ok(store::remarks::insert(tx, &remark).await?)
    }
}

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
