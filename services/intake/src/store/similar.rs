use clock::CaseId;
use events::words::{ItemId, PlaceId};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// The open cases of an item at one of these places that were received since. Who may see which of them,
/// [`list`](super::list) says: these are for its filter alone.
pub(crate) async fn candidates(
    connection: &mut PgConnection,
    item: &ItemId,
    places: &[PlaceId],
    since: Timestamp,
) -> Result<Vec<CaseId>, sqlx::Error> {
    let places: Vec<_> = places.iter().map(ToString::to_string).collect();
    let ids = sqlx::query_scalar!(
        "select id from intake.cases
         where status = 'open' and item = $1 and received_at >= $2 and place = any($3)",
        item.as_str(),
        since.to_sqlx() as _,
        &places,
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(CaseId::from_uuid).collect())
}
