//! The last import of people: what it changed, kept until it is undone or another takes its place.
//!
//! Rows are copied as they are, sealed: nothing is opened to keep or to restore them.

use clock::AccountId;
use delivery::Tx;
use events::words::Level;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sealing::Masters;
use uuid::Uuid;

use super::people::opened;
use crate::{
    people::{Known, Row, Touched},
    refusal::Refusal,
};

/// When an account is kept: as the import found it, or as it left it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum State {
    Before,
    After,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// Keeps these accounts as they are now.
pub(crate) async fn keep(
    tx: &mut Tx<'_>,
    accounts: &[Uuid],
    state: State,
    imported_at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into portal.people_import
             (account, state, imported_at, login, roles, department, level, name, phone, phone_index,
              more, imported, closed_at, key_id, wrapped, posts)
         select a.id, $2::text, $3::timestamptz, a.login, a.roles, a.department, a.level, a.name, a.phone,
                a.phone_index, a.more, a.imported, a.closed_at, k.key_id, k.wrapped,
                array(select post from portal.post_held h where h.account = a.id order by post)
         from portal.account a left join portal.account_key k on k.account = a.id
         where a.id = any($1)",
        accounts,
        state.word(),
        imported_at.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Forgets the import that is kept: nothing is left to be undone.
pub(crate) async fn forget(tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from portal.people_import").execute(&mut **tx).await?;
    Ok(())
}

/// When the import that is kept was made; none if nothing is kept.
pub(crate) async fn imported_at(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, sqlx::Error> {
    let at = sqlx::query_scalar!(
        r#"select imported_at as "at: jiff_sqlx::Timestamp" from portal.people_import limit 1"#
    );
    Ok(at.fetch_optional(&mut **tx).await?.map(jiff_sqlx::Timestamp::to_jiff))
}

/// The logins of those whom something else has changed since, by name.
pub(crate) async fn changed_since(tx: &mut Tx<'_>) -> Result<Vec<String>, sqlx::Error> {
    let changed = sqlx::query_scalar!(
        "select a.login from portal.people_import i join portal.account a on a.id = i.account
         left join portal.account_key k on k.account = a.id
         where i.state = 'after'
           and (a.login, a.roles, a.department, a.level, a.name, a.phone, a.more, a.imported, a.closed_at,
                k.key_id, k.wrapped, array(select post from portal.post_held h where h.account = a.id order by post))
               is distinct from
               (coalesce(i.login, a.login), i.roles, i.department, i.level, i.name, i.phone, i.more,
                i.imported, i.closed_at, i.key_id, i.wrapped, i.posts)
         order by a.login"
    );
    changed.fetch_all(&mut **tx).await
}

/// The accounts that the import changed, each with what it was before.
pub(crate) async fn touched(tx: &mut Tx<'_>, masters: &Masters) -> Result<Vec<Touched>, Refusal> {
    let rows = sqlx::query!(
        r#"select a.id, coalesce(b.login, a.login) as "login!", b.account as "before?", b.roles as "roles?", b.department,
                  b.level as "level?", b.name, b.phone, b.more, b.imported as "imported?",
                  b.closed_at is not null as "is_closed!", b.key_id, b.wrapped,
                  b.posts as "posts?"
           from portal.people_import i join portal.account a on a.id = i.account
           left join portal.people_import b on b.account = i.account and b.state = 'before'
           where i.state = 'after' order by a.login"#
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut touched = Vec::with_capacity(rows.len());
    for row in rows {
        let account = AccountId::from_uuid(row.id);
        if row.before.is_none() {
            touched.push(Touched { account, before: None });
            continue;
        }
        let personal =
            opened(masters, account, [row.name, row.phone, row.more], (row.key_id, row.wrapped))?;
        let (roles, posts) = (row.roles.unwrap_or_default(), row.posts.unwrap_or_default());
        let before = Row {
            login: row.login,
            personal,
            roles: roles.iter().filter_map(|role| role.parse().ok()).collect(),
            department: row.department.and_then(|id| id.parse().ok()),
            posts: posts.iter().filter_map(|post| post.parse().ok()).collect(),
            level: row.level.and_then(|level| level.parse().ok()).unwrap_or(Level::Public),
            formerly: None,
        };
        let (imported, is_closed) = (row.imported.unwrap_or_default(), row.is_closed);
        let before = Known { account, row: before, imported, is_closed };
        touched.push(Touched { account, before: Some(before) });
    }
    Ok(touched)
}

/// Makes every account that is kept what it was before; one that was added is left to be closed.
pub(crate) async fn restore(tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update portal.account a
         set login = coalesce(b.login, a.login), more = b.more, roles = b.roles, department = b.department, level = b.level, name = b.name,
             phone = b.phone, phone_index = b.phone_index, imported = b.imported,
             closed_at = b.closed_at
         from portal.people_import b where b.account = a.id and b.state = 'before'"
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "delete from portal.post_held h using portal.people_import b
         where b.account = h.account and b.state = 'before'"
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "insert into portal.post_held (account, post)
         select b.account, post from portal.people_import b, unnest(b.posts) as post
         where b.state = 'before'"
    )
    .execute(&mut **tx)
    .await?;
    restore_keys(tx).await
}

/// The keys come last: whoever had none before is forgotten here with the key that they lose.
async fn restore_keys(tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"insert into portal.account_key (account, key_id, wrapped)
           select account, key_id, wrapped from portal.people_import
           where state = 'before' and key_id is not null and wrapped is not null
           on conflict (account) do update
           set key_id = excluded.key_id, wrapped = excluded.wrapped"#
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "delete from portal.account_key k using portal.people_import b
         where b.account = k.account and b.state = 'before' and b.key_id is null"
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
