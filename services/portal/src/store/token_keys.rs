//! The public keys of internal tokens.

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use rpc::token::PublicKey;
use sqlx::PgPool;

/// How long a key is published after it was last noted.
const KEPT: SignedDuration = SignedDuration::from_hours(1);

/// Notes that tokens are signed with this key.
pub(crate) async fn note(
    pool: &PgPool,
    key: &PublicKey,
    machine: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into portal.token_key (id, public_key, used_at) values ($1, $2, $3)
         on conflict (id) do update
         set used_at = greatest(portal.token_key.used_at, excluded.used_at)",
        key.id(),
        key.bytes(),
        machine.to_sqlx() as _,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The keys that a token may be signed with, the newest first.
pub(crate) async fn published(
    pool: &PgPool,
    machine: Timestamp,
) -> Result<Vec<PublicKey>, sqlx::Error> {
    let keys = sqlx::query_scalar!(
        "select public_key from portal.token_key where used_at > $1 order by used_at desc, id",
        (machine - KEPT).to_sqlx() as _,
    )
    .fetch_all(pool)
    .await?;
    // The column holds 32 bytes, which is all that a public key must be.
    Ok(keys.into_iter().filter_map(|key| PublicKey::new(key).ok()).collect())
}
