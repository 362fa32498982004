//! The import of people.

use axum::{Json, extract::State};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    extract::{Answer, Body, Caller, Key},
    schema::Refused,
};
use crate::{
    commands::{self, ImportPeople},
    people::Difference,
    portal::Portal,
};

/// The whole truth about accounts: who is missing is closed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct People {
    /// The file: `account,name,roles,department,posts,phone` and, if wanted, `level`.
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
        let changed = changed
            .into_iter()
            .map(|one| AccountChange { account: one.account, columns: one.columns });
        Self { added, changed: changed.collect(), closed, unchanged }
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
