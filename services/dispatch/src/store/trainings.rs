use clock::AccountId;
use events::words::ItemId;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;

/// For what somebody was trained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Training {
    pub(crate) account: AccountId,
    pub(crate) item: ItemId,
    pub(crate) recorded_at: Timestamp,
}

/// All that are recorded, by account and item.
pub(crate) async fn all(connection: &mut PgConnection) -> Result<Vec<Training>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select account, item, recorded_at as "recorded_at: jiff_sqlx::Timestamp"
           from dispatch.training order by account, item"#,
    );
    let rows = rows.fetch_all(connection).await?.into_iter();
    let trainings = rows.map(|row| {
        let item = row.item.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        let (account, recorded_at) = (AccountId::from_uuid(row.account), row.recorded_at.to_jiff());
        Ok(Training { account, item, recorded_at })
    });
    trainings.collect()
}

/// Whether somebody was trained for an item.
pub(crate) async fn is_recorded(
    connection: &mut PgConnection,
    account: AccountId,
    item: &ItemId,
) -> Result<bool, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from dispatch.training where account = $1 and item = $2) as "is!""#,
        account.uuid(),
        item.as_str(),
    );
    found.fetch_one(connection).await
}

/// Records one that is not recorded. Whoever does has locked the roster.
pub(crate) async fn record(
    connection: &mut PgConnection,
    training: &Training,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into dispatch.training (account, item, recorded_at) values ($1, $2, $3)",
        training.account.uuid(),
        training.item.as_str(),
        training.recorded_at.to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets one. Whoever does has locked the roster.
pub(crate) async fn revoke(
    connection: &mut PgConnection,
    account: AccountId,
    item: &ItemId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from dispatch.training where account = $1 and item = $2",
        account.uuid(),
        item.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(())
}
