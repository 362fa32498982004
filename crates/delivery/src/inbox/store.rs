//! Heads, kept events and dead ones: the SQL of the inbox.

use std::collections::{BTreeMap, BTreeSet};

use delivery_core::{Kept, REDELIVER_AFTER, Stuck, Wait};
use events::words::{Revision, Service, Stream};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use uuid::Uuid;

use super::arrival::Arrival;
use crate::{Tx, bigint};

/// How far ahead of the head kept events are judged in one transaction, per key and source.
const AHEAD: i64 = 32;

/// What is held back of some keys.
#[derive(Debug, Default)]
pub(super) struct Held {
    dead: BTreeMap<Uuid, BTreeMap<Service, u64>>,
    /// The first kept event of a key, by source: as it was read, and as the group has gone on.
    first: BTreeMap<Uuid, BTreeMap<Service, Kept>>,
    /// The keys of which events are stored.
    stored: BTreeSet<Uuid>,
}

impl Held {
    /// The dead events of a key, by source.
    pub(super) fn dead(&self, key: Uuid) -> BTreeMap<Service, u64> {
        self.dead.get(&key).cloned().unwrap_or_default()
    }

    /// The first kept event of each source.
    pub(super) fn first(&self, key: Uuid) -> BTreeMap<Service, Kept> {
        self.first.get(&key).cloned().unwrap_or_default()
    }

    /// Whether events of this key were stored before.
    pub(super) fn keeps(&self, key: Uuid) -> bool {
        self.stored.contains(&key)
    }

    /// One more is kept; whether it is the first of its source and newly stuck.
    pub(super) fn keep(&mut self, key: Uuid, source: Service, kept: Kept) -> bool {
        let first = self.first.entry(key).or_default();
        if first.get(&source).is_some_and(|first| first.sequence < kept.sequence) {
            return false;
        }
        first.insert(source, kept) != Some(kept) && kept.stuck.is_some()
    }

    /// One has taken effect, and is kept no longer.
    pub(super) fn pass(&mut self, key: Uuid, source: Service, sequence: u64) {
        if let Some(first) = self.first.get_mut(&key) {
            first.retain(|of, kept| *of != source || kept.sequence > sequence);
        }
    }
}

/// Reads what is held back of locked keys.
pub(super) async fn held(tx: &mut Tx<'_>, keys: &[Uuid]) -> Result<Held, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select key as "key!", source as "source!", sequence as "sequence!", reason
           from (select key, source, sequence, null::text as reason
                 from delivery.dead where key = any($1)
                 union all
                 (select distinct on (key, source) key, source, sequence, reason
                  from delivery.inbox_waiting where key = any($1)
                  order by key, source, sequence)) held"#,
        keys
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut held = Held::default();
    for row in rows {
        let (key, sequence) = (row.key, bigint::from(row.sequence));
        let source = row.source.parse();
        match (row.reason, source) {
            (None, Ok(source)) => {
                held.dead.entry(key).or_default().insert(source, sequence);
            }
            (Some(reason), source) => {
                held.stored.insert(key);
                let kept = Kept { sequence, stuck: stuck(&reason) };
                held.first.entry(key).or_default().extend(source.ok().map(|of| (of, kept)));
            }
            (None, Err(_)) => {}
        }
    }
    Ok(held)
}

/// What an event with this reason waits for, if not for other events.
fn stuck(reason: &str) -> Option<Stuck> {
    let waits = [Wait::Version, Wait::Dead].into_iter();
    waits.filter(|wait| wait.reason() == reason).find_map(Wait::stuck)
}

