//! Logins that are not over.

use clock::{AccountId, PersonId};
use delivery::Tx;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;

use crate::{account::Standing, secret::Hash};

/// A session and whose it is, whether it still counts or not.
pub(crate) struct Session {
    pub(crate) standing: Standing,
    pub(crate) authenticated_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) is_closed: bool,
}

/// The session of this token.
///
/// Their posts are those that they hold, and those that they stand in at `now`, in the service's time.
pub(crate) async fn find(
    pool: &PgPool,
    token: &Hash,
    now: Timestamp,
) -> Result<Option<Session>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select a.id, a.person, a.roles, a.department, a.level,
                  array(select post from portal.post_held h where h.account = a.id
                        union
                        select post from portal.stand_in i
                        where i.account = a.id and coalesce(i.from_at <= $2, true)
                              and coalesce($2 < i.until_at, true)) as "posts!",
                  a.closed_at is not null as "is_closed!", s.authenticated_at, s.expires_at
           from portal.session s join portal.account a on a.id = s.account
           where s.token_hash = $1"#,
        token.bytes(),
        now.to_sqlx() as _,
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Session {
        standing: Standing {
            account: AccountId::from_uuid(row.id),
            person: row.person.map(PersonId::from_uuid),
            roles: row.roles,
            department: row.department,
            posts: row.posts,
            level: row.level,
        },
        authenticated_at: row.authenticated_at.to_jiff(),
        expires_at: row.expires_at.to_jiff(),
        is_closed: row.is_closed,
    }))
}

/// Opens one.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    token: &Hash,
    account: AccountId,
    authenticated_at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into portal.session (token_hash, account, authenticated_at, expires_at)
         values ($1, $2, $3, $4)",
        token.bytes(),
        account.uuid(),
        authenticated_at.to_sqlx() as _,
        expires_at.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Ends one.
pub(crate) async fn delete(tx: &mut Tx<'_>, token: &Hash) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from portal.session where token_hash = $1", token.bytes())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends all of an account but one.
pub(crate) async fn delete_others(
    tx: &mut Tx<'_>,
    account: AccountId,
    kept: &Hash,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "delete from portal.session where account = $1 and token_hash <> $2",
        account.uuid(),
        kept.bytes()
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets those that were over before `before`. Until then their bearer is told that they are over.
pub(crate) async fn delete_expired(tx: &mut Tx<'_>, before: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from portal.session where expires_at < $1", before.to_sqlx() as _)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
