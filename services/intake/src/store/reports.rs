use clock::CaseId;
use delivery::Tx;
use sqlx::PgConnection;

/// What came with a case and decides nothing.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) case: CaseId,
    /// The inventory id of the thing concerned.
    pub(crate) asset: Option<String>,
    /// What was said, sealed.
    pub(crate) words: Option<Vec<u8>>,
}

/// Keeps reports.
pub(crate) async fn insert(tx: &mut Tx<'_>, reports: &[Report]) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = reports.iter().map(|report| report.case.uuid()).collect();
    let assets: Vec<_> = reports.iter().map(|report| report.asset.as_deref()).collect();
    let words: Vec<_> = reports.iter().map(|report| report.words.as_deref()).collect();
    sqlx::query!(
        "insert into intake.reports (case_id, asset, words)
         select * from unnest($1::uuid[], $2::text[], $3::bytea[])",
        &ids,
        &assets as _,
        &words as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The report of a case, if it had one.
pub(crate) async fn load(
    connection: &mut PgConnection,
    case: CaseId,
) -> Result<Option<Report>, sqlx::Error> {
    let row =
        sqlx::query!("select asset, words from intake.reports where case_id = $1", case.uuid())
            .fetch_optional(connection)
            .await?;
    Ok(row.map(|row| Report { case, asset: row.asset, words: row.words }))
}
