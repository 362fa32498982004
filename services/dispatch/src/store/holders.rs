use clock::AccountId;
use events::words::{DepartmentId, PostId};
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

/// Whether somebody holds a post of a department.
pub(crate) async fn is_of(
    connection: &mut PgConnection,
    account: AccountId,
    department: &DepartmentId,
) -> Result<bool, sqlx::Error> {
    let holds = sqlx::query_scalar!(
        r#"select exists (select from dispatch.holder
                          where account = $1 and split_part(post, '/', 1) = $2) as "holds!""#,
        account.uuid(),
        department.as_str(),
    );
    holds.fetch_one(connection).await
}

/// Makes these the holders of all posts. Two imports at once come one after the other.
pub(crate) async fn replace(
    connection: &mut PgConnection,
    holders: &[Holder],
) -> Result<Replaced, sqlx::Error> {
    sqlx::query!("lock table dispatch.holder in share row exclusive mode")
        .execute(&mut *connection)
        .await?;
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
