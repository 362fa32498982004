//! Alarms that notification has not taken yet.

use clock::CaseId;
use delivery::Tx;
use sqlx::PgConnection;

/// Keeps what is to be handed over; what waits already goes first, and the broker brings the other.
pub(crate) async fn insert(tx: &mut Tx<'_>, case: CaseId, event: &[u8]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into intake.alarm (case_id, event) values ($1, $2)
         on conflict (case_id) do nothing",
        case.uuid(),
        event,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What is to be handed over, the oldest first.
pub(crate) async fn waiting(
    connection: &mut PgConnection,
    most: u32,
) -> Result<Vec<(CaseId, Vec<u8>)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select case_id, event from intake.alarm order by case_id limit $1",
        i64::from(most),
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (CaseId::from_uuid(row.case_id), row.event)).collect())
}

/// Notification has it.
pub(crate) async fn delete(connection: &mut PgConnection, case: CaseId) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from intake.alarm where case_id = $1", case.uuid())
        .execute(connection)
        .await?;
    Ok(())
}
