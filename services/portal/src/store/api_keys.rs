//! Service accounts and their keys.

use clock::AccountId;
use delivery::Tx;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{account::Standing, secret::Hash};

/// A key, without its secret, which nobody has but its bearer.
#[derive(Debug, Clone)]
pub(crate) struct ApiKey {
    pub(crate) name: String,
    pub(crate) standing: Standing,
    pub(crate) created_by: AccountId,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) revoked_at: Option<Timestamp>,
}

struct Row {
    id: Uuid,
    name: String,
    roles: Vec<String>,
    department: Option<String>,
    level: String,
    created_by: Uuid,
    created_at: jiff_sqlx::Timestamp,
    expires_at: jiff_sqlx::Timestamp,
    revoked_at: Option<jiff_sqlx::Timestamp>,
}

impl From<Row> for ApiKey {
    fn from(row: Row) -> Self {
        let standing = Standing {
            account: AccountId::from_uuid(row.id),
            person: None,
            roles: row.roles,
            department: row.department,
            // Posts are people's.
            posts: Vec::new(),
            level: row.level,
        };
        Self {
            name: row.name,
            standing,
            created_by: AccountId::from_uuid(row.created_by),
            created_at: row.created_at.to_jiff(),
            expires_at: row.expires_at.to_jiff(),
            revoked_at: row.revoked_at.map(jiff_sqlx::Timestamp::to_jiff),
        }
    }
}

/// The key of this secret.
pub(crate) async fn find(pool: &PgPool, secret: &Hash) -> Result<Option<ApiKey>, sqlx::Error> {
    let row = sqlx::query_as!(
        Row,
        "select id, name, roles, department, level, created_by, created_at, expires_at, revoked_at
         from portal.api_key where secret_hash = $1",
        secret.bytes()
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(ApiKey::from))
}

/// All keys, the newest first, those that are over too.
pub(crate) async fn list(pool: &PgPool) -> Result<Vec<ApiKey>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        "select id, name, roles, department, level, created_by, created_at, expires_at, revoked_at
         from portal.api_key order by created_at desc, id desc"
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(ApiKey::from).collect())
}

/// Writes a new one; `false` if the name is taken.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    key: &ApiKey,
    secret: &Hash,
) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query!(
        "insert into portal.api_key
             (id, name, secret_hash, roles, department, level, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict (name) do nothing",
        key.standing.account.uuid(),
        key.name,
        secret.bytes(),
        &key.standing.roles,
        key.standing.department,
        key.standing.level,
        key.created_by.uuid(),
        key.created_at.to_sqlx() as _,
        key.expires_at.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Revokes one from now on; again, it changes nothing. `false` if there is none.
pub(crate) async fn revoke(
    tx: &mut Tx<'_>,
    key: AccountId,
    machine: Timestamp,
) -> Result<bool, sqlx::Error> {
    let revoked = sqlx::query!(
        "update portal.api_key set revoked_at = coalesce(revoked_at, $2) where id = $1",
        key.uuid(),
        machine.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(revoked.rows_affected() == 1)
}
