//! Accounts as the file of people changes them: all at once.

use std::collections::BTreeSet;

use clock::{AccountId, PersonId};
use delivery::Tx;
use events::words::{DepartmentId, Level};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sealing::Masters;
use uuid::Uuid;

use crate::{
    people::{Known, Row},
    personal::{Personal, Sealed},
    refusal::Refusal,
};

/// Every account as it is, by login name. What a newer release wrote and this one cannot read
/// counts as different from all that a file can say.
pub(crate) async fn known(tx: &mut Tx<'_>, masters: &Masters) -> Result<Vec<Known>, Refusal> {
    let rows = sqlx::query!(
        r#"select a.id, a.login, a.roles, a.department, a.level, a.name, a.phone, a.more, a.imported,
                  a.closed_at is not null as "is_closed!", k.key_id as "key_id?",
                  k.wrapped as "wrapped?",
                  array(select post from portal.post_held h where h.account = a.id) as "posts!"
           from portal.account a left join portal.account_key k on k.account = a.id
           order by a.login"#
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut known = Vec::with_capacity(rows.len());
    for row in rows {
        let account = AccountId::from_uuid(row.id);
        let personal =
            opened(masters, account, [row.name, row.phone, row.more], (row.key_id, row.wrapped))?;
        known.push(Known {
            account,
            row: Row {
                login: row.login,
                personal,
                roles: row.roles.iter().filter_map(|role| role.parse().ok()).collect(),
                department: row.department.and_then(|id| id.parse().ok()),
                posts: row.posts.iter().filter_map(|post| post.parse().ok()).collect(),
                level: row.level.parse().unwrap_or(Level::Public),
                formerly: None,
            },
            imported: row.imported,
            is_closed: row.is_closed,
        });
    }
    Ok(known)
}

/// Who an account is; nobody where it has no name, or its key was destroyed.
pub(super) fn opened(
    masters: &Masters,
    account: AccountId,
    [name, phone, more]: [Option<Vec<u8>>; 3],
    (key_id, wrapped): (Option<Vec<u8>>, Option<Vec<u8>>),
) -> Result<Personal, Refusal> {
    match (name, key_id, wrapped) {
        (Some(name), Some(key_id), Some(wrapped)) => {
            let sealed = Sealed { key_id, wrapped, name, phone, phone_index: None, more };
            Ok(sealed.open(masters, account)?)
        }
        (None | Some(_), _, _) => Ok(Personal::default()),
    }
}

/// An account to be written as the file says; `person` counts only where there is none yet.
pub(crate) struct Written<'a> {
    pub(crate) account: AccountId,
    pub(crate) person: Option<PersonId>,
    pub(crate) row: &'a Row,
    pub(crate) sealed: Sealed,
}

