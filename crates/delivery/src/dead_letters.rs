//! What failed for its own fault and waits for a person: `yizhan dlq ls|show|replay|drop`.
//!
//! ```text
//!  kind         what waits behind it       replay                      drop
//!  fact         the rest of its key        applied again, in order     the head steps over it
//!  wake-up      nothing: tried hourly      woken at once               never
//!  publication  the rest of its key        published again             never: readers would wait
//! ```

use clock::Clock;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use crate::{Tx, aggregate, audit, bigint, inbox::store::judge_again};

/// What a dead letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A fact of another service that could not be applied.
    Fact,
    /// An aggregate that could not be woken.
    WakeUp,
    /// An event of ours that the broker refuses.
    Publication,
}

/// One dead letter, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The event's id; for a wake-up the key.
    pub id: Uuid,
    /// What it is.
    pub kind: Kind,
    /// The aggregate concerned; nil for a message that is no event at all.
    pub key: Uuid,
    /// The event's place in its key, 0 for a wake-up.
    pub sequence: u64,
    /// How often it was tried.
    pub tries: u32,
    /// What went wrong the last time.
    pub fault: String,
    /// When, in machine time.
    pub at: Timestamp,
}

/// What became of a request to replay or drop one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done, and audited.
    Done,
    /// There is no such dead letter (any more).
    NotFound,
    /// It cannot be dropped.
    NotDroppable(Kind),
    /// It is no event at all, so there is nothing to try again: drop it.
    NotReplayable,
}

struct Row {
    id: Uuid,
    kind: String,
    key: Uuid,
    sequence: i64,
    tries: i32,
    fault: String,
    at: jiff_sqlx::Timestamp,
}

impl From<Row> for DeadLetter {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            kind: match &*row.kind {
                "fact" => Kind::Fact,
                "wake-up" => Kind::WakeUp,
                _ => Kind::Publication,
            },
            key: row.key,
            sequence: bigint::from(row.sequence),
            tries: u32::try_from(row.tries).unwrap_or(0),
            fault: row.fault,
            at: row.at.to_jiff(),
        }
    }
}

/// The oldest dead letters, at most `limit`.
pub async fn list(pool: &PgPool, limit: u32) -> Result<Vec<DeadLetter>, sqlx::Error> {
    rows(pool, None, limit).await
}

/// One dead letter, with its content if it is an event.
///
/// The content is CloudEvents JSON for a message that was one, else the bytes as they came.
pub async fn show(
    pool: &PgPool,
    id: Uuid,
) -> Result<Option<(DeadLetter, Option<Vec<u8>>)>, sqlx::Error> {
    let Some(letter) = rows(pool, Some(id), 1).await?.pop() else {
        return Ok(None);
    };
    let payload = sqlx::query_scalar!(
        r#"select payload as "payload!" from delivery.dead where event = $1
           union all
           select o.payload from delivery.outbox_parked p
           join delivery.outbox o on o.key = p.key and o.event = p.event where p.event = $1"#,
        id
    )
    .fetch_optional(pool)
    .await?;
    Ok(Some((letter, payload)))
}

async fn rows(
    store: impl PgExecutor<'_>,
    id: Option<Uuid>,
    limit: u32,
) -> Result<Vec<DeadLetter>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", kind as "kind!", key as "key!", sequence as "sequence!",
                  tries as "tries!", fault as "fault!", at as "at!"
           from (select event as id, 'fact' as kind, key, sequence, tries, fault, at
                 from delivery.dead
                 union all
                 select key, 'wake-up', key, 0, tries, fault, at from delivery.wake_fault
                 union all
                 select p.event, 'publication', p.key, o.sequence, 1, p.fault, p.at
                 from delivery.outbox_parked p
                 join delivery.outbox o on o.key = p.key and o.event = p.event) letters
           where $1::uuid is null or id = $1
           order by at limit $2"#,
        id,
        i64::from(limit),
    )
    .fetch_all(store)
    .await?;
    Ok(rows.into_iter().map(DeadLetter::from).collect())
}

