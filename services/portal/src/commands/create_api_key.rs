use std::collections::BTreeSet;

use authz::{Action, Role};
use clock::{AccountId, Ids as _};
use delivery::audit;
use events::words::{DepartmentId, Level};
use jiff::{SignedDuration, Timestamp};
use rpc::{Code, IdempotencyKey};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Intent;
use crate::{
    account::Standing,
    authenticate::Identity,
    portal::Portal,
    refusal::Refusal,
    secret::{self, Kind},
    store::api_keys::{self, ApiKey},
};

/// The longest time that a key may live.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);

/// A service account to be made, with its key.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NewApiKey {
    pub(crate) name: String,
    pub(crate) roles: BTreeSet<Role>,
    pub(crate) department: Option<DepartmentId>,
    pub(crate) level: Level,
    pub(crate) expires_at: Timestamp,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CreatedApiKey {
    pub(crate) id: AccountId,
    /// The secret, once: it is stored nowhere, so a repeated command does not have it.
    #[serde(skip)]
    pub(crate) secret: Option<String>,
}

/// Makes a service account with its key.
pub(crate) async fn create_api_key(
    portal: &Portal,
    asker: &Identity,
    key: &IdempotencyKey,
    wanted: &NewApiKey,
) -> Result<CreatedApiKey, Refusal> {
    asker.permit(Action::ManageApiKeys)?;
    let machine = portal.clock().machine();
    let by = check(asker, wanted, machine)?;
    let intent = Intent::of("Portal/CreateApiKey", &asker.subject, key, wanted)?;
    let (secret, hash) = secret::random(Kind::ApiKey)?;
    let id = portal.ids().id();

    let mut tx = portal.pool().begin().await?;
    if let Some(before) = intent.begin(&mut tx, machine).await? {
        return Ok(before);
    }
    let made = ApiKey {
        name: wanted.name.clone(),
        standing: Standing {
            account: id,
            person: None,
            roles: wanted.roles.iter().map(ToString::to_string).collect(),
            department: wanted.department.as_ref().map(ToString::to_string),
            posts: Vec::new(),
            level: wanted.level.to_string(),
        },
        created_by: by,
        created_at: machine,
        expires_at: wanted.expires_at,
        revoked_at: None,
    };
    if !api_keys::insert(&mut tx, &made, &hash).await? {
        let message = format!("there was a key named `{}` already: take another name", made.name);
        return Err(Refusal::new(Code::Conflict, "api-key-name-taken", message));
    }
    let entry = audit::Entry {
        at: portal.clock().now(),
        actor: &asker.subject.principal.to_string(),
        action: "api-key.create",
        key: None,
        detail: json!({ "id": id, "roles": wanted.roles, "expires_at": wanted.expires_at }),
    };
    audit::record(&mut tx, &entry).await?;
    let created = CreatedApiKey { id, secret: Some(secret) };
    intent.finish(&mut tx, &created).await?;
    tx.commit().await?;
    Ok(created)
}

/// Who makes it, if it can be made.
fn check(asker: &Identity, wanted: &NewApiKey, machine: Timestamp) -> Result<AccountId, Refusal> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(1..=64).contains(&wanted.name.len()) || !wanted.name.bytes().all(plain) {
        return Err(Refusal::field("name", "must be 1 to 64 of a-z, 0-9 and -"));
    }
    if wanted.roles.is_empty() || wanted.roles.contains(&Role::Service) {
        return Err(Refusal::field("roles", "must name one or more, and not `service`"));
    }
    if wanted.expires_at <= machine || wanted.expires_at > machine + LONGEST {
        let latest = machine + LONGEST;
        let allowed = format!("must be in the future, and not later than {latest:.0}");
        return Err(Refusal::field("expires_at", allowed));
    }
    let by = asker.subject.principal.account();
    by.ok_or_else(|| Refusal::new(Code::PermissionDenied, "not-permitted", "only accounts may"))
}
