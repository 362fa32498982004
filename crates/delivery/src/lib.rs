//! Nothing accepted is lost: outbox, relay, inbox, wake-ups and dead letters on Postgres and
//! JetStream.
//!
//! A service that has told somebody "accepted" has one copy of that truth: its own database. This
//! crate carries it on from there, through a broker that may lose, double and reorder, into the
//! databases of the others, each event once and in order per key. What to do in which case is
//! decided by `delivery-core`, which has no input or output and is tested by simulation; here it is
//! performed.
//!
//! ```text
//!   command, fact, wake-up              one transaction each:
//!        │                              lock(keys) ─ load ─ decide ─ Locked::append ─ save
//!        v
//!   ┌─ aggregate (key, sequence, next_at) ──────────────┐   ring the Bell after the commit
//!   │  outbox + outbox_pending                          │
//!   └──────────────┬────────────────────────────────────┘
//!                  │ Relay      one per stream, one leader; fenced by the stream's last sequence
//!                  v
//!              JetStream        one stream per producer
//!                  │ Inbox      one durable consumer per (service, stream), any number of replicas
//!                  v
//!   ┌─ inbox_head (key, source, sequence) ──────────────┐   head and effect commit together
//!   │  inbox_waiting    too early: gap, after, revision │   asked for again after 30 s
//!   │  dead             its own fault, 5 times          │   `yizhan dlq`
//!   └──────────────┬────────────────────────────────────┘
//!                  │ Facts::apply(tx, Locked, Received)
//!                  v
//!              the service      Waker: Wakes::wake(tx, Locked) when next_at <= now
//! ```
//!
//! # How a service uses it
//!
//! A command: `pool.begin`, [`idempotency::begin`], [`lock`], load and decide by the core,
//! [`Locked::append`] its events, [`Locked::wake_at`], [`save`], [`idempotency::finish`], commit,
//! [`Bell::ring`], answer. Facts and wake-ups come by [`Facts`] and [`Wakes`], inside a transaction
//! that is opened, saved and committed here; each holds one key, and wakes another by a [`nudge`]. A
//! [`Delivery`] is what all parts share; each part is a
//! loop `run(stop)` that the service spawns.
//!
//! # What is where
//!
//! Time and ids are arguments: planned times are the service's, everything else (waiting, back-off,
//! partitions, retention) is the machine's. Every query is checked against the migrations when it
//! is compiled, and names its schema. The run-time role owns nothing: it can neither change history
//! (outbox, audit) nor any structure, save through two functions of the owner that make and drop
//! partitions.

mod aggregate;
pub mod audit;
mod bell;
mod bigint;
mod broker;
pub mod dead_letters;
mod fault;
mod gauges;
pub mod idempotency;
mod inbox;
mod installation;
mod metrics;
mod nudge;
mod redelivery;
mod relay;
mod schema;
mod settled;
mod trace;
mod upkeep;
mod waker;

use std::sync::Arc;

use clock::Clock;
use opentelemetry::metrics::Meter;
use sqlx::PgPool;

pub use aggregate::{Locked, Producer, Stamp, lock, lock_one, save};
pub use bell::{Bell, Listener};
pub use broker::{BrokerError, check_version, stream_settings};
pub use fault::Fault;
pub use inbox::{Facts, Inbox, Received, Sources};
pub use installation::{InstallationError, claim};
pub use nudge::{nudge, nudge_all};
pub use redelivery::redeliver;
pub use relay::Relay;
pub use schema::{Migrated, Schema, SchemaError};
pub use settled::{Progress, Settled, settled};
pub use trace::traceparent;
pub use upkeep::{Upkeep, keep_up};
pub use waker::{Wake, Waker, Wakes, Waking};

/// A transaction on a service's database.
pub type Tx<'c> = sqlx::PgTransaction<'c>;

/// What the parts of one service's delivery share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub(crate) pool: PgPool,
    pub(crate) nats: async_nats::Client,
    pub(crate) producer: Arc<Producer>,
    pub(crate) clock: Clock,
    pub(crate) bell: Bell,
    pub(crate) metrics: metrics::Metrics,
    pub(crate) replicas: usize,
}

impl Delivery {
    /// The delivery of the service that `producer` names, on its own database and NATS user.
    pub fn new(
        pool: PgPool,
        nats: async_nats::Client,
        producer: Producer,
        clock: Clock,
        meter: &Meter,
    ) -> Self {
        let metrics = metrics::Metrics::new(meter, producer.source.service);
        let (producer, bell) = (Arc::new(producer), Bell::new());
        Self { pool, nats, producer, clock, bell, metrics, replicas: 1 }
    }

    /// Makes streams with so many replicas at the broker; 1 if this is not called.
    #[must_use]
    pub fn with_replicas(self, replicas: usize) -> Self {
        Self { replicas, ..self }
    }

    /// The service's database.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Who writes.
    pub fn producer(&self) -> &Producer {
        &self.producer
    }

    /// The service's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// To be rung after each commit, and when the time is moved by hand.
    pub fn bell(&self) -> &Bell {
        &self.bell
    }

    /// The relays of the service's own streams.
    pub fn relays(&self) -> Vec<Relay> {
        let own = self.producer.source.service.streams();
        own.iter().map(|stream| Relay::new(self.clone(), *stream)).collect()
    }

    /// The inbox of all streams that the service reads.
    pub fn inbox<F: Facts, S: Sources>(&self, facts: F, sources: S) -> Inbox<F, S> {
        Inbox::new(self.clone(), facts, sources)
    }

    /// The loop that wakes the service's aggregates.
    pub fn waker<W: Wakes>(&self, wakes: W) -> Waker<W> {
        Waker::new(self.clone(), wakes)
    }

    /// The upkeep of partitions and old rows, and what the gauges show.
    pub fn upkeep(&self) -> Upkeep {
        Upkeep::new(self.clone())
    }
}
