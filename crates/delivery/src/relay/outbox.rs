//! What is pending and what was published: all SQL of the relay but the settlement's.

use std::collections::BTreeMap;

use delivery_core::{ATOMIC_BATCH, Pending, Recorded};
use events::words::Stream;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use uuid::Uuid;

use crate::bigint;

/// The most bytes that are loaded, and so published, at once.
const BATCH_BYTES: i64 = 8 * 1024 * 1024;

/// How many events one row of `relay_batch` holds at most.
pub(super) const LONGEST_BATCH: i64 = (ATOMIC_BATCH as u64).cast_signed();

/// An event with its content.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) seq: i64,
    pub(super) event: Uuid,
    pub(super) key: Uuid,
    pub(super) subject: String,
    pub(super) payload: Vec<u8>,
}

impl Row {
    pub(super) fn pending(&self) -> Pending {
        Pending { seq: self.seq, event: self.event }
    }
}

/// What is recorded of the stream; `None` before the first time.
pub(super) async fn recorded(
    pool: &PgPool,
    stream: Stream,
) -> Result<Option<Recorded>, sqlx::Error> {
    let row = sqlx::query!(
        "select created, last from delivery.relay_state where stream = $1",
        stream.name()
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Recorded { created: instant(row.created), last: bigint::from(row.last) }))
}

/// The events that are recorded from `from` to `to`, both included, of the stream that was created
/// at `created`.
pub(super) async fn publications(
    pool: &PgPool,
    stream: Stream,
    created: Timestamp,
    from: u64,
    to: u64,
) -> Result<BTreeMap<u64, Uuid>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select b.first + p.place - 1 as "sequence!", o.event
         from delivery.relay_batch b
         cross join lateral unnest(b.seqs) with ordinality as p(seq, place)
         cross join lateral (
             select o.event from delivery.outbox o where o.seq = p.seq offset 0
         ) o
         where b.stream = $1 and b.created = $2 and b.first > $3::bigint - $5 and b.first <= $4
           and b.first + p.place - 1 between $3 and $4"#,
        stream.name(),
        nanoseconds(created),
        bigint::to(from),
        bigint::to(to),
        LONGEST_BATCH,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (bigint::from(row.sequence), row.event)).collect())
}

/// The first pending events, by lane and then as they were committed, without parked keys: as many
/// as [`ATOMIC_BATCH`] and [`BATCH_BYTES`] allow. The length of a payload is known without fetching
/// it.
///
/// `offset 0` keeps the inner query apart: joined freely, a large backlog is hashed against 35 days
/// of outbox for each thousand (measured at 400,000 rows: 650 ms, so 5 ms).
pub(super) async fn load(pool: &PgPool, stream: Stream) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as!(
        Row,
        "select seq, event, key, subject, payload
         from (
             select *, sum(octet_length(payload)) over (order by lane, seq) as bytes
             from (
                 select p.lane, o.*
                 from delivery.outbox_pending p
                 cross join lateral (
                     select * from delivery.outbox o
                     where o.seq = p.seq and o.day = p.day
                       and not exists (select from delivery.outbox_parked k where k.key = o.key)
                     offset 0
                 ) o
                 where p.stream = $1
                 order by p.lane, p.seq
                 limit $2
             ) first
         ) fit
         where bytes <= $3
         order by lane, seq",
        stream.name(),
        LONGEST_BATCH,
        BATCH_BYTES,
    )
    .fetch_all(pool)
    .await
}

/// Records that `events` end at the stream's `last`, unless another has moved what is recorded.
///
/// One statement, so that it is one round trip and one transaction.
pub(super) async fn record(
    pool: &PgPool,
    stream: Stream,
    expected: Recorded,
    events: &[Pending],
    last: u64,
    machine: Timestamp,
) -> Result<bool, sqlx::Error> {
    let seqs: Vec<i64> = events.iter().map(|event| event.seq).collect();
    let recorded = sqlx::query!(
        "with moved as (
             update delivery.relay_state set last = $4
             where stream = $1 and created = $2 and last = $3
             returning stream
         ), published as (
             delete from delivery.outbox_pending p using moved
             where p.stream = moved.stream and p.lane in (0, 1) and p.seq = any($5)
         )
         insert into delivery.relay_batch (stream, created, first, seqs, at)
         select stream, $2, $4 - cardinality($5) + 1, $5, $6 from moved",
        stream.name(),
        nanoseconds(expected.created),
        bigint::to(expected.last),
        bigint::to(last),
        &seqs,
        machine.to_sqlx() as _,
    )
    .execute(pool)
    .await?;
    Ok(recorded.rows_affected() == 1)
}

/// Sets the key of an event aside until a person has looked at it.
pub(super) async fn park(
    pool: &PgPool,
    stream: Stream,
    row: &Row,
    fault: &str,
    machine: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into delivery.outbox_parked (key, stream, seq, event, fault, at)
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        row.key,
        stream.name(),
        row.seq,
        row.event,
        fault,
        machine.to_sqlx() as _,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The broker's times are kept to the nanosecond: they are compared for equality.
pub(super) fn nanoseconds(instant: Timestamp) -> i64 {
    i64::try_from(instant.as_nanosecond()).unwrap_or(i64::MAX)
}

/// The instant of such a number.
pub(super) fn instant(nanoseconds: i64) -> Timestamp {
    Timestamp::from_nanosecond(nanoseconds.into()).unwrap_or(Timestamp::MAX)
}
