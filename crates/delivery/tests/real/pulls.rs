//! A reader and its connection to the broker.

use std::{sync::atomic::Ordering, time::Duration};

use async_nats::ConnectOptions;
use delivery::lock;
use events::words::{Service, Stream};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use testkit::{Direction, Nats, Proxy, eventually};

use crate::toy::{Hand, Toy, delivery, key};

/// The broker would send it again only after 30 s.
#[tokio::test]
async fn what_is_on_its_way_while_a_new_connection_is_looked_at_arrives() {
    let nats = Nats::start("").await;
    let hand = Hand::new(&nats, &[Stream::Intake]).await;
    let link = Proxy::to(nats.port()).await;
    let url = format!("nats://127.0.0.1:{}", link.port());
    let client = ConnectOptions::new().connect(url).await.unwrap();
    let dispatch = Toy::with(Service::Dispatch, client.clone()).await;
    let key = key();
    hand.put_all(key, &[1]).await;
    dispatch.inbox();
    dispatch.reaches(key, &[1]).await;

    let stream = nats.jetstream().await.get_stream("INTAKE").await.unwrap();
    let reader = async || stream.consumer_info("dispatch").await.unwrap();
    link.cut();
    let connects = || client.statistics().connects.load(Ordering::Relaxed);
    eventually("it is connected again", async || connects() == 2).await;
    eventually("it pulls again", async || reader().await.num_waiting > 0).await;
    link.hold(Direction::ToClient);
    hand.put_all(key, &[2]).await;
    eventually("a message is sent", async || reader().await.num_ack_pending == 1).await;
    // By then the inbox has been without a message for long enough to look at its consumer.
    tokio::time::sleep(Duration::from_secs(1)).await;
    link.pass();
    dispatch.reaches(key, &[1, 2]).await;
    dispatch.stop().await;
}

#[tokio::test]
async fn facts_that_take_too_long_together_are_applied_in_smaller_groups() {
    let nats = Nats::start("").await;
    let hand = Hand::new(&nats, &[Stream::Intake]).await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    let keys = [key(), key(), key()];
    for key in keys {
        hand.put_all(key, &[1]).await;
    }
    dispatch.handler.weary();
    dispatch.inbox();
    let applied = "select count(*) from toy.effect";
    dispatch
        .in_the_course_of_time("all are applied", async || dispatch.count(applied).await == 3)
        .await;
    dispatch.stop().await;
}

#[tokio::test]
async fn a_fact_that_alone_takes_too_long_holds_back_no_other_key() {
    let nats = Nats::start("").await;
    let hand = Hand::new(&nats, &[Stream::Intake]).await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    let mut keys = [key(), key(), key()];
    keys.sort_unstable();
    dispatch.handler.slow(keys[0]);
    for key in keys {
        hand.put_all(key, &[1]).await;
    }
    dispatch.inbox();
    let applied = "select count(*) from toy.effect";
    dispatch
        .in_the_course_of_time("the others are applied", async || {
            dispatch.count(applied).await == 2
        })
        .await;
    let waits = async || dispatch.waiting(keys[0]).await.len() == 1;
    dispatch.in_the_course_of_time("the slow one waits", waits).await;
    let tries = "select max(tries)::bigint from delivery.inbox_waiting";
    assert_eq!(dispatch.count(tries).await, 0, "not counted");
    dispatch.handler.cure();
    dispatch.in_the_course_of_time("it follows", async || dispatch.count(applied).await == 3).await;
    dispatch.stop().await;
}

/// As an administrator's open transaction does.
#[tokio::test]
async fn a_locked_key_holds_back_no_other_one() {
    let nats = Nats::start("").await;
    let hand = Hand::new(&nats, &[Stream::Intake]).await;
    let mut dispatch = Toy::new(Service::Dispatch, &nats).await;
    let options = PgConnectOptions::clone(&dispatch.pool().connect_options());
    let impatient = options.options([("lock_timeout", "200ms")]);
    let impatient = PgPoolOptions::new().connect_with(impatient).await.unwrap();
    let meter = dispatch.metrics.meter();
    let client = nats.client().await;
    let database = std::mem::replace(
        &mut dispatch.delivery,
        delivery(Service::Dispatch, impatient, client, &meter),
    );
    let mut keys = [key(), key(), key()];
    keys.sort_unstable();
    let mut tx = database.pool().begin().await.unwrap();
    let _locked = lock(&mut tx, &keys[..1]).await.unwrap();
    for key in keys {
        hand.put_all(key, &[1, 2]).await;
    }
    dispatch.inbox();
    for key in &keys[1..] {
        dispatch.reaches(*key, &[1, 2]).await;
    }
    assert_eq!(dispatch.effects(keys[0]).await, [0_i64; 0]);
    tx.rollback().await.unwrap();
    dispatch.reaches(keys[0], &[1, 2]).await;
    dispatch.stop().await;
}

#[tokio::test]
async fn a_reader_that_stops_amid_a_backlog_gives_it_back_at_once() {
    let nats = Nats::start("").await;
    let hand = Hand::new(&nats, &[Stream::Intake]).await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    let keys: Vec<_> = (0..3_000).map(|_| key()).collect();
    for key in &keys {
        hand.put_all(*key, &[1]).await;
    }
    dispatch.inbox();
    let applied = "select count(*) from toy.effect";
    eventually("it has begun", async || dispatch.count(applied).await > 0).await;
    let heir = dispatch.again();
    tokio::time::timeout(Duration::from_secs(10), dispatch.stop()).await.unwrap();
    assert!(heir.count(applied).await < 3_000, "there was a backlog");
    heir.inbox();
    eventually("the rest comes too", async || heir.count(applied).await == 3_000).await;
    heir.stop().await;
}
