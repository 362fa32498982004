//! Who asks.

use std::collections::BTreeSet;

use authz::Role;
use axum::{Json, extract::State, http::StatusCode};
use clock::{AccountId, PersonId};
use events::words::{DepartmentId, Level, PlaceId};
use rpc::Code;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    extract::{Answer, Body, Caller, Key},
    schema::{self, Refused},
};
use crate::{commands, portal::Portal, refusal::Refusal, store::accounts};

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Me {
    #[schema(value_type = Uuid)]
    id: AccountId,
    /// The login name, or the name of the API key.
    account: String,
    name: String,
    #[schema(schema_with = roles)]
    roles: BTreeSet<Role>,
    #[schema(value_type = Option<String>)]
    department: Option<DepartmentId>,
    /// The highest level that they are cleared for.
    #[schema(schema_with = schema::level)]
    level: Level,
    /// The posts that they hold, `<department>/<post>`.
    posts: Vec<String>,
    /// The same human being as requester.
    #[schema(value_type = Option<Uuid>)]
    person: Option<PersonId>,
    /// Where they live, as the file of people says: the place of what they report and name none for.
    #[schema(value_type = Option<String>)]
    home: Option<PlaceId>,
}

pub(super) fn roles() -> utoipa::openapi::schema::Array {
    utoipa::openapi::schema::ArrayBuilder::new().items(schema::role()).build()
}

/// Shows who asks
#[utoipa::path(
    get, path = "/me", tag = "sessions",
    operation_id = "showMe",
    responses((status = 200, description = "Whose token it is", body = Me), Refused),
)]
pub(super) async fn me(State(portal): State<Portal>, caller: Caller) -> Answer<Me> {
    let unknown = || Refusal::new(Code::NotFound, "account-unknown", "there is no such account");
    let subject = &caller.subject;
    let id = subject.principal.account().ok_or_else(unknown)?;
    let own = accounts::own(portal.pool(), id).await?.ok_or_else(unknown)?;
    let mut names = accounts::names(portal.pool(), &portal.masters(), &[id]).await?;
    Ok(Json(Me {
        id,
        name: names.remove(&id).unwrap_or_else(|| own.login.clone()),
        account: own.login,
        roles: subject.roles.clone(),
        department: subject.department.clone(),
        level: subject.highest,
        posts: own.posts,
        person: subject.person,
        home: accounts::home(portal.pool(), &portal.masters(), id).await?,
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePassword {
    #[schema(value_type = String, format = Password)]
    current: SecretString,
    /// 8 to 256 characters.
    #[schema(value_type = String, format = Password)]
    new: SecretString,
}

/// Changes the password
///
/// All other sessions of the account end.
#[utoipa::path(
    put, path = "/me/password", tag = "sessions",
    operation_id = "changePassword", request_body = ChangePassword,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 204, description = "It is changed"), Refused),
)]
pub(super) async fn change_password(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(change): Body<ChangePassword>,
) -> Result<StatusCode, Refusal> {
    commands::change_password(&portal, &caller, &key, change.current, change.new).await?;
    Ok(StatusCode::NO_CONTENT)
}
