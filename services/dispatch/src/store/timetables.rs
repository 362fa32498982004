use std::collections::BTreeMap;

use clock::AccountId;
use dispatch_core::roster::Class;
use sqlx::{PgConnection, types::Json};

/// The classes of everybody who is in some.
pub(crate) async fn all(
    connection: &mut PgConnection,
) -> Result<BTreeMap<AccountId, Vec<Class>>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select account, classes as "classes: Json<Vec<Class>>" from dispatch.timetable"#
    );
    let rows = rows.fetch_all(connection).await?.into_iter();
    Ok(rows.map(|row| (AccountId::from_uuid(row.account), row.classes.0)).collect())
}

/// Makes these all classes of somebody. Whoever does has locked the roster.
pub(crate) async fn replace(
    connection: &mut PgConnection,
    account: AccountId,
    classes: &[Class],
) -> Result<(), sqlx::Error> {
    if classes.is_empty() {
        let id = account.uuid();
        let removed = sqlx::query!("delete from dispatch.timetable where account = $1", id);
        removed.execute(connection).await?;
        return Ok(());
    }
    sqlx::query!(
        "insert into dispatch.timetable (account, classes) values ($1, $2)
         on conflict (account) do update set classes = excluded.classes",
        account.uuid(),
        Json(classes) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
