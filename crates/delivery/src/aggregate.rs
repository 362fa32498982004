use std::collections::BTreeMap;

use clock::Ids;
use events::{
    Envelope, Fact, Source, Traceparent, Unencodable, encode,
    words::{Revision, Service, Stream},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use crate::{Tx, bigint, upkeep::day};

/// Who writes: a service of an installation, and the epoch of its store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Producer {
    /// `/<installation>/<service>`.
    pub source: Source,
    /// Raised when the store was restored; see [`claim`](crate::claim).
    pub epoch: u32,
}

/// What the events of one decision have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// When it happened, in the service's time.
    pub happened: Timestamp,
    /// When it is committed, in the service's time.
    pub recorded: Timestamp,
    /// The definitions that it was decided by.
    pub revision: Revision,
    /// The trace that it belongs to: [`traceparent`](crate::traceparent) of the current span.
    pub traceparent: Option<Traceparent>,
}

/// One aggregate, locked by the transaction: nobody else writes its key until the commit.
///
/// Collects what the decision changes; [`save`] writes it.
#[derive(Debug)]
#[must_use = "what it collects is lost without `save`"]
pub struct Locked {
    key: Uuid,
    sequence: u64,
    next_at: Option<Timestamp>,
    pub(crate) heads: BTreeMap<Service, u64>,
    outgoing: Vec<Outgoing>,
    /// Sequence and next wake-up as the row has them.
    row: (u64, Option<Timestamp>),
}

#[derive(Debug)]
struct Outgoing {
    stream: Stream,
    subject: String,
    sequence: u64,
    event: Uuid,
    payload: Vec<u8>,
}

impl Locked {
    pub(crate) fn new(key: Uuid, sequence: u64, next_at: Option<Timestamp>) -> Self {
        Self {
            key,
            sequence,
            next_at,
            heads: BTreeMap::new(),
            outgoing: Vec::new(),
            row: (sequence, next_at),
        }
    }

    /// Its key: the case, else its own aggregate's id.
    pub fn key(&self) -> Uuid {
        self.key
    }

    /// The sequence of its last event here, 0 before the first. With the key it is what a command
    /// answers, so that a reader can wait for it.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// When it wants to be woken next, in the service's time.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.next_at
    }

    /// How far another service's events have taken effect here.
    pub fn head(&self, service: Service) -> u64 {
        self.heads.get(&service).copied().unwrap_or(0)
    }

    /// Says when to wake it next; the core's `next_at`, asked after each decision.
    pub fn wake_at(&mut self, next_at: Option<Timestamp>) {
        self.next_at = next_at;
    }

    /// Adds an event with the next sequence, and returns its id.
    ///
    /// Refused is what no broker could carry: more than 64 KiB, or another service's fact.
    pub fn append(
        &mut self,
        producer: &Producer,
        fact: &Fact,
        stamp: &Stamp,
        ids: &mut impl Ids,
    ) -> Result<Uuid, Unencodable> {
        let own = producer.source.service;
        let envelope = Envelope {
            id: ids.uuid(),
            source: producer.source.clone(),
            key: self.key,
            sequence: self.sequence + 1,
            epoch: producer.epoch,
            happened: stamp.happened,
            recorded: stamp.recorded,
            after: self.heads.iter().filter(|(s, _)| **s != own).map(|(s, n)| (*s, *n)).collect(),
            revision: stamp.revision,
            traceparent: stamp.traceparent.clone(),
        };
        let payload = encode(&envelope, fact)?;
        self.sequence = envelope.sequence;
        self.outgoing.push(Outgoing {
            stream: fact.stream(),
            subject: fact.subject(),
            sequence: envelope.sequence,
            event: envelope.id,
            payload,
        });
        Ok(envelope.id)
    }

    /// An event that was appended and not saved yet, as it will lie on the wire: for who hands it over
    /// besides.
    pub fn appended(&self, event: Uuid) -> Option<&[u8]> {
        let found = self.outgoing.iter().find(|outgoing| outgoing.event == event);
        found.map(|outgoing| outgoing.payload.as_slice())
    }

    fn is_changed(&self) -> bool {
        self.row != (self.sequence, self.next_at)
    }
}

