use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{bigint, upkeep::day};

/// Publishes the events of `key` from sequence `from` on once more, and says how many.
///
/// What a reader asks for when it waits for one; whoever has them already takes them for copies.
/// Those that are pending anyway are not put back twice. Ring the [`Bell`](crate::Bell) afterwards.
pub async fn redeliver(
    pool: &PgPool,
    key: Uuid,
    from: u64,
    machine: Timestamp,
) -> Result<u64, sqlx::Error> {
    // A partition that is about to be dropped is no longer pointed into.
    let first_kept = day(machine - delivery_core::MAX_AGE);
    let put_back = sqlx::query!(
        "insert into delivery.outbox_pending (stream, seq, day)
         select o.stream, o.seq, o.day from delivery.outbox o
         where o.key = $1 and o.sequence >= $2 and o.day >= $3
           and not exists (select from delivery.outbox_pending p
                           where p.stream = o.stream and p.lane in (0, 1) and p.seq = o.seq)
         on conflict do nothing",
        key,
        bigint::to(from),
        first_kept.to_sqlx() as _,
    )
    .execute(pool)
    .await?;
    Ok(put_back.rows_affected())
}
