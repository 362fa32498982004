//! A copy of dispatch's roster, as far as somebody sees more by it than by the posts that they hold.

use delivery::Tx;
use events::dispatch::RosterChangedV1;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

/// Keeps who stands in at a post; what was said of it before is over.
pub(crate) async fn keep(tx: &mut Tx<'_>, changed: &RosterChangedV1) -> Result<(), sqlx::Error> {
    let post = changed.post.to_string();
    sqlx::query!("delete from portal.stand_in where post = $1", post).execute(&mut **tx).await?;
    let stand_ins: Vec<_> = changed.stays.iter().filter(|stay| stay.stands_in).collect();
    let accounts: Vec<Uuid> = stand_ins.iter().map(|stay| stay.account.uuid()).collect();
    let as_sqlx = |at: Option<Timestamp>| at.map(ToSqlx::to_sqlx);
    let from: Vec<_> = stand_ins.iter().map(|stay| as_sqlx(stay.from)).collect();
    let until: Vec<_> = stand_ins.iter().map(|stay| as_sqlx(stay.until)).collect();
    sqlx::query!(
        "insert into portal.stand_in (post, account, from_at, until_at)
         select $1, n.account, n.from_at, n.until_at
         from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[])
              as n(account, from_at, until_at)",
        post,
        &accounts,
        &from as _,
        &until as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
