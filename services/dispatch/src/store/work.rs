use clock::{CaseId, WorkOrderId};
use dispatch_core::{Order, State, Work};
use events::{
    intake::Promise,
    words::{CaseNumber, Cycle},
};
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, types::Json};

use crate::{board::Board, record::Case};

/// The row of one case.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) state: Json<State>,
    pub(super) number: String,
    pub(super) cycle: i32,
    pub(super) promise: Option<Json<Promise>>,
    pub(super) rung: i16,
}

impl TryFrom<Row> for Case {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let cycle = u16::try_from(row.cycle).ok().and_then(Cycle::new);
        let board = Board {
            number: row.number.parse::<CaseNumber>().map_err(undecodable)?,
            cycle: cycle.ok_or_else(|| undecodable("a cycle is from 1 to 65535"))?,
            promise: row.promise.map(|Json(promise)| promise),
            rung: u8::try_from(row.rung).map_err(undecodable)?,
        };
        Ok(Self { state: row.state.0, board })
    }
}

fn undecodable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> sqlx::Error {
    sqlx::Error::Decode(cause.into())
}

/// The case, if it was accepted. Whoever is to change it has locked its aggregate.
pub(crate) async fn load(
    connection: &mut PgConnection,
    id: CaseId,
) -> Result<Option<Case>, sqlx::Error> {
    let row = sqlx::query_as!(
        Row,
        r#"select state as "state: Json<State>", number, cycle,
                  promise as "promise: Json<Promise>", rung
           from dispatch.work where case_id = $1"#,
        id.uuid(),
    )
    .fetch_optional(connection)
    .await?;
    row.map(Case::try_from).transpose()
}

/// The case to which a work order belongs.
pub(crate) async fn case_of(
    connection: &mut PgConnection,
    work_order: WorkOrderId,
) -> Result<Option<CaseId>, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "select case_id from dispatch.work_order where id = $1",
        work_order.uuid()
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(CaseId::from_uuid))
}

/// Writes a case and its work orders.
pub(crate) async fn save(
    connection: &mut PgConnection,
    id: CaseId,
    case: &Case,
) -> Result<(), sqlx::Error> {
    let Case { state, board } = case;
    let escalated_to: Vec<String> = state
        .work()
        .map(|work| work.escalated_to.iter().map(ToString::to_string).collect())
        .unwrap_or_default();
    let reporters: Vec<_> = state
        .work()
        .map(|work| work.reporters.iter().map(|person| person.uuid()).collect())
        .unwrap_or_default();
    sqlx::query!(
        "insert into dispatch.work
             (case_id, state, number, cycle, promise, rung, escalated_to, reporters)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (case_id) do update
         set state = excluded.state, cycle = excluded.cycle, promise = excluded.promise,
             rung = excluded.rung, escalated_to = excluded.escalated_to,
             reporters = excluded.reporters",
        id.uuid(),
        Json(state) as _,
        board.number.to_string(),
        i32::from(board.cycle.get()),
        board.promise.as_ref().map(Json) as _,
        i16::from(board.rung),
        &escalated_to,
        &reporters,
    )
    .execute(&mut *connection)
    .await?;
    if let Some(work) = state.work() {
        for order in &work.orders {
            save_order(connection, id, work, order).await?;
        }
    }
    Ok(())
}

async fn save_order(
    connection: &mut PgConnection,
    case: CaseId,
    work: &Work,
    order: &Order,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into dispatch.work_order as before
             (id, case_id, department, level, urgency, status, claimed_by, offered_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (id) do update
         set department = excluded.department, level = excluded.level, urgency = excluded.urgency,
             status = excluded.status, claimed_by = excluded.claimed_by,
             offered_at = excluded.offered_at
         where (before.department, before.level, before.urgency, before.status, before.claimed_by,
                before.offered_at)
             is distinct from (excluded.department, excluded.level, excluded.urgency,
                excluded.status, excluded.claimed_by, excluded.offered_at)",
        order.id.uuid(),
        case.uuid(),
        order.department().as_str(),
        work.level.word(),
        work.urgency.word(),
        order.status.word(),
        order.status.worker().map(clock::AccountId::uuid),
        order.offer.at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
