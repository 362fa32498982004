//! Every revision of the definitions that a service has seen, in its own store.
//!
//! A running case keeps the definitions that it was accepted under, so no revision is ever
//! forgotten; and a service needs no other to know them, so each keeps its own copy. Intake writes
//! what was applied, the others what they hear on the stream DEFINITION.
//!
//! ```text
//!  intake: write(tx, r, changes)          others: keep(tx, fact)
//!                 └──────────┬───────────────────────┘
//!                            v
//!     definitions.document (kind, id, revision, document | null)     what r changed
//!     definitions.revision (revision)                                r is whole
//!                            │ documents(conn, r): of each the newest up to r
//!                            v
//!     Revisions::rules(conn, r) -> Arc<Rules>                        parsed once per process
//!     Revisions::counted_by(conn, r, c) -> Arc<Rules>                r with the calendars of c
//! ```

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use definitions::{Change, Document, Problem, Rules};
use delivery::{Fault, Schema, Tx};
use events::{
    definition::DocumentChangedV1,
    words::{DocumentKind, Revision},
};
use serde_json::{Map, Value};
use sqlx::{PgConnection, migrate::Migrator, types::Json};

static MIGRATOR: Migrator = sqlx::migrate!();

/// The schema `definitions`: migrated after `delivery`, before the service's own.
pub const SCHEMA: Schema = Schema { name: "definitions", migrator: &MIGRATOR, compatible_from: 1 };

/// Why the rules of a revision cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    /// It never arrived here whole.
    #[error("revision {0} of the definitions is not known here")]
    Unknown(Revision),
    /// A document of it, right when it was applied, is not understood by this release.
    #[error("revision {revision} of the definitions is not understood by this release: {first}")]
    NotUnderstood {
        /// Which one.
        revision: Revision,
        /// The first of its problems.
        first: Problem,
    },
    /// The database did not answer as it should.
    #[error("the definitions could not be read")]
    Database(#[from] sqlx::Error),
}

impl From<RevisionError> for Fault {
    fn from(error: RevisionError) -> Self {
        match error {
            RevisionError::Database(error) => error.into(),
            RevisionError::Unknown(_) | RevisionError::NotUnderstood { .. } => Self::own(error),
        }
    }
}

/// The revisions of one service, each parsed once. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Revisions(Arc<Mutex<BTreeMap<Key, Arc<Rules>>>>);

/// A revision, and the one that has its calendars.
type Key = (Revision, Revision);

impl Revisions {
    /// The rules of one revision.
    pub async fn rules(
        &self,
        connection: &mut PgConnection,
        revision: Revision,
    ) -> Result<Arc<Rules>, RevisionError> {
        if let Some(known) = self.known((revision, revision)) {
            return Ok(known);
        }
        if !is_whole(connection, revision).await? {
            return Err(RevisionError::Unknown(revision));
        }
        let documents = documents(connection, revision).await?;
        let rules = Rules::from_documents(revision, &documents)
            .map_err(|problems| not_understood(revision, problems))?;
        Ok(self.learn((revision, revision), rules))
    }

    /// The rules of one revision, but with the calendars of another.
    pub async fn counted_by(
        &self,
        connection: &mut PgConnection,
        revision: Revision,
        calendars: Revision,
    ) -> Result<Arc<Rules>, RevisionError> {
        if let Some(known) = self.known((revision, calendars)) {
            return Ok(known);
        }
        let rules = self.rules(connection, revision).await?;
        if calendars == revision {
            return Ok(rules);
        }
        let others = self.rules(connection, calendars).await?;
        Ok(self.learn((revision, calendars), rules.counted_by(&others)))
    }

    /// The rules of the newest revision; `None` before the first.
    pub async fn newest(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Option<Arc<Rules>>, RevisionError> {
        match newest(connection).await? {
            Revision::NONE => Ok(None),
            revision => self.rules(connection, revision).await.map(Some),
        }
    }

    fn known(&self, key: Key) -> Option<Arc<Rules>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }

