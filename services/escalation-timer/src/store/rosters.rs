//! A copy of dispatch's roster: at which posts somebody is at work.

use std::collections::BTreeSet;

use events::{
    dispatch::{RosterChangedV1, Stay},
    words::PostId,
};
use jiff::Timestamp;
use sqlx::{PgConnection, types::Json};

/// Keeps what was said of a post; what was said before is over.
pub(crate) async fn keep(
    connection: &mut PgConnection,
    changed: &RosterChangedV1,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into escalation_timer.roster (post, stays) values ($1, $2)
         on conflict (post) do update set stays = excluded.stays",
        changed.post.to_string(),
        Json(&changed.stays) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Those of these posts that nobody is at work at. One of which nothing was heard is not among them.
pub(crate) async fn unattended(
    connection: &mut PgConnection,
    posts: &BTreeSet<PostId>,
    at: Timestamp,
) -> Result<BTreeSet<PostId>, sqlx::Error> {
    if posts.is_empty() {
        return Ok(BTreeSet::new());
    }
    let asked: Vec<String> = posts.iter().map(ToString::to_string).collect();
    let rows = sqlx::query!(
        r#"select post, stays as "stays: Json<Vec<Stay>>"
           from escalation_timer.roster where post = any($1)"#,
        &asked,
    )
    .fetch_all(connection)
    .await?;
    let empty = rows.into_iter().filter(|row| !row.stays.iter().any(|stay| stay.includes(at)));
    Ok(empty.filter_map(|row| row.post.parse().ok()).collect())
}
