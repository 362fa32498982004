//! What a relay does to its store and to its operator.

use std::time::Duration;

use delivery::stream_settings;
use events::{
    nats::INSTALLATION,
    words::{Service, Stream},
};
use sqlx::{Executor, PgPool};
use testkit::{Direction, Nats, Proxy, eventually};
use tokio_util::sync::CancellationToken;
use tracing::Level;

use crate::{
    log::Log,
    toy::{Toy, closed, completed, delivery, installation, key},
};

const PENDING: &str = "select count(*) from delivery.outbox_pending";

/// Starts another relay of `toy` that reaches its store by `link`.
async fn relay_by(link: &Proxy, toy: &Toy, nats: &Nats) -> CancellationToken {
    let pool = PgPool::connect_lazy(&toy.database.url_by(link.port())).unwrap();
    let stop = CancellationToken::new();
    let (nats, meter) = (nats.client().await, toy.metrics.meter());
    for relay in delivery(Service::Intake, pool, nats, &meter).relays() {
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

#[tokio::test]
async fn a_stream_that_cannot_serve_is_told_once_whatever_is_tried() {
    let (log, _guard) = Log::listen();
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let mut settings = stream_settings(Stream::Intake, &installation(), 1);
    settings.metadata.insert(INSTALLATION.to_owned(), "another".to_owned());
    nats.jetstream().await.create_stream(settings).await.unwrap();
    intake.relay();
    eventually("it is tried again", async || log.lines().len() >= 5).await;
    assert_eq!(log.from(Level::WARN).len(), 1);
    intake.stop().await;
}

/// The store answers the leader's pings all the while, so nobody else will settle.
#[tokio::test]
async fn a_settlement_that_the_store_never_ends_is_given_up_and_tried_again() {
    let nats = Nats::start("").await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    dispatch.say(key(), &[completed()]).await;
    let owner = dispatch.database.owner_pool();
    let mut lock = owner.begin().await.unwrap();
    lock.execute("lock table delivery.relay_state in exclusive mode").await.unwrap();
    dispatch.relay();
    let settlements = async || -> i64 {
        let waits = "select count(*) from pg_locks
                     where not granted and relation = 'delivery.relay_state'::regclass";
        sqlx::query_scalar(waits).fetch_one(&owner).await.unwrap()
    };
    eventually("the settlement waits", async || settlements().await == 1).await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(150)).await;
    tokio::time::resume();
    eventually("there is another", async || settlements().await == 2).await;
    lock.rollback().await.unwrap();
    eventually("it is published", async || dispatch.count(PENDING).await == 0).await;
    dispatch.stop().await;
}
