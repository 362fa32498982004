//! The import of people, and undoing it.

use axum::{Json, extract::State};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    extract::{Answer, Body, Caller, Key},
    schema::Refused,
};
use crate::{
    commands::{self, ImportPeople, Undone},
    people::{Changed, Difference},
    portal::Portal,
};

/// The whole truth about accounts: who is missing is closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct People {
    /// The file: `account,name,roles,department,posts,phone` and, if wanted, `level`, `mail`, `number`,
    /// `home` and `formerly`.
    csv: String,
    /// Says what would change, and changes nothing.
    #[serde(default)]
    dry_run: bool,
    /// Given to accounts that have no password.
    #[schema(value_type = Option<String>, format = Password)]
    initial_password: Option<SecretString>,
}

/// What the file changes, or would change, by login name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PeopleDifference)]
pub(super) struct Changes {
    added: Vec<String>,
    changed: Vec<AccountChange>,
    /// They can no longer log in.
    closed: Vec<String>,
    unchanged: usize,
}

#[derive(Debug, Serialize, ToSchema)]
struct AccountChange {
    account: String,
    /// The columns that differ; `reopened` for one that was closed.
    columns: Vec<String>,
}

impl From<Difference> for Changes {
    fn from(difference: Difference) -> Self {
        let Difference { added, changed, closed, unchanged } = difference;
        let changed = changed.into_iter().map(AccountChange::from).collect();
        Self { added, changed, closed, unchanged }
    }
}

impl From<Changed> for AccountChange {
    fn from(Changed { account, columns }: Changed) -> Self {
        Self { account, columns }
    }
}

/// Imports people
///
/// All or nothing: `people-invalid` has a violation for each mistake, its field being
/// `people.csv:<line> <column>`. Requesters are handed to intake and holders of posts to dispatch;
/// `people-not-handed-over` says that one of them did not answer, and the same import sent again
/// completes it.
#[utoipa::path(
    post, path = "/people", tag = "people",
    operation_id = "importPeople", request_body = People,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "What changed", body = Changes), Refused),
)]
pub(super) async fn import(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(people): Body<People>,
) -> Answer<Changes> {
    let People { csv, dry_run, initial_password } = people;
    let import = ImportPeople { csv, dry_run, initial_password };
    let difference = commands::import_people(&portal, &caller, &key, import).await?;
    Ok(Json(difference.into()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UndoImport)]
pub(super) struct Undo {
    /// Says what would change, and changes nothing.
    #[serde(default)]
    dry_run: bool,
}

/// What undoing the last import changes, or would change, by login name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UndoneImport {
    /// When what is undone was imported.
    imported_at: Timestamp,
    /// As they were before; `reopened` for those whom the import closed.
    changed: Vec<AccountChange>,
    /// Those whom the import added or opened: they can no longer log in.
    closed: Vec<String>,
    unchanged: usize,
}

impl From<Undone> for UndoneImport {
    fn from(Undone { imported_at, difference }: Undone) -> Self {
        let Difference { added: _, changed, closed, unchanged } = difference;
        let changed = changed.into_iter().map(AccountChange::from).collect();
        Self { imported_at, changed, closed, unchanged }
    }
}

/// Undoes the last import of people
///
/// What it changed is as before: accounts that it opened are closed, those that it closed are open, and
/// changed ones are what they were. Passwords stay. All or nothing: `people-changed-since` names each
/// account that something else has changed since, `nothing-to-undo` says that there is no import that
/// was not undone, `posts-gone` that some held posts which are defined no longer, and
/// `nobody-would-administer` that nobody would be left to import again. An undoing is undone by importing
/// again. Holders are handed over as after an import, and `people-not-handed-over` means the same: the same command sent again under its key completes it.
#[utoipa::path(
    post, path = "/people/undo", tag = "people",
    operation_id = "undoPeopleImport", request_body = Undo,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "What changed", body = UndoneImport), Refused),
)]
pub(super) async fn undo(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(Undo { dry_run }): Body<Undo>,
) -> Answer<UndoneImport> {
    Ok(Json(commands::undo_import(&portal, &caller, &key, dry_run).await?.into()))
}
