//! Handovers of the desk's shift, each with what was left by it.
//!
//! Who is at the desk sees cases by their role, and in no relation to them: so no other is asked for.

use authz::{Relation, Scope};
use clock::{AccountId, HandoverId};
use delivery::Fault;
use dispatch_core::{
    checklist::Ticks,
    handover::{Shift, Untaken},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use ring::rand::SystemRandom;
use sealing::{Masters, Place, Sealed};
use sqlx::PgConnection;
use uuid::Uuid;

/// A handover, signed by one or by both.
#[derive(Debug)]
pub(crate) struct Handover {
    pub(crate) id: HandoverId,
    pub(crate) left_by: AccountId,
    /// Who signed that: they, or the duty counsellor for them.
    pub(crate) left_signed_by: AccountId,
    pub(crate) left_at: Timestamp,
    /// Who took over, and when; absent while nobody has.
    pub(crate) taken: Option<(AccountId, Timestamp)>,
    /// How much was left, as far as the reader may see it.
    pub(crate) work_orders: i64,
    pub(crate) questions: i64,
    /// Of the check list as it was then: what was there, and what was missing.
    pub(crate) checked: Vec<String>,
    pub(crate) missing: Vec<String>,
    /// What who left wrote down; empty where they wrote nothing.
    pub(crate) log: String,
}

/// What who leaves passes on, beside what is left to be done.
#[derive(Debug, Default)]
pub(crate) struct PassedOn {
    /// What they write down; may be empty.
    pub(crate) log: String,
    /// What of the check list is there; empty where the desk has none.
    pub(crate) ticks: Ticks,
}

/// That somebody leaves the desk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Leaving {
    pub(crate) handover: HandoverId,
    pub(crate) by: AccountId,
    /// They, or the duty counsellor for them.
    pub(crate) signed_by: AccountId,
    pub(crate) at: Timestamp,
}

/// What is left to be done.
#[derive(Debug, Default)]
pub(crate) struct Left {
    /// Work orders that are not done.
    pub(crate) work_orders: Vec<Uuid>,
    /// Questions that nobody has answered.
    pub(crate) questions: Vec<Uuid>,
}

/// Who has the desk. Whoever changes that has locked its aggregate.
pub(crate) async fn shift(connection: &mut PgConnection) -> Result<Shift, sqlx::Error> {
    let last = sqlx::query!(
        r#"select id, left_by, left_at as "left_at: jiff_sqlx::Timestamp", taken_by,
                  untaken_at is not null as "is_told!"
           from dispatch.handover order by left_at desc, id desc limit 1"#
    );
    Ok(match last.fetch_optional(connection).await? {
        None => Shift::Unsigned,
        Some(last) => match last.taken_by {
            Some(by) => Shift::Had { by: AccountId::from_uuid(by) },
            None => Shift::Left {
                handover: HandoverId::from_uuid(last.id),
                by: AccountId::from_uuid(last.left_by),
                at: last.left_at.to_jiff(),
                is_told: last.is_told,
            },
        },
    })
}

/// Names what was left by a handover.
pub(crate) async fn version(
    connection: &mut PgConnection,
    id: HandoverId,
) -> Result<String, sqlx::Error> {
    let version =
        sqlx::query_scalar!("select version from dispatch.handover where id = $1", id.uuid());
    version.fetch_one(connection).await
}