/// Writes accounts with their keys and posts. A password is given to those that have none.
pub(crate) async fn write(
    tx: &mut Tx<'_>,
    people: &[Written<'_>],
    password: Option<&str>,
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = people.iter().map(|one| one.account.uuid()).collect();
    accounts(tx, &ids, people, password).await?;
    let key_ids: Vec<_> = people.iter().map(|one| &one.sealed.key_id[..]).collect();
    let wrapped: Vec<_> = people.iter().map(|one| &one.sealed.wrapped[..]).collect();
    sqlx::query!(
        "insert into portal.account_key (account, key_id, wrapped)
         select * from unnest($1::uuid[], $2::bytea[], $3::bytea[])
         on conflict (account) do update
         set key_id = excluded.key_id, wrapped = excluded.wrapped",
        &ids,
        &key_ids as _,
        &wrapped as _,
    )
    .execute(&mut **tx)
    .await?;
    posts(tx, &ids, people).await
}

async fn accounts(
    tx: &mut Tx<'_>,
    ids: &[Uuid],
    people: &[Written<'_>],
    password: Option<&str>,
) -> Result<(), sqlx::Error> {
    let logins: Vec<_> = people.iter().map(|one| one.row.login.as_str()).collect();
    // An array of arrays must have rows of one length; a text of words need not.
    let words = |one: &Written<'_>| {
        one.row.roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(" ")
    };
    let roles: Vec<_> = people.iter().map(words).collect();
    let departments: Vec<_> =
        people.iter().map(|one| one.row.department.as_ref().map(DepartmentId::as_str)).collect();
    let levels: Vec<_> = people.iter().map(|one| one.row.level.word()).collect();
    let persons: Vec<_> = people.iter().map(|one| one.person.map(PersonId::uuid)).collect();
    let names: Vec<_> = people.iter().map(|one| &one.sealed.name[..]).collect();
    let phones: Vec<_> = people.iter().map(|one| one.sealed.phone.as_deref()).collect();
    let indexes: Vec<_> = people.iter().map(|one| one.sealed.phone_index.as_deref()).collect();
    let more: Vec<_> = people.iter().map(|one| one.sealed.more.as_deref()).collect();
    sqlx::query!(
        "insert into portal.account (id, login, roles, department, level, person, name, phone,
                                     phone_index, more, password, imported)
         select id, login, string_to_array(roles, ' '), department, level, person, name, phone,
                phone_index, more, $11, true
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[],
                     $7::bytea[], $8::bytea[], $9::bytea[], $10::bytea[])
             as p(id, login, roles, department, level, person, name, phone, phone_index, more)
         on conflict (id) do update
         set login = excluded.login, more = excluded.more, roles = excluded.roles, department = excluded.department, level = excluded.level,
             person = coalesce(portal.account.person, excluded.person), name = excluded.name,
             phone = excluded.phone, phone_index = excluded.phone_index,
             password = coalesce(portal.account.password, excluded.password), imported = true,
             closed_at = null",
        ids,
        &logins as _,
        &roles,
        &departments as _,
        &levels as _,
        &persons as _,
        &names as _,
        &phones as _,
        &indexes as _,
        &more as _,
        password,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn posts(tx: &mut Tx<'_>, ids: &[Uuid], people: &[Written<'_>]) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from portal.post_held where account = any($1)", ids)
        .execute(&mut **tx)
        .await?;
    let held = people
        .iter()
        .flat_map(|one| one.row.posts.iter().map(|post| (one.account.uuid(), post.to_string())));
    let (accounts, posts): (Vec<_>, Vec<_>) = held.unzip();
    sqlx::query!(
        "insert into portal.post_held (account, post) select * from unnest($1::uuid[], $2::text[])",
        &accounts,
        &posts,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Closes accounts: they hold no post any more, and their sessions end.
pub(crate) async fn close(
    tx: &mut Tx<'_>,
    accounts: &BTreeSet<AccountId>,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let ids: Vec<_> = accounts.iter().map(|account| account.uuid()).collect();
    sqlx::query!(
        "with ended as (delete from portal.session where account = any($1)),
              freed as (delete from portal.post_held where account = any($1))
         update portal.account set closed_at = $2 where id = any($1)",
        &ids,
        now.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Who holds which post: (account, post).
pub(crate) async fn holders(tx: &mut Tx<'_>) -> Result<Vec<(AccountId, String)>, sqlx::Error> {
    let rows = sqlx::query!("select account, post from portal.post_held order by account, post")
        .fetch_all(&mut **tx)
        .await?;
    Ok(rows.into_iter().map(|row| (AccountId::from_uuid(row.account), row.post)).collect())
}

/// The number of what dispatch is told next of them: greater than all before it, also after the store was
/// restored from a backup that does not know the last ones. Whoever takes it has locked the people.
pub(crate) async fn next_version(tx: &mut Tx<'_>, machine: Timestamp) -> Result<u64, sqlx::Error> {
    let version = sqlx::query_scalar!(
        "insert into portal.hand_over as before (version) values ($1)
         on conflict (one) do update set version = greatest(before.version + 1, excluded.version)
         returning version",
        machine.as_microsecond(),
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(version.unsigned_abs())
}

/// A requester under the id that intake knows them by.
pub(crate) struct Requester {
    pub(crate) account: AccountId,
    pub(crate) person: PersonId,
    pub(crate) personal: Personal,
}

/// Everybody with an open account who may ask for something, or once did.
pub(crate) async fn requesters(
    tx: &mut Tx<'_>,
    masters: &Masters,
) -> Result<Vec<Requester>, Refusal> {
    let rows = sqlx::query!(
        r#"select a.id, a.person as "person!", a.name as "name!", a.phone, a.more, k.key_id,
                  k.wrapped
           from portal.account a join portal.account_key k on k.account = a.id
           where a.person is not null and a.name is not null and a.closed_at is null
             and a.roles && '{requester,graduate}'
           order by a.id"#
    )
    .fetch_all(&mut **tx)
    .await?;
    let requester = |account, person, sealed: Sealed| {
        let personal = sealed.open(masters, account)?;
        Ok(Requester { account, person: PersonId::from_uuid(person), personal })
    };
    rows.into_iter()
        .map(|row| {
            let (key_id, wrapped, name, phone) = (row.key_id, row.wrapped, row.name, row.phone);
            let sealed = Sealed { key_id, wrapped, name, phone, phone_index: None, more: row.more };
            requester(AccountId::from_uuid(row.id), row.person, sealed)
        })
        .collect()
}