/// Locks the aggregates of `keys`, each once, making those that are missing.
///
/// Always in ascending order, first the new rows and then the old ones, so that two transactions
/// never wait for each other. Returned in ascending order of keys. Every writer of a key calls this
/// before it reads anything else of that key.
pub async fn lock(tx: &mut Tx<'_>, keys: &[Uuid]) -> Result<Vec<Locked>, sqlx::Error> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys.dedup();
    let made = sqlx::query_scalar!(
        "insert into delivery.aggregate (key)
         select key from unnest($1::uuid[]) as k(key) order by key
         on conflict do nothing
         returning key",
        &keys
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut locked: BTreeMap<_, _> =
        made.into_iter().map(|key| (key, Locked::new(key, 0, None))).collect();
    keys.retain(|key| !locked.contains_key(key));
    if !keys.is_empty() {
        let rows = sqlx::query!(
            "select key, sequence, next_at from delivery.aggregate
             where key = any($1) order by key for update",
            &keys
        )
        .fetch_all(&mut **tx)
        .await?;
        for row in rows {
            let next_at = row.next_at.map(jiff_sqlx::Timestamp::to_jiff);
            locked.insert(row.key, Locked::new(row.key, bigint::from(row.sequence), next_at));
        }
        load_heads(tx, &mut locked, &keys).await?;
    }
    Ok(locked.into_values().collect())
}

/// Locks one aggregate; see [`lock`].
pub async fn lock_one(tx: &mut Tx<'_>, key: Uuid) -> Result<Locked, sqlx::Error> {
    lock(tx, &[key]).await?.pop().ok_or(sqlx::Error::RowNotFound)
}

/// Reads how far other services are, after the lock: before it they could still move.
pub(crate) async fn load_heads(
    tx: &mut Tx<'_>,
    locked: &mut BTreeMap<Uuid, Locked>,
    keys: &[Uuid],
) -> Result<(), sqlx::Error> {
    let rows = sqlx::query!(
        "select key, source, sequence from delivery.inbox_head where key = any($1)",
        keys
    )
    .fetch_all(&mut **tx)
    .await?;
    for row in rows {
        // A source that this release does not know is nobody's business here.
        if let (Some(aggregate), Ok(source)) = (locked.get_mut(&row.key), row.source.parse()) {
            aggregate.heads.insert(source, bigint::from(row.sequence));
        }
    }
    Ok(())
}

/// Writes what the aggregates collected: their events into the outbox, their rows.
///
/// `machine` is the machine's time. Ring the [`Bell`](crate::Bell) after the commit.
pub async fn save(
    tx: &mut Tx<'_>,
    aggregates: &mut [Locked],
    machine: Timestamp,
) -> Result<(), sqlx::Error> {
    enqueue(tx, aggregates, machine).await?;
    let changed: Vec<_> = aggregates.iter().filter(|aggregate| aggregate.is_changed()).collect();
    if changed.is_empty() {
        return Ok(());
    }
    let keys: Vec<_> = changed.iter().map(|aggregate| aggregate.key).collect();
    let sequences: Vec<_> = changed.iter().map(|a| bigint::to(a.sequence)).collect();
    let next_ats: Vec<_> = changed.iter().map(|a| a.next_at.map(ToSqlx::to_sqlx)).collect();
    sqlx::query!(
        "with changed as (
             select * from unnest($1::uuid[], $2::bigint[], $3::timestamptz[])
                 as c(key, sequence, next_at)
         ), settled as (
             -- Who need not be woken any more has no wake-up that could have failed.
             delete from delivery.wake_fault f using changed c
             where f.key = c.key and c.next_at is null
         )
         update delivery.aggregate a set sequence = c.sequence, next_at = c.next_at
         from changed c where a.key = c.key",
        &keys,
        &sequences,
        &next_ats as _,
    )
    .execute(&mut **tx)
    .await?;
    for aggregate in aggregates {
        aggregate.row = (aggregate.sequence, aggregate.next_at);
    }
    Ok(())
}

/// Numbers the events in the order of the outbox, which per key is the order of commits.
async fn enqueue(
    tx: &mut Tx<'_>,
    aggregates: &mut [Locked],
    machine: Timestamp,
) -> Result<(), sqlx::Error> {
    let outgoing: Vec<_> = aggregates
        .iter_mut()
        .flat_map(|aggregate| {
            let key = aggregate.key;
            aggregate.outgoing.drain(..).map(move |event| (key, event))
        })
        .collect();
    if outgoing.is_empty() {
        return Ok(());
    }
    let column =
        |of: fn(&Outgoing) -> &str| outgoing.iter().map(|(_, e)| of(e)).collect::<Vec<_>>();
    let streams = column(|event| event.stream.name());
    let subjects = column(|event| &event.subject);
    let keys: Vec<_> = outgoing.iter().map(|(key, _)| *key).collect();
    let sequences: Vec<_> = outgoing.iter().map(|(_, event)| bigint::to(event.sequence)).collect();
    let events: Vec<_> = outgoing.iter().map(|(_, event)| event.event).collect();
    let payloads: Vec<&[u8]> = outgoing.iter().map(|(_, event)| &event.payload[..]).collect();
    sqlx::query!(
        "with event as (
             insert into delivery.outbox (day, stream, subject, key, sequence, event, payload)
             select $1, stream, subject, key, sequence, event, payload
             from unnest($2::text[], $3::text[], $4::uuid[], $5::bigint[], $6::uuid[], $7::bytea[])
                 with ordinality as e(stream, subject, key, sequence, event, payload, place)
             order by place
             returning seq, day, stream
         )
         insert into delivery.outbox_pending (stream, seq, day)
         select stream, seq, day from event",
        day(machine).to_sqlx() as _,
        &streams as _,
        &subjects as _,
        &keys,
        &sequences,
        &events,
        &payloads as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
