use clock::CaseId;
use events::words::CaseNumber;
use sqlx::{PgConnection, types::Json};

use crate::tell::Matter;

/// What messages say of a case, if it was accepted. Whoever writes it has locked its aggregate.
pub(crate) async fn load(
    connection: &mut PgConnection,
    id: CaseId,
) -> Result<Option<Matter>, sqlx::Error> {
    let state = sqlx::query_scalar!(
        r#"select state as "state: Json<Matter>" from notification.matter where case_id = $1"#,
        id.uuid(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(state.map(|Json(matter)| matter))
}

/// The case of this number.
pub(crate) async fn by_number(
    connection: &mut PgConnection,
    number: CaseNumber,
) -> Result<Option<CaseId>, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "select case_id from notification.matter where state ->> 'number' = $1",
        number.to_string(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(CaseId::from_uuid))
}

/// Writes it, if it has changed.
pub(crate) async fn save(
    connection: &mut PgConnection,
    id: CaseId,
    matter: &Matter,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into notification.matter as before (case_id, state, level) values ($1, $2, $3)
         on conflict (case_id) do update set state = excluded.state, level = excluded.level
         where before.state is distinct from excluded.state",
        id.uuid(),
        Json(matter) as _,
        matter.level.word(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
