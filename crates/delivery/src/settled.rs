use std::collections::BTreeMap;

use async_nats::jetstream;
use events::{
    nats::durable,
    words::{Service, Stream},
};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

use crate::{Delivery, bigint, broker, fault::BoxError};

/// How far a reader is on one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The stream's last sequence.
    pub last: u64,
    /// Up to this sequence all is acknowledged.
    pub floor: u64,
    /// Messages that were not delivered yet.
    pub pending: u64,
    /// Messages that were delivered and not acknowledged.
    pub unacked: u64,
}

impl Progress {
    /// Whether all that the stream held has taken effect or is kept.
    pub fn is_idle(&self) -> bool {
        self.pending == 0 && self.unacked == 0
    }
}

/// Whether a service has come to rest: with the manual clock, `/settled` answers this.
///
/// The whole installation rests when each service shows the new offset and two rounds in succession
/// are [equal](PartialEq) and [at rest](Self::is_at_rest).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// How far its clock is ahead of the machine's, in microseconds.
    pub offset_micros: i64,
    /// The last number of its outbox.
    pub outbox_head: u64,
    /// Events that are not published yet.
    pub pending: u64,
    /// The last sequence of each of its own streams; 0 of one that is not made yet.
    pub streams: BTreeMap<Stream, u64>,
    /// How far it is on each stream that it reads and that is there.
    pub reads: BTreeMap<Stream, Progress>,
    /// Events that wait for others, not for a person or a release.
    pub waiting: u64,
    /// Aggregates whose wake-up is due, and wishes that one be woken.
    pub due: u64,
    /// The next planned wake-up that is not due yet.
    pub next_at: Option<Timestamp>,
}

impl Settled {
    /// Whether nothing is left to be done at this time.
    pub fn is_at_rest(&self) -> bool {
        self.pending == 0
            && self.waiting == 0
            && self.due == 0
            && self.reads.values().all(Progress::is_idle)
    }
}

/// Asks store and broker whether the service has come to rest.
pub async fn settled(delivery: &Delivery) -> Result<Settled, BoxError> {
    let service = delivery.producer.source.service;
    let offset = delivery.clock.offset();
    let rows = rows(&delivery.pool, delivery.clock.now()).await?;
    let mut streams = BTreeMap::new();
    for stream in service.streams() {
        streams.insert(*stream, last_sequence(&delivery.nats, *stream).await?);
    }
    Ok(Settled {
        offset_micros: micros(offset),
        outbox_head: rows.outbox_head,
        pending: rows.pending,
        streams,
        reads: progress(&delivery.nats, service).await?,
        waiting: rows.waiting,
        due: rows.due,
        next_at: rows.next_at,
    })
}

fn micros(offset: SignedDuration) -> i64 {
    i64::try_from(offset.as_micros()).unwrap_or(i64::MAX)
}

struct Rows {
    outbox_head: u64,
    pending: u64,
    waiting: u64,
    due: u64,
    next_at: Option<Timestamp>,
}

async fn rows(pool: &PgPool, now: Timestamp) -> Result<Rows, sqlx::Error> {
    let row = sqlx::query!(
        r#"select
             (select case when is_called then last_value else 0 end from delivery.outbox_seq)
                 as "outbox_head!",
             -- What a person must look at first does not go out by waiting.
             (select count(*) from delivery.outbox_pending) - (
                 select count(*) from delivery.outbox_parked k
                 join delivery.outbox o on o.key = k.key and o.stream = k.stream
                 join delivery.outbox_pending p on p.seq = o.seq and p.stream = o.stream
             ) as "pending!",
             (select count(*) from delivery.inbox_waiting where reason not in ('dead', 'version'))
                 as "waiting!",
             (select count(*) from delivery.aggregate where next_at <= $1)
                 + (select count(*) from delivery.nudge) as "due!",
             (select min(next_at) from delivery.aggregate where next_at > $1) as next_at"#,
        now.to_sqlx() as _,
    )
    .fetch_one(pool)
    .await?;
    Ok(Rows {
        outbox_head: bigint::from(row.outbox_head),
        pending: bigint::from(row.pending),
        waiting: bigint::from(row.waiting),
        due: bigint::from(row.due),
        next_at: row.next_at.map(jiff_sqlx::Timestamp::to_jiff),
    })
}

async fn last_sequence(nats: &async_nats::Client, stream: Stream) -> Result<u64, BoxError> {
    let handle = broker::existing(&jetstream::new(nats.clone()), stream).await?;
    Ok(handle.map_or(0, |handle| handle.cached_info().state.last_sequence))
}

/// How far a service is on every stream that it reads, as the broker sees all of its replicas.
///
/// Without those that are not there: what was never made has nothing to wait for.
pub(crate) async fn progress(
    nats: &async_nats::Client,
    reader: Service,
) -> Result<BTreeMap<Stream, Progress>, BoxError> {
    let context = jetstream::new(nats.clone());
    // All at once: a broker that takes its time is asked within half a second.
    let asked = reader.reads().iter().map(|stream| progress_on(&context, *stream, reader));
    let answered = futures::future::try_join_all(asked).await?;
    Ok(answered.into_iter().flatten().collect())
}

async fn progress_on(
    context: &jetstream::Context,
    stream: Stream,
    reader: Service,
) -> Result<Option<(Stream, Progress)>, BoxError> {
    let Some(handle) = broker::existing(context, stream).await? else {
        return Ok(None);
    };
    let consumer = handle.consumer_info(durable(reader)).await?;
    let progress = Progress {
        last: handle.cached_info().state.last_sequence,
        floor: consumer.ack_floor.stream_sequence,
        pending: consumer.num_pending,
        unacked: consumer.num_ack_pending as u64,
    };
    Ok(Some((stream, progress)))
}
