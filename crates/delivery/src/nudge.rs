//! One aggregate asks that another be woken.
//!
//! Every writer locks the key that it writes before anything else. One that locked a second key
//! later would meet another that came from the other side, and each would wait for the other. So it
//! leaves a wish, which is a new row and waits for nobody; the waker adds the wishes to their
//! aggregates as soon as nobody holds them.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use uuid::Uuid;

use crate::Tx;

/// The most wishes of one round: far more than a claim takes, and few enough for one statement.
const MOST: i64 = 5_000;

/// Wishes that the aggregate of `key` be woken at `at` or earlier, once this transaction is committed.
///
/// Ring the [`Bell`](crate::Bell) after the commit; facts and wake-ups do.
pub async fn nudge(tx: &mut Tx<'_>, key: Uuid, at: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query!("insert into delivery.nudge (key, at) values ($1, $2)", key, at.to_sqlx() as _)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The same for many.
pub async fn nudge_all(tx: &mut Tx<'_>, keys: &[Uuid], at: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into delivery.nudge (key, at) select key, $2 from unnest($1::uuid[]) as k(key)",
        keys,
        at.to_sqlx() as _
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Adds what is wished to the aggregates that nobody holds; the others get it in the next round.
/// Whether there may be more.
pub(crate) async fn pass_on(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let wished = sqlx::query_scalar!(r#"select exists (select from delivery.nudge) as "any!""#)
        .fetch_one(pool)
        .await?;
    if !wished {
        return Ok(false);
    }
    let mut tx = pool.begin().await?;
    sqlx::query!(
        "insert into delivery.aggregate (key)
         select distinct key from (select key from delivery.nudge order by key limit $1) n
         order by key on conflict do nothing",
        MOST
    )
    .execute(&mut *tx)
    .await?;
    let moved = sqlx::query!(
        "with free as (
             select key from delivery.aggregate
             where key in (select key from delivery.nudge order by key limit $1)
             for update skip locked
         ), taken as (
             delete from delivery.nudge n using free where n.key = free.key
             returning n.key, n.at
         ), first as (
             select key, min(at) as at from taken group by key
         )
         update delivery.aggregate a set next_at = least(a.next_at, first.at)
         from first where a.key = first.key",
        MOST
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(moved.rows_affected() > 0)
}
