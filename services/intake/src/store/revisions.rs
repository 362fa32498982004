use delivery::Tx;
use events::words::Revision;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// Notes that a revision was applied, by whom and when.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    revision: Revision,
    at: Timestamp,
    by: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into intake.revisions (revision, applied_at, applied_by) values ($1, $2, $3)",
        i64::from(revision.0),
        at.to_sqlx() as _,
        by,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// When a revision was applied.
pub(crate) async fn applied_at(
    connection: &mut PgConnection,
    revision: Revision,
) -> Result<Option<Timestamp>, sqlx::Error> {
    let at = sqlx::query_scalar!(
        "select applied_at from intake.revisions where revision = $1",
        i64::from(revision.0),
    )
    .fetch_optional(connection)
    .await?;
    Ok(at.map(jiff_sqlx::Timestamp::to_jiff))
}