    fn learn(&self, key: Key, rules: Rules) -> Arc<Rules> {
        let rules = Arc::new(rules);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // By which calendars was counted before, is not asked for much longer.
        all.retain(|(revision, calendars), _| revision == calendars || *calendars >= key.1);
        all.insert(key, rules.clone());
        rules
    }
}

fn not_understood(revision: Revision, problems: Vec<Problem>) -> RevisionError {
    match problems.into_iter().next() {
        Some(first) => RevisionError::NotUnderstood { revision, first },
        None => RevisionError::Unknown(revision),
    }
}

/// The newest revision that is here whole; [`Revision::NONE`] before the first.
pub async fn newest(connection: &mut PgConnection) -> Result<Revision, sqlx::Error> {
    let newest = sqlx::query_scalar!("select max(revision) from definitions.revision")
        .fetch_one(connection)
        .await?;
    Ok(newest.map_or(Revision::NONE, from_bigint))
}

/// The newest revision that is here whole and changed a calendar; [`Revision::NONE`] before the first.
pub async fn calendars(connection: &mut PgConnection) -> Result<Revision, sqlx::Error> {
    let newest = sqlx::query_scalar!(
        "select max(d.revision) from definitions.document d
         join definitions.revision r on r.revision = d.revision where d.kind = $1",
        DocumentKind::Calendar.word(),
    )
    .fetch_one(connection)
    .await?;
    Ok(newest.map_or(Revision::NONE, from_bigint))
}

async fn is_whole(connection: &mut PgConnection, revision: Revision) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select exists (select from definitions.revision where revision = $1) as "whole!""#,
        i64::from(revision.0),
    )
    .fetch_one(connection)
    .await
}

/// Every document as of a revision, by kind and id.
pub async fn documents(
    connection: &mut PgConnection,
    revision: Revision,
) -> Result<Vec<Document>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select kind, id, document as "document: Json<Map<String, Value>>"
           from (
               select distinct on (kind, id) kind, id, document
               from definitions.document where revision <= $1
               order by kind, id, revision desc
           ) as latest
           where document is not null"#,
        i64::from(revision.0),
    )
    .fetch_all(connection)
    .await?;
    let document = |kind: String, id: String, value: Option<Json<Map<String, Value>>>| {
        // What an older release cannot name, it has no use for.
        Some(Document { kind: kind.parse().ok()?, id: id.parse().ok()?, value: value?.0 })
    };
    Ok(rows.into_iter().filter_map(|row| document(row.kind, row.id, row.document)).collect())
}

/// Writes a whole revision: intake's side, in the transaction that publishes it.
pub async fn write(
    tx: &mut Tx<'_>,
    revision: Revision,
    changes: &[Change],
) -> Result<(), sqlx::Error> {
    for Change { kind, id, document } in changes {
        insert(tx, revision, kind.word(), id.as_str(), document.as_ref()).await?;
    }
    complete(tx, revision).await
}

/// Keeps one document of a revision as it was heard, and the revision when it was the last.
pub async fn keep(tx: &mut Tx<'_>, change: &DocumentChangedV1) -> Result<(), sqlx::Error> {
    let DocumentChangedV1 { revision, kind, id, document, last } = change;
    insert(tx, *revision, kind.word(), id.as_str(), document.as_ref()).await?;
    if *last { complete(tx, *revision).await } else { Ok(()) }
}

async fn insert(
    tx: &mut Tx<'_>,
    revision: Revision,
    kind: &str,
    id: &str,
    document: Option<&Map<String, Value>>,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into definitions.document (kind, id, revision, document) values ($1, $2, $3, $4)",
        kind,
        id,
        i64::from(revision.0),
        document.map(Json) as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn complete(tx: &mut Tx<'_>, revision: Revision) -> Result<(), sqlx::Error> {
    sqlx::query!("insert into definitions.revision (revision) values ($1)", i64::from(revision.0))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn from_bigint(revision: i64) -> Revision {
    Revision(u32::try_from(revision).unwrap_or(u32::MAX))
}
