//! The toy services, and messages made by hand.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_nats::{Client, jetstream};
use clock::{AccountId, Clock, Ids, RandomIds};
use delivery::{
    Delivery, Facts, Fault, Locked, Producer, Received, Schema, Sources, Stamp, Tx, Wake, Wakes,
    dead_letters::{self, Outcome},
    lock, save, stream_settings,
};
use delivery_core::Missing;
use events::{
    Envelope, Fact, IntakeFact, Source,
    dispatch::CaseCompletedV1,
    encode,
    intake::CaseClosedV1,
    words::{Cycle, End, Installation, Revision, Service, Stream},
};
use jiff::{SignedDuration, Timestamp};
use opentelemetry::metrics::Meter;
use sqlx::{Executor, PgPool};
use telemetry::Metrics;
use testkit::{Database, Nats, eventually};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

pub(crate) fn installation() -> Installation {
    "toy".parse().unwrap()
}

/// A toy service: its store, its delivery, and what its handlers are to do.
pub(crate) struct Toy {
    pub(crate) delivery: Delivery,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) database: Arc<Database>,
    pub(crate) handler: Handler,
    pub(crate) asked: Asked,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Toy {
    /// A service with an empty store. Nothing of it runs yet.
    pub(crate) async fn new(service: Service, nats: &Nats) -> Self {
        Self::with(service, nats.client().await).await
    }

    /// The same with a connection of its own making to the broker.
    pub(crate) async fn with(service: Service, nats: Client) -> Self {
        let database = Database::prepared(async |owner, role| {
            Schema::DELIVERY.migrate(owner, role).await?;
            owner.execute("create schema toy").await?;
            // One order of facts and wake-ups. No unique constraint: a doubled effect must show.
            let tables = "create sequence toy.place;
                          create table toy.effect (
                              place bigint not null default nextval('toy.place'),
                              event uuid not null, key uuid not null, source text not null,
                              sequence bigint not null);
                          create table toy.woken (
                              place bigint not null default nextval('toy.place'),
                              key uuid not null, at timestamptz not null,
                              unconfirmed boolean not null)";
            owner.execute(tables).await?;
            testkit::grant(owner, "toy", role).await?;
            Ok(())
        })
        .await;
        let metrics = Metrics::new("toy", service.word(), None).unwrap();
        let delivery = delivery(service, database.pool(), nats, &metrics.meter());
        Self {
            delivery,
            metrics: Arc::new(metrics),
            database: Arc::new(database),
            handler: Handler::default(),
            asked: Asked::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    /// Another process of the same service.
    pub(crate) fn again(&self) -> Self {
        Self {
            delivery: self.delivery.clone(),
            metrics: self.metrics.clone(),
            database: self.database.clone(),
            handler: self.handler.clone(),
            asked: self.asked.clone(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    pub(crate) fn pool(&self) -> &PgPool {
        self.delivery.pool()
    }

    pub(crate) fn clock(&self) -> &Clock {
        self.delivery.clock()
    }

    /// Moves the machine's time ahead, as waiting would.
    pub(crate) fn wait(&self, duration: SignedDuration) {
        self.clock().correct(duration);
    }

    pub(crate) fn relay(&self) {
        for relay in self.delivery.relays() {
            self.tasks.spawn(relay.run(self.stop.clone()));
        }
    }

    pub(crate) fn inbox(&self) {
        let inbox = self.delivery.inbox(self.handler.clone(), self.asked.clone());
        self.tasks.spawn(inbox.run(self.stop.clone()));
    }

    pub(crate) fn waker(&self) {
        let waker = self.delivery.waker(self.handler.clone());
        self.tasks.spawn(waker.run(self.stop.clone()));
    }

    pub(crate) fn upkeep(&self) {
        self.tasks.spawn(self.delivery.upkeep().run(self.stop.clone()));
    }

    /// Replays a letter, as a person does.
    pub(crate) async fn replay(&self, letter: Uuid) -> Outcome {
        let mut tx = self.pool().begin().await.unwrap();
        let outcome = dead_letters::replay(&mut tx, self.clock(), letter, "ops").await.unwrap();
        self.settled(tx, outcome).await
    }

    /// Drops a letter, as a person does.
    pub(crate) async fn drop(&self, letter: Uuid) -> Outcome {
        let (mut tx, why) = (self.pool().begin().await.unwrap(), "a test");
        let dropped = dead_letters::drop(&mut tx, self.clock(), letter, "ops", why).await;
        self.settled(tx, dropped.unwrap()).await
    }

    async fn settled(&self, tx: Tx<'_>, outcome: Outcome) -> Outcome {
        tx.commit().await.unwrap();
        self.delivery.bell().ring();
        outcome
    }

    /// Tells all loops to stop, waits for them, and sees that nothing is doubled or dead.
    pub(crate) async fn stop(&self) {
        self.stop_with_letters(0).await;
    }

    /// The same with so many dead letters of all kinds.
    pub(crate) async fn stop_with_letters(&self, letters: usize) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        let doubled = "select count(*) - count(distinct event) from toy.effect";
        assert_eq!(self.count(doubled).await, 0, "doubled effects");
        let dead = dead_letters::list(self.pool(), 10).await.unwrap();
        assert_eq!(dead.len(), letters, "{dead:?}");
    }

    /// A metric as an operator reads it, of the line with this label.
    pub(crate) fn metric(&self, name: &str, label: (&str, &str)) -> Option<f64> {
        let text = telemetry::exposition([&*self.metrics]).unwrap();
        let (name, label) = (format!("{name}{{"), format!("{}=\"{}\"", label.0, label.1));
        let mut lines = text.lines().filter(|line| line.starts_with(&name));
        lines.find(|line| line.contains(&label))?.rsplit(' ').next()?.parse().ok()
    }

    /// A command: one transaction that says `facts` about `key`.
    pub(crate) async fn say(&self, key: Uuid, facts: &[Fact]) {
        let mut tx = self.pool().begin().await.unwrap();
        let mut locked = lock(&mut tx, &[key]).await.unwrap();
        for fact in facts {
            self.append(&mut locked[0], fact);
        }
        save(&mut tx, &mut locked, self.clock().machine()).await.unwrap();
        tx.commit().await.unwrap();
        self.delivery.bell().ring();
    }

    pub(crate) fn append(&self, aggregate: &mut Locked, fact: &Fact) -> Uuid {
        let now = self.clock().now();
        let stamp =
            Stamp { happened: now, recorded: now, revision: Revision::NONE, traceparent: None };
        let mut ids = RandomIds::new(self.clock().clone());
        aggregate.append(self.delivery.producer(), fact, &stamp, &mut ids).unwrap()
    }

    /// The sequences that took effect for `key`, in the order of their effects.
    pub(crate) async fn effects(&self, key: Uuid) -> Vec<i64> {
        sqlx::query_scalar("select sequence from toy.effect where key = $1 order by place")
            .bind(key)
            .fetch_all(self.pool())
            .await
            .unwrap()
    }

    /// What happened to `key`, in order: the sequence of each fact, 0 for a wake-up.
    pub(crate) async fn history(&self, key: Uuid) -> Vec<i64> {
        sqlx::query_scalar(
            "select sequence from (select place, key, sequence from toy.effect
                                   union all
                                   select place, key, 0 from toy.woken) history
             where key = $1 order by place",
        )
        .bind(key)
        .fetch_all(self.pool())
        .await
        .unwrap()
    }

    /// Waits until exactly these took effect, in this order.
    pub(crate) async fn reaches(&self, key: Uuid, sequences: &[i64]) {
        let what = format!("the effects {sequences:?}");
        eventually(&what, async || self.effects(key).await == sequences).await;
    }

    /// Why events of `key` wait, by sequence.
    pub(crate) async fn waiting(&self, key: Uuid) -> Vec<(i64, String)> {
        sqlx::query_as(
            "select sequence, reason from delivery.inbox_waiting where key = $1 order by sequence",
        )
        .bind(key)
        .fetch_all(self.pool())
        .await
        .unwrap()
    }

    /// Makes time pass while a handler sleeps, and only then, so that no real work is taken for
    /// late, until it is so; panics with `what` if it is not within a minute of real time.
    pub(crate) async fn in_the_course_of_time(
        &self,
        what: &str,
        mut check: impl AsyncFnMut() -> bool,
    ) {
        let begun = Instant::now();
        while !check().await {
            assert!(begun.elapsed() < Duration::from_mins(1), "not in the course of time: {what}");
            if self.handler.asleep.load(Ordering::SeqCst) > 0 {
                tokio::time::pause();
                tokio::time::advance(Duration::from_secs(4)).await;
                tokio::time::resume();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub(crate) async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(self.pool()).await.unwrap()
    }
}

pub(crate) fn delivery(service: Service, pool: PgPool, nats: Client, meter: &Meter) -> Delivery {
    let source = Source { installation: installation(), service };
    Delivery::new(pool, nats, Producer { source, epoch: 1 }, Clock::system(), meter)
}

/// What the toys do with facts and wake-ups: a row each, unless the key is poisoned.
#[derive(Debug, Clone, Default)]
pub(crate) struct Handler {
    poison: Arc<Mutex<BTreeSet<(Uuid, u64)>>>,
    weary: Arc<AtomicBool>,
    slow: Arc<Mutex<Option<Uuid>>>,
    asleep: Arc<AtomicUsize>,
}

impl Handler {
    /// The fact at `sequence` of `key`, or its wake-up (0), panics from now on.
    pub(crate) fn poison(&self, key: Uuid, sequence: u64) {
        self.poison.lock().unwrap().insert((key, sequence));
    }

    pub(crate) fn cure(&self) {
        self.poison.lock().unwrap().clear();
        *self.slow.lock().unwrap() = None;
    }

    /// Each fact and each wake-up takes 16 s from now on: two are too long for a transaction.
    pub(crate) fn weary(&self) {
        self.weary.store(true, Ordering::SeqCst);
    }

    /// Each fact and each wake-up of this key takes longer than a transaction may.
    pub(crate) fn slow(&self, key: Uuid) {
        *self.slow.lock().unwrap() = Some(key);
    }

    async fn try_it(&self, key: Uuid, sequence: u64) {
        let poisoned = self.poison.lock().unwrap().contains(&(key, sequence));
        assert!(!poisoned, "poisoned");
        if self.weary.load(Ordering::SeqCst) {
            self.sleep(Duration::from_secs(16)).await;
        }
        let is_slow = *self.slow.lock().unwrap() == Some(key);
        if is_slow {
            self.sleep(Duration::from_secs(40)).await;
        }
    }

    async fn sleep(&self, time: Duration) {
        let _asleep = Asleep::new(&self.asleep);
        tokio::time::sleep(time).await;
    }
}

/// Counts a sleeper, until it wakes or is cut off.
struct Asleep<'a>(&'a AtomicUsize);

impl<'a> Asleep<'a> {
    fn new(sleepers: &'a AtomicUsize) -> Self {
        sleepers.fetch_add(1, Ordering::SeqCst);
        Self(sleepers)
    }
}

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Facts for Handler {
    async fn apply(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        received: Received<'_>,
        _now: Timestamp,
    ) -> Result<(), Fault> {
        let Envelope { id, key, source, sequence, .. } = received.envelope;
        assert_eq!(aggregate.key(), *key);
        sqlx::query(
            "insert into toy.effect (event, key, source, sequence) values ($1, $2, $3, $4)",
        )
        .bind(id)
        .bind(key)
        .bind(source.service.word())
        .bind(sequence.cast_signed())
        .execute(&mut **tx)
        .await?;
        self.try_it(*key, *sequence).await;
        Ok(())
    }
}

impl Wakes for Handler {
    async fn wake(&self, tx: &mut Tx<'_>, aggregate: &mut Locked, wake: Wake) -> Result<(), Fault> {
        let planned = aggregate.next_at().unwrap();
        sqlx::query("insert into toy.woken (key, at, unconfirmed) values ($1, $2, $3)")
            .bind(aggregate.key())
            .bind(jiff_sqlx::Timestamp::from(planned))
            .bind(wake.unconfirmed)
            .execute(&mut **tx)
            .await?;
        self.try_it(aggregate.key(), 0).await;
        aggregate.wake_at(None);
        Ok(())
    }
}

/// Whom the inbox asked to redeliver what.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked(Arc<Mutex<Vec<Missing>>>);

impl Asked {
    pub(crate) fn all(&self) -> Vec<Missing> {
        self.0.lock().unwrap().clone()
    }
}

impl Sources for Asked {
    async fn redeliver(
        &self,
        missing: Missing,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.0.lock().unwrap().push(missing);
        Ok(())
    }
}

/// A key that no other test uses.
pub(crate) fn key() -> Uuid {
    RandomIds::new(Clock::system()).uuid()
}

/// A small fact of intake.
pub(crate) fn closed() -> Fact {
    let closed_at = Timestamp::UNIX_EPOCH;
    IntakeFact::from(CaseClosedV1 { cycle: Cycle::FIRST, end: End::Solved, closed_at, by: None })
        .into()
}

/// A small fact of dispatch.
pub(crate) fn completed() -> Fact {
    let workers = vec![AccountId::from_uuid(Uuid::nil())];
    CaseCompletedV1 { cycle: Cycle::FIRST, completed_at: Timestamp::UNIX_EPOCH, workers }.into()
}

/// An envelope by hand: sequence `sequence` of `key`, by the producer of `stream`.
pub(crate) fn envelope(stream: Stream, key: Uuid, sequence: u64) -> Envelope {
    let service = stream.producer();
    Envelope {
        id: Uuid::from_u128(key.as_u128() ^ (u128::from(sequence) << 8) ^ stream as u128),
        source: Source { installation: installation(), service },
        key,
        sequence,
        epoch: 1,
        happened: Timestamp::UNIX_EPOCH,
        recorded: Timestamp::UNIX_EPOCH,
        after: std::collections::BTreeMap::new(),
        revision: Revision::NONE,
        traceparent: None,
    }
}

/// The stream as its producer makes it, and a way to put messages into it without its relay.
pub(crate) struct Hand {
    jetstream: jetstream::Context,
}

impl Hand {
    pub(crate) async fn new(nats: &Nats, streams: &[Stream]) -> Self {
        let jetstream = nats.jetstream().await;
        for stream in streams {
            jetstream.create_stream(stream_settings(*stream, &installation(), 1)).await.unwrap();
        }
        Self { jetstream }
    }

    pub(crate) async fn put(&self, envelope: &Envelope, fact: &Fact) {
        self.put_bytes(fact.subject(), encode(envelope, fact).unwrap()).await;
    }

    pub(crate) async fn put_bytes(&self, subject: String, bytes: Vec<u8>) {
        self.jetstream.publish(subject, bytes.into()).await.unwrap().await.unwrap();
    }

    /// Puts sequences of `key` of intake in this order.
    pub(crate) async fn put_all(&self, key: Uuid, sequences: &[u64]) {
        for sequence in sequences {
            self.put(&envelope(Stream::Intake, key, *sequence), &closed()).await;
        }
    }
}