/// Writes that the duty counsellor is told that nobody took it over.
pub(crate) async fn untaken(
    connection: &mut PgConnection,
    Untaken { handover, at, .. }: Untaken,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update dispatch.handover set untaken_at = $2 where id = $1",
        handover.uuid(),
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What is left to be done within these scopes, of what dispatch knows.
pub(crate) async fn left(
    connection: &mut PgConnection,
    work_orders: &Scope,
    questions: &Scope,
) -> Result<Left, sqlx::Error> {
    let open = sqlx::query_scalar!(
        "select id from dispatch.work_order
         where level = any($1) and status not in ('completed', 'cancelled')
         order by haste, offered_at, id",
        &work_orders.levels(Relation::Unrelated),
    );
    let open = open.fetch_all(&mut *connection).await?;
    let asked = sqlx::query_scalar!(
        "select q.id from dispatch.question q join dispatch.work_order o on o.id = q.work_order
         where o.level = any($1) and q.answered_at is null and q.asked in ('desk', 'requester')
           and o.status not in ('completed', 'cancelled')
         order by q.asked_at, q.id",
        &questions.levels(Relation::Unrelated),
    );
    Ok(Left { work_orders: open, questions: asked.fetch_all(connection).await? })
}

/// Writes that the desk was left.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    masters: &Masters,
    Leaving { handover: id, by, signed_by, at }: Leaving,
    left: &Left,
    (PassedOn { log, ticks }, version): (&PassedOn, &str),
) -> Result<(), Fault> {
    let [checked, missing] = [&ticks.checked, &ticks.missing]
        .map(|codes| codes.iter().map(ToString::to_string).collect::<Vec<_>>());
    let sealed = if log.is_empty() {
        None
    } else {
        Some(Sealed::seal(masters, place(id), log, &SystemRandom::new()).map_err(Fault::own)?)
    };
    let (key_id, wrapped, words) = sealed.map_or((None, None, None), |sealed| {
        let Sealed { key, words } = sealed;
        (Some(key.by.bytes().to_vec()), Some(key.wrapped), Some(words))
    });
    sqlx::query!(
        "insert into dispatch.handover
             (id, left_by, left_signed_by, left_at, work_orders, questions, key_id, wrapped,
              sealed, version, checked, missing)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        id.uuid(),
        by.uuid(),
        signed_by.uuid(),
        at.to_sqlx() as _,
        &left.work_orders,
        &left.questions,
        key_id,
        wrapped,
        words,
        version,
        &checked,
        &missing,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes that it was taken over: once, and nothing else of it is ever changed.
pub(crate) async fn take(
    connection: &mut PgConnection,
    (id, by, at): (HandoverId, AccountId, Timestamp),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update dispatch.handover set taken_by = $2, taken_at = $3
         where id = $1 and taken_at is null",
        id.uuid(),
        by.uuid(),
        at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The last handovers, the newest first; of what was left, how much is within these scopes.
pub(crate) async fn list(
    connection: &mut PgConnection,
    masters: &Masters,
    (work_orders, questions): (&Scope, &Scope),
    limit: i64,
) -> Result<Vec<Handover>, Fault> {
    let rows = sqlx::query!(
        r#"select id, left_by, left_signed_by, left_at as "left_at: jiff_sqlx::Timestamp",
                  taken_by, taken_at as "taken_at: jiff_sqlx::Timestamp", key_id, wrapped, sealed,
                  checked, missing,
                  (select count(*) from dispatch.work_order o
                   where o.id = any(h.work_orders) and o.level = any($1)) as "work_orders!",
                  (select count(*) from dispatch.question q
                   join dispatch.work_order o on o.id = q.work_order
                   where q.id = any(h.questions) and o.level = any($2)) as "questions!"
           from dispatch.handover h order by left_at desc, id desc limit $3"#,
        &work_orders.levels(Relation::Unrelated),
        &questions.levels(Relation::Unrelated),
        limit,
    )
    .fetch_all(connection)
    .await?;
    let read = rows.into_iter().map(|row| {
        let id = HandoverId::from_uuid(row.id);
        let log = match (row.key_id, row.wrapped, row.sealed) {
            (Some(key_id), Some(wrapped), Some(sealed)) => {
                let sealed = Sealed::of_row(&key_id, wrapped, sealed).map_err(Fault::own)?;
                sealed.open(masters, place(id)).map_err(Fault::own)?
            }
            _ => String::new(),
        };
        Ok(Handover {
            id,
            left_by: AccountId::from_uuid(row.left_by),
            left_signed_by: AccountId::from_uuid(row.left_signed_by),
            left_at: row.left_at.to_jiff(),
            taken: row
                .taken_by
                .zip(row.taken_at)
                .map(|(by, at)| (AccountId::from_uuid(by), at.to_jiff())),
            work_orders: row.work_orders,
            questions: row.questions,
            checked: row.checked,
            missing: row.missing,
            log,
        })
    });
    read.collect()
}

const fn place(id: HandoverId) -> Place<'static> {
    Place { field: "handover", owner: id.uuid().into_bytes() }
}
