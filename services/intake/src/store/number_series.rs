use jiff::civil::Date;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgPool;

/// Takes the next `count` numbers of a month in a transaction of its own; answers the last of them.
pub(crate) async fn take(pool: &PgPool, month: Date, count: i32) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!(
        "insert into intake.number_series as s (month, last) values ($1, $2)
         on conflict (month) do update set last = s.last + excluded.last
         returning last",
        month.to_sqlx() as _,
        count,
    )
    .fetch_one(pool)
    .await
}
