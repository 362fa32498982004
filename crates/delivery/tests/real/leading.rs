//! What a relay does to its store and to its operator.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use delivery::stream_settings;
use events::words::{Service, Stream};
use sqlx::{Executor, PgPool};
use testkit::{Direction, Nats, Proxy, eventually};
use tokio_util::sync::CancellationToken;
use tracing::{Event, Level, Metadata, Subscriber, span};

use crate::toy::{Toy, closed, delivery, installation, key};

const PENDING: &str = "select count(*) from delivery.outbox_pending";

/// Starts another relay of `toy` that reaches its store by `link`.
async fn relay_by(link: &Proxy, toy: &Toy, nats: &Nats) -> CancellationToken {
    let pool = PgPool::connect_lazy(&toy.database.url_by(link.port())).unwrap();
    let stop = CancellationToken::new();
    for relay in delivery(Service::Intake, pool, nats.client().await).relays() {
        tokio::spawn(relay.run(stop.clone()));
    }
    stop
}

async fn link_to_store(toy: &Toy) -> Proxy {
    Proxy::to(toy.pool().connect_options().get_port()).await
}

#[tokio::test]
async fn a_candidate_whose_store_fell_silent_asks_again_and_leads() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    intake.relay();
    intake.say(key(), &[closed()]).await;
    eventually("it leads", async || intake.count(PENDING).await == 0).await;
    let link = link_to_store(&intake).await;
    let stop = relay_by(&link, &intake, &nats).await;
    eventually("another asks for the lock", async || link.traffic(Direction::ToClient).passed > 0)
        .await;
    link.swallow(Direction::ToClient);
    let silent = async || link.traffic(Direction::ToClient).swallowed > 0;
    eventually("an answer is lost", silent).await;
    link.pass();
    intake.stop().await;
    intake.say(key(), &[closed()]).await;
    eventually("the candidate leads", async || intake.count(PENDING).await == 0).await;
    stop.cancel();
}

#[tokio::test]
async fn a_backlog_of_large_events_is_fetched_once() {
    const EVENTS: usize = 400;
    const SWOLLEN: u64 = 60_000;
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    intake.say(key(), &vec![closed(); EVENTS]).await;
    let swell = "update delivery.outbox set payload = payload || repeat(' ', 60000)::bytea";
    intake.database.owner_pool().execute(swell).await.unwrap();
    let link = link_to_store(&intake).await;
    let stop = relay_by(&link, &intake, &nats).await;
    eventually("all is published", async || intake.count(PENDING).await == 0).await;
    let fetched = link.traffic(Direction::ToClient).passed;
    let all = EVENTS as u64 * SWOLLEN;
    assert!((all..all * 5 / 4).contains(&fetched), "{fetched} bytes");
    stop.cancel();
}

/// Counts what this thread logs.
#[derive(Clone, Default)]
struct Log {
    warnings: Arc<AtomicUsize>,
    all: Arc<AtomicUsize>,
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target().starts_with("delivery::relay")
    }

    fn event(&self, event: &Event<'_>) {
        self.all.fetch_add(1, Ordering::Relaxed);
        if *event.metadata().level() <= Level::WARN {
            self.warnings.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn a_stream_that_cannot_serve_is_told_once_whatever_is_tried() {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let mut settings = stream_settings(Stream::Intake, &installation(), 1);
    settings.allow_atomic_publish = false;
    nats.jetstream().await.create_stream(settings).await.unwrap();
    intake.relay();
    eventually("it is tried again", async || log.all.load(Ordering::Relaxed) >= 5).await;
    assert_eq!(log.warnings.load(Ordering::Relaxed), 1);
    intake.stop().await;
}
