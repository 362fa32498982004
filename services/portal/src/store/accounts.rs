//! Accounts as they are looked up one by one.

use std::collections::BTreeMap;

use clock::AccountId;
use events::words::PlaceId;
use sealing::Masters;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    personal::{Personal, Sealed},
    refusal::Refusal,
};
use delivery::Tx;

/// What a login needs.
pub(crate) struct Login {
    pub(crate) account: AccountId,
    /// Argon2id as a PHC string.
    pub(crate) password: Option<String>,
    pub(crate) is_closed: bool,
    /// Whether a file of people brought it.
    pub(crate) is_imported: bool,
}

/// The account of this login name.
pub(crate) async fn by_login(pool: &PgPool, login: &str) -> Result<Option<Login>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select id, password, closed_at is not null as "is_closed!", imported
           from portal.account where login = $1"#,
        login
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Login {
        account: AccountId::from_uuid(row.id),
        password: row.password,
        is_closed: row.is_closed,
        is_imported: row.imported,
    }))
}

/// The id of an account that is called by its login name; empty, if nobody is called. Whether there is
/// one is nobody's business who may not act on them, so one that there is not is nobody, whom the other
/// service refuses.
pub(crate) async fn called(pool: &PgPool, named: String) -> Result<String, sqlx::Error> {
    if named.is_empty() || named.parse::<AccountId>().is_ok() {
        return Ok(named);
    }
    let login = by_login(pool, &named).await?;
    let account = login.filter(|login| !login.is_closed).map(|login| login.account);
    Ok(account.unwrap_or(AccountId::from_uuid(Uuid::nil())).to_string())
}

/// The password that an account has, as a PHC string.
pub(crate) async fn password(
    pool: &PgPool,
    account: AccountId,
) -> Result<Option<String>, sqlx::Error> {
    let row =
        sqlx::query_scalar!("select password from portal.account where id = $1", account.uuid())
            .fetch_optional(pool)
            .await?;
    Ok(row.flatten())
}

/// Gives an account another password.
pub(crate) async fn set_password(
    tx: &mut Tx<'_>,
    account: AccountId,
    password: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!("update portal.account set password = $2 where id = $1", account.uuid(), password)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// An account that no file of people brought: the first administrator. `false` if the name is taken.
pub(crate) async fn insert_administrator(
    tx: &mut Tx<'_>,
    account: AccountId,
    login: &str,
    password: &str,
) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query!(
        "insert into portal.account (id, login, roles, level, password, imported)
         values ($1, $2, array['system-administrator'], 'confidential', $3, false)
         on conflict (login) do nothing",
        account.uuid(),
        login,
        password,
    )
    .execute(&mut **tx)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Whether a file of people was ever imported.
pub(crate) async fn has_people(pool: &PgPool) -> Result<bool, sqlx::Error> {
    let has = sqlx::query_scalar!(
        r#"select exists (select from portal.account where imported) as "has!""#
    );
    has.fetch_one(pool).await
}

/// An account as its owner sees it.
pub(crate) struct Own {
    pub(crate) login: String,
    pub(crate) posts: Vec<String>,
}

/// What an account is called and which posts it holds.
pub(crate) async fn own(pool: &PgPool, account: AccountId) -> Result<Option<Own>, sqlx::Error> {
    sqlx::query_as!(
        Own,
        r#"select coalesce(a.login, k.name) as "login!",
                  array(select post from portal.post_held where account = $1 order by post)
                      as "posts!"
           from (select $1::uuid as id) me
           left join portal.account a on a.id = me.id
           left join portal.api_key k on k.id = me.id
           where a.id is not null or k.id is not null"#,
        account.uuid()
    )
    .fetch_optional(pool)
    .await
}

/// The names of accounts, and of service accounts; those that were erased are left out.
pub(crate) async fn names(
    pool: &PgPool,
    masters: &Masters,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, String>, Refusal> {
    let ids: Vec<Uuid> = accounts.iter().map(|account| account.uuid()).collect();
    let keys = sqlx::query!("select id, name from portal.api_key where id = any($1)", &ids)
        .fetch_all(pool)
        .await?;
    let rows = sqlx::query!(
        r#"select a.id as "id!", a.login as "login!", a.name, k.key_id as "key_id?", k.wrapped as "wrapped?"
           from portal.account a left join portal.account_key k on k.account = a.id
           where a.id = any($1)"#,
        &ids
    )
    .fetch_all(pool)
    .await?;
    let mut names: BTreeMap<_, _> =
        keys.into_iter().map(|row| (AccountId::from_uuid(row.id), row.name)).collect();
    for row in rows {
        let account = AccountId::from_uuid(row.id);
        let name = match (row.name, row.key_id, row.wrapped) {
            (Some(name), Some(key_id), Some(wrapped)) => {
                let sealed =
                    Sealed { key_id, wrapped, name, phone: None, phone_index: None, more: None };
                sealed.open(masters, account)?.name
            }
            // The first administrator has no name, and who was erased has none any more.
            (None | Some(_), _, _) => row.login,
        };
        names.insert(account, name);
    }
    Ok(names)
}

/// Who holds each of these posts and can log in, by post; who was erased is left out.
pub(crate) async fn holders(
    pool: &PgPool,
    masters: &Masters,
    posts: &[String],
) -> Result<BTreeMap<String, Vec<Personal>>, Refusal> {
    let rows = sqlx::query!(
        r#"select h.post, a.id, a.name as "name!", a.phone, k.key_id, k.wrapped
           from portal.post_held h join portal.account a on a.id = h.account
           join portal.account_key k on k.account = a.id
           where h.post = any($1) and a.name is not null and a.closed_at is null
           order by h.post, a.login"#,
        posts
    )
    .fetch_all(pool)
    .await?;
    let mut holders = BTreeMap::<String, Vec<Personal>>::new();
    for row in rows {
        let (key_id, wrapped) = (row.key_id, row.wrapped);
        let sealed = Sealed {
            key_id,
            wrapped,
            name: row.name,
            phone: row.phone,
            phone_index: None,
            more: None,
        };
        let personal = sealed.open(masters, AccountId::from_uuid(row.id))?;
        holders.entry(row.post).or_default().push(personal);
    }
    Ok(holders)
}

/// The phone of an account that can log in; none of one that was erased.
pub(crate) async fn phone(
    pool: &PgPool,
    masters: &Masters,
    account: AccountId,
) -> Result<Option<String>, Refusal> {
    let row = sqlx::query!(
        r#"select a.name as "name!", a.phone, k.key_id, k.wrapped
           from portal.account a join portal.account_key k on k.account = a.id
           where a.id = $1 and a.name is not null and a.closed_at is null"#,
        account.uuid()
    )
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (key_id, wrapped) = (row.key_id, row.wrapped);
    let sealed =
        Sealed { key_id, wrapped, name: row.name, phone: row.phone, phone_index: None, more: None };
    Ok(sealed.open(masters, account)?.phone)
}

/// Where an account lives, if the file of people says so.
pub(crate) async fn home(
    pool: &PgPool,
    masters: &Masters,
    account: AccountId,
) -> Result<Option<PlaceId>, Refusal> {
    let row = sqlx::query!(
        r#"select a.name as "name!", a.more, k.key_id, k.wrapped
           from portal.account a join portal.account_key k on k.account = a.id
           where a.id = $1 and a.name is not null and a.more is not null"#,
        account.uuid()
    )
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (key_id, wrapped, name, more) = (row.key_id, row.wrapped, row.name, row.more);
    let sealed = Sealed { key_id, wrapped, name, phone: None, phone_index: None, more };
    Ok(sealed.open(masters, account)?.more.home)
}
