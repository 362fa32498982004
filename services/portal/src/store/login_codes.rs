//! Logins that the command line has not come for yet.

use clock::AccountId;
use delivery::Tx;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::secret::Hash;

/// A login that waits, and what it takes to have it.
pub(crate) struct Waiting {
    pub(crate) account: AccountId,
    pub(crate) authenticated_at: Timestamp,
    pub(crate) by: String,
    pub(crate) challenge: String,
    pub(crate) expires_at: Timestamp,
}

/// Keeps one under its code.
pub(crate) async fn insert(
    tx: &mut Tx<'_>,
    code: &Hash,
    waiting: &Waiting,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into portal.login_code
             (code_hash, account, challenge, proved_by, authenticated_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        code.bytes(),
        waiting.account.uuid(),
        waiting.challenge.as_str(),
        waiting.by.as_str(),
        waiting.authenticated_at.to_sqlx() as _,
        waiting.expires_at.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Takes the one of this code, in time or not; none of an account that was closed meanwhile.
pub(crate) async fn take(tx: &mut Tx<'_>, code: &Hash) -> Result<Option<Waiting>, sqlx::Error> {
    let row = sqlx::query!(
        "delete from portal.login_code c using portal.account a
         where c.code_hash = $1 and a.id = c.account and a.closed_at is null
         returning c.account, c.challenge, c.proved_by, c.authenticated_at, c.expires_at",
        code.bytes(),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(row.map(|row| Waiting {
        account: AccountId::from_uuid(row.account),
        authenticated_at: row.authenticated_at.to_jiff(),
        by: row.proved_by,
        challenge: row.challenge,
        expires_at: row.expires_at.to_jiff(),
    }))
}

/// Forgets those that nobody came for before `machine`.
pub(crate) async fn delete_expired(tx: &mut Tx<'_>, machine: Timestamp) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from portal.login_code where expires_at < $1", machine.to_sqlx() as _)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