/// Has what waits of a key judged again at the next sweep: something else than an event has changed.
pub(crate) async fn judge_again(
    tx: &mut Tx<'_>,
    key: Uuid,
    machine: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update delivery.inbox_waiting set again_at = $2 where key = $1 and reason <> 'fault'",
        key,
        machine.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The newest revision of the definitions that arrived whole.
pub(super) async fn revision(tx: &mut Tx<'_>) -> Result<Revision, sqlx::Error> {
    let revision = sqlx::query_scalar!("select revision from delivery.definitions_head")
        .fetch_optional(&mut **tx)
        .await?;
    let revision = revision.and_then(|revision| u32::try_from(revision).ok());
    Ok(revision.map_or(Revision::NONE, Revision))
}

/// Records a revision as known.
pub(super) async fn set_revision(tx: &mut Tx<'_>, revision: Revision) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into delivery.definitions_head (revision) values ($1)
         on conflict (one) do update
         set revision = greatest(delivery.definitions_head.revision, excluded.revision)",
        i64::from(revision.0)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What one group changes, written column by column at its end.
#[derive(Debug, Default)]
pub(super) struct Writes {
    heads: BTreeMap<(Uuid, Service), u64>,
    /// Each place once: a copy in the same group has nothing to add.
    kept: BTreeMap<(Uuid, Service, u64), (Arrival, &'static str)>,
    forgotten: Vec<(Uuid, Service, u64)>,
}

impl Writes {
    pub(super) fn move_head(&mut self, key: Uuid, source: Service, sequence: u64) {
        self.heads.insert((key, source), sequence);
    }

    pub(super) fn keep(&mut self, arrival: &Arrival, reason: &'static str) {
        let envelope = &arrival.envelope;
        let place = (envelope.key, envelope.source.service, envelope.sequence);
        self.kept.insert(place, (arrival.clone(), reason));
    }

    /// An event that was kept and has taken effect.
    pub(super) fn forget(&mut self, key: Uuid, source: Service, sequence: u64) {
        self.forgotten.push((key, source, sequence));
    }

    /// The keys of which a head moved.
    pub(super) fn moved(&self) -> impl Iterator<Item = Uuid> {
        self.heads.keys().map(|(key, _)| *key)
    }

    pub(super) async fn perform(
        &self,
        tx: &mut Tx<'_>,
        machine: Timestamp,
    ) -> Result<(), sqlx::Error> {
        self.write_heads(tx).await?;
        self.write_kept(tx, machine).await?;
        self.delete_forgotten(tx).await
    }

    async fn write_heads(&self, tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
        if self.heads.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = self.heads.keys().map(|(key, _)| *key).collect();
        let sources: Vec<_> = self.heads.keys().map(|(_, source)| source.word()).collect();
        let sequences: Vec<_> = self.heads.values().map(|n| bigint::to(*n)).collect();
        sqlx::query!(
            "insert into delivery.inbox_head (key, source, sequence)
             select * from unnest($1::uuid[], $2::text[], $3::bigint[])
             on conflict (key, source) do update set sequence = excluded.sequence",
            &keys,
            &sources as _,
            &sequences,
        )
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    async fn write_kept(&self, tx: &mut Tx<'_>, machine: Timestamp) -> Result<(), sqlx::Error> {
        if self.kept.is_empty() {
            return Ok(());
        }
        let columns = Columns::of(self.kept.values().map(|(arrival, _)| arrival));
        let reasons: Vec<_> = self.kept.values().map(|(_, reason)| *reason).collect();
        sqlx::query!(
            "insert into delivery.inbox_waiting
                 (key, source, sequence, event, stream, revision, payload, reason, since, again_at)
             select k.*, $9, $10
             from unnest($1::uuid[], $2::text[], $3::bigint[], $4::uuid[], $5::text[], $6::bigint[],
                         $7::bytea[], $8::text[]) as k
             on conflict (key, source, sequence) do update set reason = excluded.reason
             where delivery.inbox_waiting.reason <> excluded.reason
               and (delivery.inbox_waiting.reason <> 'fault' or excluded.reason = 'version')",
            &columns.keys,
            &columns.sources as _,
            &columns.sequences,
            &columns.events,
            &columns.streams as _,
            &columns.revisions,
            &columns.payloads as _,
            &reasons as _,
            machine.to_sqlx() as _,
            (machine + REDELIVER_AFTER).to_sqlx() as _,
        )
        .execute(&mut **tx)
        .await?;
        Ok(())
    }

    async fn delete_forgotten(&self, tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
        if self.forgotten.is_empty() {
            return Ok(());
        }
        let keys: Vec<_> = self.forgotten.iter().map(|(key, _, _)| *key).collect();
        let sources: Vec<_> = self.forgotten.iter().map(|(_, source, _)| source.word()).collect();
        let sequences: Vec<_> = self.forgotten.iter().map(|(_, _, n)| bigint::to(*n)).collect();
        sqlx::query!(
            "delete from delivery.inbox_waiting w
             using unnest($1::uuid[], $2::text[], $3::bigint[]) as f(key, source, sequence)
             where (w.key, w.source, w.sequence) = (f.key, f.source, f.sequence)",
            &keys,
            &sources as _,
            &sequences,
        )
        .execute(&mut **tx)
        .await?;
        Ok(())
    }
}

/// Arrivals, column by column, as `unnest` takes them.
struct Columns<'a> {
    keys: Vec<Uuid>,
    sources: Vec<&'static str>,
    sequences: Vec<i64>,
    events: Vec<Uuid>,
    streams: Vec<&'static str>,
    revisions: Vec<i64>,
    payloads: Vec<&'a [u8]>,
}

impl<'a> Columns<'a> {
    fn of(arrivals: impl Iterator<Item = &'a Arrival> + Clone) -> Self {
        let envelopes = || arrivals.clone().map(|arrival| &arrival.envelope);
        Self {
            keys: envelopes().map(|envelope| envelope.key).collect(),
            sources: envelopes().map(|envelope| envelope.source.service.word()).collect(),
            sequences: envelopes().map(|envelope| bigint::to(envelope.sequence)).collect(),
            events: envelopes().map(|envelope| envelope.id).collect(),
            revisions: envelopes().map(|envelope| envelope.revision.0.into()).collect(),
            streams: arrivals.clone().map(|arrival| arrival.stream.name()).collect(),
            payloads: arrivals.map(|arrival| &*arrival.payload).collect(),
        }
    }
}

/// A kept event, as it is stored.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) stream: Stream,
    pub(super) payload: Vec<u8>,
}

impl Stored {
    /// `None` for a stream that this release does not know.
    fn of(stream: &str, payload: Vec<u8>) -> Option<Self> {
        Some(Self { stream: by_name(stream)?, payload })
    }
}

/// The stream of this name at the broker.
fn by_name(name: &str) -> Option<Stream> {
    Stream::ALL.iter().copied().find(|stream| stream.name() == name)
}

/// The kept events of these keys that may be next, in order.
pub(super) async fn kept(
    pool: &PgPool,
    keys: &[Uuid],
    machine: Timestamp,
) -> Result<Vec<Stored>, sqlx::Error> {
    let rows = sqlx::query!(
        "select w.stream, w.payload from delivery.inbox_waiting w
         left join delivery.inbox_head h on h.key = w.key and h.source = w.source
         where w.key = any($1) and (w.reason <> 'fault' or w.again_at <= $2)
           and w.sequence <= coalesce(h.sequence, 0) + $3
         order by w.key, w.sequence, w.source",
        keys,
        machine.to_sqlx() as _,
        AHEAD,
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().filter_map(|row| Stored::of(&row.stream, row.payload)).collect())
}

/// Up to 256 keys beyond `beyond`, in order, with events that are to be judged again: all, or
/// those whose time has come or whose definitions have.
pub(super) async fn due(
    pool: &PgPool,
    all: bool,
    beyond: Uuid,
    machine: Timestamp,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "select distinct key from delivery.inbox_waiting
         where key > $1 and ($2 or again_at <= $3
             or (reason = 'revision'
                 and revision <= (select revision from delivery.definitions_head)))
         order by key limit 256",
        beyond,
        all,
        machine.to_sqlx() as _,
    )
    .fetch_all(pool)
    .await
}

/// Puts off what was due and is still kept, and returns those of it that wait for an event.
pub(super) async fn put_off(
    pool: &PgPool,
    keys: &[Uuid],
    machine: Timestamp,
) -> Result<Vec<Stored>, sqlx::Error> {
    let rows = sqlx::query!(
        "update delivery.inbox_waiting set again_at = $3
         where key = any($1) and again_at <= $2
         returning stream, payload, reason",
        keys,
        machine.to_sqlx() as _,
        (machine + REDELIVER_AFTER).to_sqlx() as _,
    )
    .fetch_all(pool)
    .await?;
    let waits = |reason: &str| matches!(reason, "gap" | "after");
    let missing = rows.into_iter().filter(|row| waits(&row.reason));
    Ok(missing.filter_map(|row| Stored::of(&row.stream, row.payload)).collect())
}
