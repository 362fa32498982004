//! Where the work orders of a case lie, kept by the events of dispatch.
//!
//! Several of one cycle may be open at once, and each event is about one of them. What lists show of a
//! case is the first that is still open; where none is, the first that was done.
//!
//! ```text
//!  an event of a work order ──▶ its own row ──▶ the row of its case, as of the foremost
//! ```

use std::collections::BTreeMap;

use clock::{AccountId, WorkOrderId};
use delivery::Tx;
use events::{dispatch::WorkOrderOfferedV1, words::HoldReason};
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use uuid::Uuid;

/// An open work order of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BoardOrder {
    pub(crate) key: Uuid,
    pub(crate) department: String,
    pub(crate) post: String,
    pub(crate) holder: Option<Uuid>,
    pub(crate) work: String,
    pub(crate) held_for: Option<String>,
}

/// The open work orders of the running cycles of these cases, the first of each first.
pub(crate) async fn open(
    pool: &PgPool,
    keys: &[Uuid],
) -> Result<BTreeMap<Uuid, Vec<BoardOrder>>, sqlx::Error> {
    let rows = sqlx::query_as!(
        BoardOrder,
        r#"select key as "key!", o.department, o.post, o.holder, o.work, o.held_for
           from portal.board_order o join portal.board_case c using (key, cycle)
           where key = any($1) and o.work not in ('completed', 'cancelled')
           order by o.since, o.work_order"#,
        keys,
    )
    .fetch_all(pool)
    .await?;
    let mut of_cases = BTreeMap::<Uuid, Vec<BoardOrder>>::new();
    for order in rows {
        of_cases.entry(order.key).or_default().push(order);
    }
    Ok(of_cases)
}

/// A work order lies with a post.
pub(crate) async fn offered(
    tx: &mut Tx<'_>,
    key: Uuid,
    fact: &WorkOrderOfferedV1,
) -> Result<(), sqlx::Error> {
    if let Some(split) = fact.split {
        know(tx, key, split.from).await?;
    }
    sqlx::query!(
        "insert into portal.board_order (work_order, key, cycle, since, department, post, work)
         values ($1, $2, $3, $4, $5, $6, 'offered')
         on conflict (work_order) do update
         set department = excluded.department, post = excluded.post, holder = null,
             work = 'offered', held_for = null",
        fact.work_order.uuid(),
        key,
        i32::from(fact.cycle.get()),
        fact.offered_at.to_sqlx() as _,
        fact.department.as_str(),
        fact.post.to_string(),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update portal.board_case set departments = departments || $2::text
         where key = $1 and $2 <> all(departments)",
        key,
        fact.department.as_str(),
    )
    .execute(&mut **tx)
    .await?;
    show(tx, key).await
}

/// Somebody has a work order: it was `claimed`, or `assigned` to them.
pub(crate) async fn taken(
    tx: &mut Tx<'_>,
    (key, work_order): (Uuid, WorkOrderId),
    worker: AccountId,
    work: &str,
) -> Result<(), sqlx::Error> {
    know(tx, key, work_order).await?;
    sqlx::query!(
        "update portal.board_order set holder = $2, work = $3, held_for = null
         where work_order = $1",
        work_order.uuid(),
        worker.uuid(),
        work,
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "update portal.board_case set workers = workers || $2::uuid
         where key = $1 and $2 <> all(workers)",
        key,
        worker.uuid(),
    )
    .execute(&mut **tx)
    .await?;
    show(tx, key).await
}

/// The work is so far.
pub(crate) async fn works(
    tx: &mut Tx<'_>,
    (key, work_order): (Uuid, WorkOrderId),
    work: &str,
) -> Result<(), sqlx::Error> {
    know(tx, key, work_order).await?;
    sqlx::query!(
        "update portal.board_order set work = $2, held_for = null where work_order = $1",
        work_order.uuid(),
        work,
    )
    .execute(&mut **tx)
    .await?;
    show(tx, key).await
}

/// The work waits for something, or no longer.
pub(crate) async fn held(
    tx: &mut Tx<'_>,
    (key, work_order): (Uuid, WorkOrderId),
    reason: Option<HoldReason>,
) -> Result<(), sqlx::Error> {
    know(tx, key, work_order).await?;
    sqlx::query!(
        "update portal.board_order set held_for = $2 where work_order = $1",
        work_order.uuid(),
        reason.map(HoldReason::word),
    )
    .execute(&mut **tx)
    .await?;
    show(tx, key).await
}

/// Two departments refused it: nobody has it until somebody decides.
pub(crate) async fn disputed(
    tx: &mut Tx<'_>,
    (key, work_order): (Uuid, WorkOrderId),
) -> Result<(), sqlx::Error> {
    know(tx, key, work_order).await?;
    sqlx::query!(
        "update portal.board_order set holder = null, work = 'disputed', held_for = null
         where work_order = $1",
        work_order.uuid(),
    )
    .execute(&mut **tx)
    .await?;
    show(tx, key).await
}

/// A work order that was offered before there were rows of them is what its case shows, and so is the
/// only one of a cycle: an earlier release that runs beside this one knows of one a cycle.
async fn know(tx: &mut Tx<'_>, key: Uuid, work_order: WorkOrderId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into portal.board_order
             (work_order, key, cycle, since, department, post, holder, work, held_for)
         select $2::uuid, key, cycle, received_at, department, post, holder, coalesce(work, 'offered'),
                held_for
         from portal.board_case where key = $1 and department is not null and post is not null
         on conflict (work_order) do update
         set holder = excluded.holder, work = excluded.work, held_for = excluded.held_for
         where portal.board_order.cycle = excluded.cycle
           and (portal.board_order.holder, portal.board_order.work, portal.board_order.held_for)
               is distinct from (excluded.holder, excluded.work, excluded.held_for)
           and (select count(*) from portal.board_order o
                where o.key = excluded.key and o.cycle = excluded.cycle) = 1",
        key,
        work_order.uuid(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Shows of a case what is known of the foremost work order of its running cycle.
async fn show(tx: &mut Tx<'_>, key: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update portal.board_case c
         set department = o.department, post = o.post, holder = o.holder, work = o.work,
             held_for = o.held_for
         from (select b.department, b.post, b.holder, b.work, b.held_for
               from portal.board_order b
               join portal.board_case r on r.key = b.key and r.cycle = b.cycle
               where b.key = $1
               order by b.work in ('completed', 'cancelled'), b.work = 'cancelled', b.since,
                        b.work_order
               limit 1) o
         where c.key = $1",
        key,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