/// Tries it again, with all that waits behind it, once the caller commits and rings the bell.
///
/// After any other outcome than [`Outcome::Done`] nothing was written.
pub async fn replay(
    tx: &mut Tx<'_>,
    clock: &Clock,
    id: Uuid,
    actor: &str,
) -> Result<Outcome, sqlx::Error> {
    let Some(letter) = rows(&mut **tx, Some(id), 1).await?.pop() else {
        return Ok(Outcome::NotFound);
    };
    if letter.key.is_nil() {
        return Ok(Outcome::NotReplayable);
    }
    let _locked = aggregate::lock(tx, &[letter.key]).await?;
    let there = match letter.kind {
        Kind::Fact => revive(tx, id, clock.machine()).await?,
        Kind::WakeUp => rouse(tx, id, clock.now()).await?,
        Kind::Publication => unpark(tx, id).await?,
    };
    if !there {
        return Ok(Outcome::NotFound);
    }
    note(tx, clock, &letter, actor, "dead-letter.replay", None).await?;
    Ok(Outcome::Done)
}

/// Gives a fact up for this reason: the head steps over it, and what waits behind it goes on, once
/// the caller commits and rings the bell.
///
/// After any other outcome than [`Outcome::Done`] nothing was written.
pub async fn drop(
    tx: &mut Tx<'_>,
    clock: &Clock,
    id: Uuid,
    actor: &str,
    reason: &str,
) -> Result<Outcome, sqlx::Error> {
    let Some(letter) = rows(&mut **tx, Some(id), 1).await?.pop() else {
        return Ok(Outcome::NotFound);
    };
    if letter.kind != Kind::Fact {
        return Ok(Outcome::NotDroppable(letter.kind));
    }
    let _locked = aggregate::lock(tx, &[letter.key]).await?;
    if !step_over(tx, id, clock.machine()).await? {
        return Ok(Outcome::NotFound);
    }
    note(tx, clock, &letter, actor, "dead-letter.drop", Some(reason)).await?;
    Ok(Outcome::Done)
}

/// Back to the waiting ones, as if it had never failed.
async fn revive(tx: &mut Tx<'_>, id: Uuid, machine: Timestamp) -> Result<bool, sqlx::Error> {
    let revived = sqlx::query!(
        "with dead as (delete from delivery.dead where event = $1 returning *)
         insert into delivery.inbox_waiting
             (key, source, sequence, event, stream, revision, payload, reason, since, again_at)
         select key, source, sequence, event, stream, revision, payload, 'fault', $2, $2 from dead
         on conflict (key, source, sequence) do update set again_at = excluded.again_at",
        id,
        machine.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(revived.rows_affected() == 1)
}

async fn rouse(tx: &mut Tx<'_>, key: Uuid, now: Timestamp) -> Result<bool, sqlx::Error> {
    let roused = sqlx::query!(
        "update delivery.aggregate a set next_at = $2
         from delivery.wake_fault f where a.key = $1 and f.key = a.key and a.next_at is not null",
        key,
        now.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(roused.rows_affected() == 1)
}

async fn unpark(tx: &mut Tx<'_>, event: Uuid) -> Result<bool, sqlx::Error> {
    let unparked = sqlx::query!("delete from delivery.outbox_parked where event = $1", event)
        .execute(&mut **tx)
        .await?;
    Ok(unparked.rows_affected() == 1)
}

/// Moves the head over a dead event, and lets what waits behind it be judged at once.
async fn step_over(tx: &mut Tx<'_>, id: Uuid, machine: Timestamp) -> Result<bool, sqlx::Error> {
    let dead = sqlx::query!(
        "delete from delivery.dead where event = $1 returning key, source, sequence",
        id
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(dead) = dead else {
        return Ok(false);
    };
    // A message that was no event has no head.
    if !dead.key.is_nil() {
        sqlx::query!(
            "insert into delivery.inbox_head (key, source, sequence) values ($1, $2, $3)
             on conflict (key, source) do update
             set sequence = greatest(delivery.inbox_head.sequence, excluded.sequence)",
            dead.key,
            dead.source,
            dead.sequence,
        )
        .execute(&mut **tx)
        .await?;
    }
    judge_again(tx, dead.key, machine).await?;
    Ok(true)
}

async fn note(
    tx: &mut Tx<'_>,
    clock: &Clock,
    letter: &DeadLetter,
    actor: &str,
    action: &str,
    reason: Option<&str>,
) -> Result<(), sqlx::Error> {
    let DeadLetter { kind, id, sequence, .. } = letter;
    let detail = match reason {
        None => json!({ "kind": kind, "id": id, "sequence": sequence }),
        Some(reason) => {
            json!({ "kind": kind, "id": id, "sequence": sequence, "reason": reason })
        }
    };
    let key = Some(letter.key).filter(|key| !key.is_nil());
    audit::record(tx, &audit::Entry { at: clock.now(), actor, action, key, detail }).await
}
