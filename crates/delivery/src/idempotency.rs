//! A command that is sent twice is decided once.
//!
//! The row is written in the command's own transaction, before anything else. A second copy that
//! comes meanwhile waits on it: when the first commits it gets the same answer, when the first is
//! refused (and so rolled back) it is decided on its own. So refusals are not stored.
//!
//! ```text
//!  begin ── New ──────────> decide ── finish ── commit      the answer is kept for 7 days
//!    │ └─── Repeated ─────> answer as before
//!    └───── OtherCommand ─> refuse: the key was used for something else
//! ```

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use crate::Tx;

/// What makes a command the same one: the caller, what it asks for, and the key that it chose.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommandId {
    /// Who asks: an account, a service account.
    pub principal: String,
    /// What is asked for: the full gRPC method.
    pub method: String,
    /// The caller's Idempotency-Key.
    pub key: String,
}

/// SHA-256 of the command, as it was parsed.
pub type Digest = [u8; 32];

/// What the caller was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The code of the outcome.
    pub status: i32,
    /// The ids and values of the answer, in the caller's encoding.
    pub body: Vec<u8>,
}

/// What a command is, by its idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Not seen before: decide, then [`finish`] in the same transaction.
    New,
    /// Decided before, with this answer.
    Repeated(Answer),
    /// The key belongs to another command of this caller: refuse.
    OtherCommand,
}

/// Claims the key of one command, waiting for another transaction that holds it.
///
/// `machine` is the machine's time. Waiting ends with `lock_timeout` (SQLSTATE 55P03).
pub async fn begin(
    tx: &mut Tx<'_>,
    command: &CommandId,
    digest: Digest,
    machine: Timestamp,
) -> Result<Begun, sqlx::Error> {
    let group = BTreeMap::from([(command.clone(), digest)]);
    let begun = begin_group(tx, &group, machine).await?;
    begun.into_values().next().ok_or(sqlx::Error::RowNotFound)
}

/// Claims the keys of a group of commands, in their order, so that two groups never deadlock.
///
/// Equal commands are one entry of the map: the caller has folded them.
pub async fn begin_group(
    tx: &mut Tx<'_>,
    group: &BTreeMap<CommandId, Digest>,
    machine: Timestamp,
) -> Result<BTreeMap<CommandId, Begun>, sqlx::Error> {
    let mut begun = BTreeMap::new();
    // More than once only for a key that is forgotten between the two: it is free again.
    loop {
        let open = without(group, &begun);
        if open.is_empty() {
            return Ok(begun);
        }
        begun.extend(claim(tx, &open, machine).await?);
        let taken = without(group, &begun);
        if !taken.is_empty() {
            begun.extend(repeated(tx, &taken).await?);
        }
    }
}

fn without(
    group: &BTreeMap<CommandId, Digest>,
    begun: &BTreeMap<CommandId, Begun>,
) -> BTreeMap<CommandId, Digest> {
    let open = group.iter().filter(|(command, _)| !begun.contains_key(command));
    open.map(|(command, digest)| (command.clone(), *digest)).collect()
}

/// Writes the rows of those that nobody has used.
async fn claim(
    tx: &mut Tx<'_>,
    group: &BTreeMap<CommandId, Digest>,
    machine: Timestamp,
) -> Result<Vec<(CommandId, Begun)>, sqlx::Error> {
    let columns = Columns::of(group.keys());
    let digests: Vec<&[u8]> = group.values().map(|digest| &digest[..]).collect();
    let claimed = sqlx::query!(
        "insert into delivery.idempotency (principal, method, key, digest, at)
         select principal, method, key, digest, $5
         from unnest($1::text[], $2::text[], $3::text[], $4::bytea[])
             as c(principal, method, key, digest)
         order by principal, method, key
         on conflict do nothing
         returning principal, method, key",
        &columns.principals as _,
        &columns.methods as _,
        &columns.keys as _,
        &digests as _,
        machine.to_sqlx() as _,
    )
    .fetch_all(&mut **tx)
    .await?;
    let new = claimed.into_iter().map(|row| {
        let command = CommandId { principal: row.principal, method: row.method, key: row.key };
        (command, Begun::New)
    });
    Ok(new.collect())
}

/// What is known of commands whose keys were taken before.
async fn repeated(
    tx: &mut Tx<'_>,
    group: &BTreeMap<CommandId, Digest>,
) -> Result<Vec<(CommandId, Begun)>, sqlx::Error> {
    let columns = Columns::of(group.keys());
    let rows = sqlx::query!(
        "select principal, method, key, digest, status, answer
         from delivery.idempotency
         join unnest($1::text[], $2::text[], $3::text[]) as c(principal, method, key)
             using (principal, method, key)",
        &columns.principals as _,
        &columns.methods as _,
        &columns.keys as _,
    )
    .fetch_all(&mut **tx)
    .await?;
    let begun = rows.into_iter().map(|row| {
        let command = CommandId { principal: row.principal, method: row.method, key: row.key };
        let same = group.get(&command).is_some_and(|digest| digest[..] == row.digest);
        let begun = match (same, row.status, row.answer) {
            (false, _, _) => Begun::OtherCommand,
            (true, Some(status), Some(body)) => Begun::Repeated(Answer { status, body }),
            // Committed without an answer: nothing was decided under it.
            (true, _, _) => Begun::New,
        };
        (command, begun)
    });
    Ok(begun.collect())
}

/// Keeps the answer of a command that is [`Begun::New`], in the transaction that decided it.
pub async fn finish(
    tx: &mut Tx<'_>,
    command: &CommandId,
    answer: Answer,
) -> Result<(), sqlx::Error> {
    finish_group(tx, &BTreeMap::from([(command.clone(), answer)])).await
}

/// Keeps the answers of a group; fails if one of them was not [begun](begin_group) here.
pub async fn finish_group(
    tx: &mut Tx<'_>,
    answers: &BTreeMap<CommandId, Answer>,
) -> Result<(), sqlx::Error> {
    let columns = Columns::of(answers.keys());
    let statuses: Vec<i32> = answers.values().map(|answer| answer.status).collect();
    let bodies: Vec<&[u8]> = answers.values().map(|answer| &answer.body[..]).collect();
    let kept = sqlx::query!(
        "update delivery.idempotency i set status = c.status, answer = c.answer
         from unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bytea[])
             as c(principal, method, key, status, answer)
         where (i.principal, i.method, i.key) = (c.principal, c.method, c.key)",
        &columns.principals as _,
        &columns.methods as _,
        &columns.keys as _,
        &statuses,
        &bodies as _,
    )
    .execute(&mut **tx)
    .await?;
    // An answer that is not kept would be decided a second time.
    if kept.rows_affected() == answers.len() as u64 {
        Ok(())
    } else {
        Err(sqlx::Error::RowNotFound)
    }
}

/// Command ids, column by column, as `unnest` takes them.
struct Columns<'a> {
    principals: Vec<&'a str>,
    methods: Vec<&'a str>,
    keys: Vec<&'a str>,
}

impl<'a> Columns<'a> {
    fn of(commands: impl Iterator<Item = &'a CommandId> + Clone) -> Self {
        Self {
            principals: commands.clone().map(|command| &*command.principal).collect(),
            methods: commands.clone().map(|command| &*command.method).collect(),
            keys: commands.map(|command| &*command.key).collect(),
        }
    }
}
