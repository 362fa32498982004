use audit_chain::{Hash, Link, NotAHash, Row};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::{Fault, bigint};

/// A row as the store has it.
pub(super) struct Stored {
    pub(super) seq: i64,
    pub(super) at: jiff_sqlx::Timestamp,
    pub(super) actor: String,
    pub(super) action: String,
    pub(super) key: Option<Uuid>,
    pub(super) detail: Value,
}

impl From<Stored> for Row {
    fn from(stored: Stored) -> Self {
        let Stored { seq, at, actor, action, key, detail } = stored;
        let at: Timestamp = at.to_jiff();
        Self { seq: bigint::from(seq), at, actor, action, key, detail }
    }
}

/// A link as the store has it.
pub(super) fn link(place: i64, hash: &[u8]) -> Result<Link, Fault> {
    let hash = Hash::try_from(hash).map_err(|error: NotAHash| Fault::own(error))?;
    Ok(Link { place: bigint::from(place), hash })
}
