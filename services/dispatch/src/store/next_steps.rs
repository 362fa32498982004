use std::collections::BTreeMap;

use clock::WorkOrderId;
use delivery::Fault;
use ring::rand::SystemRandom;
use sealing::{Masters, Place, Sealed};
use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps what comes next in the words of who completed a work order, sealed with a key of its own.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    masters: &Masters,
    work_order: WorkOrderId,
    words: &str,
) -> Result<(), Fault> {
    let sealed = Sealed::seal(masters, place(work_order), words, &SystemRandom::new());
    let Sealed { key, words } = sealed.map_err(Fault::own)?;
    sqlx::query!(
        "insert into dispatch.next_steps (work_order, key_id, wrapped, sealed)
         values ($1, $2, $3, $4)",
        work_order.uuid(),
        key.by.bytes(),
        key.wrapped,
        words,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What comes next, of those of these work orders of which it was said.
pub(crate) async fn load(
    connection: &mut PgConnection,
    masters: &Masters,
    work_orders: &[WorkOrderId],
) -> Result<BTreeMap<WorkOrderId, String>, Fault> {
    let ids: Vec<Uuid> = work_orders.iter().copied().map(WorkOrderId::uuid).collect();
    let rows = sqlx::query!(
        "select work_order, key_id, wrapped, sealed from dispatch.next_steps
         where work_order = any($1)",
        &ids,
    )
    .fetch_all(connection)
    .await?;
    let opened = rows.into_iter().map(|row| {
        let work_order = WorkOrderId::from_uuid(row.work_order);
        let sealed = Sealed::of_row(&row.key_id, row.wrapped, row.sealed).map_err(Fault::own)?;
        Ok((work_order, sealed.open(masters, place(work_order)).map_err(Fault::own)?))
    });
    opened.collect()
}

const fn place(work_order: WorkOrderId) -> Place<'static> {
    Place { field: "next-steps", owner: work_order.uuid().into_bytes() }
}
