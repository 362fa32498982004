use clock::WorkOrderId;
use ring::rand::SystemRandom;
use sealing::{Masters, Place, WrappedKey};
use sqlx::PgConnection;

use delivery::Fault;

/// Keeps what was done in the worker's own words, sealed with a key of its own.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    masters: &Masters,
    work_order: WorkOrderId,
    words: &str,
) -> Result<(), Fault> {
    let random = SystemRandom::new();
    let place = Place { field: "note", owner: work_order.uuid().into_bytes() };
    let (key, WrappedKey { by, wrapped }) =
        masters.new_key(place.owner, &random).map_err(Fault::own)?;
    let sealed = key.seal(place, words, &random).map_err(Fault::own)?;
    sqlx::query!(
        "insert into dispatch.note (work_order, key_id, wrapped, sealed) values ($1, $2, $3, $4)",
        work_order.uuid(),
        by.bytes(),
        wrapped,
        sealed,
    )
    .execute(connection)
    .await?;
    Ok(())
}
