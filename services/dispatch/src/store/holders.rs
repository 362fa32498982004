use clock::AccountId;
use events::words::PostId;
use sqlx::PgConnection;
use uuid::Uuid;

/// Somebody who holds a post.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Holder {
    /// Who.
    pub(crate) account: AccountId,
    /// Which post.
    pub(crate) post: PostId,
}

/// How many holders came and went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Replaced {
    pub(crate) added: u64,
    pub(crate) removed: u64,
}

/// Makes these the holders of all posts. Whoever does has locked the roster.
pub(crate) async fn replace(
    connection: &mut PgConnection,
    holders: &[Holder],
) -> Result<Replaced, sqlx::Error> {
    let accounts: Vec<Uuid> = holders.iter().map(|holder| holder.account.uuid()).collect();
    let posts: Vec<String> = holders.iter().map(|holder| holder.post.to_string()).collect();
    let removed = sqlx::query!(
        "delete from dispatch.holder h where not exists (
             select from unnest($1::uuid[], $2::text[]) as n(account, post)
             where (n.account, n.post) = (h.account, h.post))",
        &accounts,
        &posts,
    )
    .execute(&mut *connection)
    .await?;
    let added = sqlx::query!(
        "insert into dispatch.holder (account, post)
         select * from unnest($1::uuid[], $2::text[])
         on conflict do nothing",
        &accounts,
        &posts,
    )
    .execute(connection)
    .await?;
    Ok(Replaced { added: added.rows_affected(), removed: removed.rows_affected() })
}

/// Takes note of what the portal says now; false if it has said something later. Whoever does has locked
/// the roster.
pub(crate) async fn is_latest(
    connection: &mut PgConnection,
    version: i64,
) -> Result<bool, sqlx::Error> {
    let noted = sqlx::query!(
        "insert into dispatch.holders_version as before (version) values ($1)
         on conflict (one) do update set version = excluded.version
         where before.version <= excluded.version",
        version,
    )
    .execute(connection)
    .await?;
    Ok(noted.rows_affected() > 0)
}
