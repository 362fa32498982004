//! Who did what, in the transaction that did it. Append-only by the run-time role's rights.
//!
//! ```text
//!  record       the row, and by a trigger that it waits for its link; record_all for many
//!  chain        each minute: links for what waits, and the newest one told to others
//!  checkpoints  what others told of theirs
//!  verify       a chain against its rows and against what others know
//! ```
//!
//! The chain itself is `audit-chain`'s.

mod chain;
mod checkpoints;
mod row;
mod verify;

pub use chain::chain;
pub use checkpoints::checkpoints;
pub(crate) use checkpoints::keep;
pub use verify::{Verified, verify};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;
use uuid::Uuid;

use crate::Tx;

/// One row of the audit.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// When, in the service's time.
    pub at: Timestamp,
    /// Who: an account id, a service account, a service.
    pub actor: &'a str,
    /// What, as a stable word: `case.withdraw`, `dead-letter.drop`.
    pub action: &'a str,
    /// The aggregate concerned, if it was one.
    pub key: Option<Uuid>,
    /// Codes and ids that say more, never personal text.
    pub detail: Value,
}

/// Writes one row.
pub async fn record(tx: &mut Tx<'_>, entry: &Entry<'_>) -> Result<(), sqlx::Error> {
    record_all(tx, std::slice::from_ref(entry)).await
}

/// Writes these rows, in this order.
pub async fn record_all(tx: &mut Tx<'_>, entries: &[Entry<'_>]) -> Result<(), sqlx::Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let at: Vec<_> = entries.iter().map(|entry| entry.at.to_sqlx()).collect();
    let actors: Vec<_> = entries.iter().map(|entry| entry.actor).collect();
    let actions: Vec<_> = entries.iter().map(|entry| entry.action).collect();
    let keys: Vec<_> = entries.iter().map(|entry| entry.key).collect();
    let details: Vec<_> = entries.iter().map(|entry| &entry.detail).collect();
    sqlx::query!(
        "insert into delivery.audit (at, actor, action, key, detail)
         select at, actor, action, key, detail
         from unnest($1::timestamptz[], $2::text[], $3::text[], $4::uuid[], $5::jsonb[])
             with ordinality as e(at, actor, action, key, detail, place)
         order by place",
        &at as _,
        &actors as _,
        &actions as _,
        &keys as _,
        &details as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
