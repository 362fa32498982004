//! The roster: its arrangements, and what others were told of it. Who holds which post is in
//! [`holders`](super::holders), who is in class when in [`timetables`].

use std::collections::{BTreeMap, BTreeSet};

use clock::{AccountId, ArrangementId};
use definitions::Rules;
use dispatch_core::roster::{Arrangement, REACHES_BACK, Roster};
use events::{
    dispatch::{RosterChangedV1, Stay},
    words::PostId,
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, types::Json};

use super::timetables;

/// The roster as far back as it must reach, with classes by the calendars of these definitions. Whoever
/// changes it has locked its aggregate.
pub(crate) async fn load(
    connection: &mut PgConnection,
    rules: &Rules,
    now: Timestamp,
) -> Result<Roster, sqlx::Error> {
    let held = sqlx::query!("select account, post from dispatch.holder")
        .fetch_all(&mut *connection)
        .await?;
    let mut holders = BTreeMap::<PostId, BTreeSet<AccountId>>::new();
    for row in held {
        let post = row.post.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        holders.entry(post).or_default().insert(AccountId::from_uuid(row.account));
    }
    let rows = sqlx::query_scalar!(
        r#"select arrangement as "arrangement: Json<Arrangement>"
           from dispatch.arrangement where over_at > $1"#,
        (now - REACHES_BACK).to_sqlx() as _,
    );
    let rows = rows.fetch_all(&mut *connection).await?.into_iter();
    let arrangements = rows.map(|Json(arrangement)| (arrangement.id, arrangement)).collect();
    let mut roster = Roster { holders, arrangements, ..Roster::default() };
    for (who, classes) in timetables::all(connection).await? {
        roster.attend(rules, who, &classes, now);
    }
    Ok(roster)
}

/// Any arrangement, over or not.
pub(crate) async fn find(
    connection: &mut PgConnection,
    id: ArrangementId,
) -> Result<Option<Arrangement>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        r#"select arrangement as "arrangement: Json<Arrangement>"
           from dispatch.arrangement where id = $1"#,
        id.uuid(),
    );
    Ok(found.fetch_optional(connection).await?.map(|Json(arrangement)| arrangement))
}

/// Writes an arrangement, new or ended early.
pub(crate) async fn save(
    connection: &mut PgConnection,
    arrangement: &Arrangement,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into dispatch.arrangement (id, arrangement, over_at) values ($1, $2, $3)
         on conflict (id) do update
         set arrangement = excluded.arrangement, over_at = excluded.over_at",
        arrangement.id.uuid(),
        Json(arrangement) as _,
        arrangement.over_at().to_sqlx() as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What others were told last, of each post of which they were told anything.
pub(crate) async fn told(
    connection: &mut PgConnection,
) -> Result<BTreeMap<String, Vec<Stay>>, sqlx::Error> {
    let rows =
        sqlx::query!(r#"select post, stays as "stays: Json<Vec<Stay>>" from dispatch.roster"#);
    let rows = rows.fetch_all(connection).await?.into_iter();
    Ok(rows.map(|row| (row.post, row.stays.0)).collect())
}

/// Notes what others are told.
pub(crate) async fn tell(
    connection: &mut PgConnection,
    changed: &RosterChangedV1,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into dispatch.roster (post, stays) values ($1, $2)
         on conflict (post) do update set stays = excluded.stays",
        changed.post.to_string(),
        Json(&changed.stays) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}
