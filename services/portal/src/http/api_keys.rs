//! Service accounts and their keys.

use std::collections::BTreeSet;

use authz::{Action, Role};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use clock::AccountId;
use events::words::{DepartmentId, Level};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    extract::{Answer, Body, Caller, Key, id},
    me::roles,
    schema::{self, Refused},
    when,
};
use crate::{
    commands::{self, NewApiKey},
    portal::Portal,
    refusal::Refusal,
    store::api_keys::{self, ApiKey},
};

/// All that is asked of them.
pub(super) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiKeys {
    api_keys: Vec<Shown>,
}

/// A key without its secret, which nobody has but its bearer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
struct Shown {
    /// The account that it acts as.
    #[schema(value_type = Uuid)]
    id: AccountId,
    name: String,
    #[schema(schema_with = roles)]
    roles: Vec<String>,
    department: Option<String>,
    #[schema(schema_with = schema::level)]
    level: String,
    /// The account that made it.
    #[schema(value_type = Uuid)]
    created_by: AccountId,
    created_at: Timestamp,
    expires_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

/// Lists API keys
///
/// The newest first, those that are over too.
#[utoipa::path(
    get, path = "/api-keys", tag = "api keys",
    operation_id = "listApiKeys",
    responses((status = 200, description = "All keys", body = ApiKeys), Refused),
)]
pub(super) async fn list(State(portal): State<Portal>, caller: Caller) -> Answer<ApiKeys> {
    caller.permit(Action::ManageApiKeys)?;
    let keys = api_keys::list(portal.pool()).await?;
    Ok(Json(ApiKeys { api_keys: keys.into_iter().map(Shown::from).collect() }))
}

/// A service account to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = NewApiKey)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// 1 to 64 of a-z, 0-9 and -; never used before.
    #[schema(example = "telephone-exchange")]
    name: String,
    #[schema(schema_with = roles)]
    roles: BTreeSet<Role>,
    #[schema(value_type = Option<String>)]
    department: Option<DepartmentId>,
    /// The highest level that it is cleared for; `internal` if it is missing.
    #[schema(schema_with = schema::level)]
    #[serde(default = "internal")]
    level: Level,
    /// At most a year ahead.
    #[serde(deserialize_with = "when::instant")]
    expires_at: Timestamp,
}

const fn internal() -> Level {
    Level::Internal
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CreatedApiKey)]
pub(super) struct Created {
    /// The account that it acts as.
    #[schema(value_type = Uuid)]
    id: AccountId,
    /// To be sent as `Authorization: Bearer <key>`. Told only now: a repeated command answers
    /// without it, for it is stored nowhere.
    key: Option<String>,
}

/// Makes an API key
#[utoipa::path(
    post, path = "/api-keys", tag = "api keys",
    operation_id = "createApiKey", request_body = Wanted,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 201, description = "The key", body = Created), Refused),
)]
pub(super) async fn create(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Created>), Refusal> {
    let Wanted { name, roles, department, level, expires_at } = wanted;
    let wanted = NewApiKey { name, roles, department, level, expires_at };
    let created = commands::create_api_key(&portal, &caller, &key, &wanted).await?;
    Ok((StatusCode::CREATED, Json(Created { id: created.id, key: created.secret })))
}

/// Revokes an API key
///
/// From now on; again, it changes nothing. Audited.
#[utoipa::path(
    delete, path = "/api-keys/{id}", tag = "api keys",
    operation_id = "revokeApiKey",
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 204, description = "It is revoked"), Refused),
)]
pub(super) async fn revoke(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(revoked): Path<String>,
) -> Result<StatusCode, Refusal> {
    let revoked = id::<AccountId>(&revoked, "api-key-unknown", "API key")?;
    commands::revoke_api_key(&portal, &caller, &key, revoked).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<ApiKey> for Shown {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.standing.account,
            name: key.name,
            roles: key.standing.roles,
            department: key.standing.department,
            level: key.standing.level,
            created_by: key.created_by,
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
        }
    }
}
