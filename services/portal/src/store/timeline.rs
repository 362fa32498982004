//! Every step of a case, in the order in which they happened.
//!
//! Services' clocks differ by a little, so time alone could show an effect before its cause. Each
//! step is placed at its own time, or at the latest of those that its service knew of (`after`), if
//! that is later; `depth` counts the steps that lead to it and decides where the times are equal.
//! Both follow from the steps alone: whatever order they arrive in, the timeline is the same.

use clock::AccountId;
use delivery::Tx;
use events::Envelope;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::head::Head;

/// One step of one service.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) at: Timestamp,
    pub(crate) source: String,
    pub(crate) sequence: u64,
    pub(crate) what: String,
    pub(crate) actor: Option<AccountId>,
    pub(crate) detail: Value,
}

/// Adds a step, after those that its service knew of, which are there.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    envelope: &Envelope,
    what: &str,
    actor: Option<AccountId>,
    detail: &Value,
) -> Result<(), sqlx::Error> {
    let source = envelope.source.service;
    let known = envelope.after.iter().map(|(service, sequence)| (*service, *sequence));
    let known = known.chain([(source, envelope.sequence.saturating_sub(1))]);
    let (sources, sequences): (Vec<_>, Vec<_>) =
        known.map(|(service, sequence)| (service.word(), bigint(sequence))).unzip();
    sqlx::query!(
        "insert into portal.timeline
             (key, source, sequence, event, at, placed_at, depth, what, actor, detail)
         select $1, $2, $3, $4, $5, greatest($5, max(t.placed_at)), coalesce(max(t.depth), 0) + 1,
                $6, $7, $8
         from portal.timeline t
         join unnest($9::text[], $10::bigint[]) as known(source, sequence)
             on t.source = known.source and t.sequence <= known.sequence
         where t.key = $1",
        envelope.key,
        source.word(),
        bigint(envelope.sequence),
        envelope.id,
        envelope.happened.to_sqlx() as _,
        what,
        actor.map(AccountId::uuid),
        detail,
        &sources as _,
        &sequences,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// All steps of a case.
pub(crate) async fn of(pool: &PgPool, key: Uuid) -> Result<Vec<Step>, sqlx::Error> {
    let rows = sqlx::query!(
        "select at, source, sequence, what, actor, detail from portal.timeline
         where key = $1 order by placed_at, depth, source, sequence",
        key
    )
    .fetch_all(pool)
    .await?;
    let steps = rows.into_iter().map(|row| Step {
        at: row.at.to_jiff(),
        source: row.source,
        sequence: u64::try_from(row.sequence).unwrap_or_default(),
        what: row.what,
        actor: row.actor.map(AccountId::from_uuid),
        detail: row.detail,
    });
    Ok(steps.collect())
}

/// Whether what a command changed is shown.
pub(crate) async fn has_reached(pool: &PgPool, head: &Head) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from portal.timeline
                          where key = $1 and source = $2 and sequence >= $3) as "reached!""#,
        head.key,
        head.service.word(),
        bigint(head.sequence),
    )
    .fetch_one(pool)
    .await
}

/// A sequence as the store has it: at most 2^31 on the wire, so nothing is cut.
fn bigint(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}
