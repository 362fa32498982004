//! What was left when somebody was shown the handover, for as long as they may sign for it.

use clock::AccountId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use uuid::Uuid;

use super::handovers::Left;

/// To whom it is shown, and its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) to: AccountId,
    pub(crate) version: &'a str,
}

/// Something of what came since: a work order, or a question about one.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) case_number: String,
    pub(crate) work_order: Uuid,
    /// Absent where the work order itself came.
    pub(crate) question: Option<Uuid>,
}

/// Keeps what is shown in the present shift.
pub(crate) async fn keep(
    connection: &mut PgConnection,
    Shown { to, version }: Shown<'_>,
    left: &Left,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into dispatch.handover_shown
             (shown_to, version, shown_at, handover, work_orders, questions)
         values ($1, $2, $3,
                 (select id from dispatch.handover order by left_at desc, id desc limit 1), $4, $5)
         on conflict (shown_to, version)
             do update set shown_at = excluded.shown_at, handover = excluded.handover",
        to.uuid(),
        version,
        now.to_sqlx() as _,
        &left.work_orders,
        &left.questions,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What was shown in the present shift, and not before `oldest`.
pub(crate) async fn find(
    connection: &mut PgConnection,
    Shown { to, version }: Shown<'_>,
    oldest: Timestamp,
) -> Result<Option<Left>, sqlx::Error> {
    sqlx::query_as!(
        Left,
        "select work_orders, questions from dispatch.handover_shown
         where shown_to = $1 and version = $2 and shown_at >= $3
           and handover is not distinct from
               (select id from dispatch.handover order by left_at desc, id desc limit 1)",
        to.uuid(),
        version,
        oldest.to_sqlx() as _,
    )
    .fetch_optional(connection)
    .await
}

/// Forgets what was shown before `oldest`.
pub(crate) async fn forget(
    connection: &mut PgConnection,
    oldest: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from dispatch.handover_shown where shown_at < $1", oldest.to_sqlx() as _)
        .execute(connection)
        .await?;
    Ok(())
}

/// What came, with the numbers of its cases: work orders and then questions, each in the order of
/// their ids, which is that of time.
pub(crate) async fn came(
    connection: &mut PgConnection,
    since: &Left,
) -> Result<Vec<Came>, sqlx::Error> {
    sqlx::query_as!(
        Came,
        r#"select w.number as "case_number!", o.id as "work_order!", null::uuid as question
           from dispatch.work_order o join dispatch.work w using (case_id) where o.id = any($1)
           union all
           select w.number, o.id, q.id
           from dispatch.question q join dispatch.work_order o on o.id = q.work_order
           join dispatch.work w using (case_id) where q.id = any($2)
           order by question nulls first, "work_order!""#,
        &since.work_orders,
        &since.questions,
    )
    .fetch_all(connection)
    .await
}
