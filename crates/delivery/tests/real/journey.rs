//! From a commit of one service to an effect in the other.

use delivery::settled;
use events::words::{Service, Stream};
use testkit::{Nats, eventually};

use crate::toy::{Hand, Toy, closed, key};

#[tokio::test]
async fn each_event_takes_effect_once_and_in_order() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    // Of the other two that they read there is only the stream.
    Hand::new(&nats, &[Stream::Escalation, Stream::Survey]).await;
    for toy in [&intake, &dispatch] {
        toy.relay();
        toy.inbox();
    }
    let keys: Vec<_> = (0..20).map(|_| key()).collect();
    for _ in 0..5 {
        for key in &keys {
            intake.say(*key, &[closed(), closed(), closed()]).await;
        }
    }
    let expected: Vec<i64> = (1..=15).collect();
    for key in &keys {
        dispatch.reaches(*key, &expected).await;
    }
    eventually("both services rest", async || {
        let (one, other) = (settled(&intake.delivery).await, settled(&dispatch.delivery).await);
        match (one, other) {
            (Ok(one), Ok(other)) => one.is_at_rest() && other.is_at_rest(),
            _ => false,
        }
    })
    .await;
    assert_eq!(intake.count("select count(*) from delivery.outbox_pending").await, 0);
    assert_eq!(intake.count("select count(*) from delivery.outbox").await, 300);
    let recorded = "select sum(cardinality(seqs)) from delivery.relay_batch";
    assert_eq!(intake.count(recorded).await, 300);
    intake.stop().await;
    dispatch.stop().await;
}

#[tokio::test]
async fn a_full_outbox_goes_out_in_atomic_batches() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    let keys: Vec<_> = (0..50).map(|_| key()).collect();
    for key in &keys {
        intake.say(*key, &vec![closed(); 50]).await;
    }
    intake.relay();
    dispatch.inbox();
    let expected: Vec<i64> = (1..=50).collect();
    for key in &keys {
        dispatch.reaches(*key, &expected).await;
    }
    let batches = "select max(cardinality(seqs))::bigint from delivery.relay_batch";
    assert_eq!(intake.count(batches).await, 1_000);
    intake.stop().await;
    dispatch.stop().await;
}

#[tokio::test]
async fn what_is_committed_before_the_stop_is_still_published() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    intake.relay();
    let key = key();
    eventually("the stream is there", async || {
        nats.jetstream().await.get_stream("INTAKE").await.is_ok()
    })
    .await;
    intake.say(key, &vec![closed(); 40]).await;
    intake.stop().await;
    assert_eq!(intake.count("select count(*) from delivery.outbox_pending").await, 0);
    dispatch.inbox();
    dispatch.reaches(key, &(1..=40).collect::<Vec<_>>()).await;
    dispatch.stop().await;
}

#[tokio::test]
async fn two_replicas_share_the_work_and_double_nothing() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    intake.relay();
    intake.relay();
    dispatch.inbox();
    dispatch.inbox();
    let keys: Vec<_> = (0..10).map(|_| key()).collect();
    for _ in 0..30 {
        for key in &keys {
            intake.say(*key, &[closed()]).await;
        }
    }
    let expected: Vec<i64> = (1..=30).collect();
    for key in &keys {
        dispatch.reaches(*key, &expected).await;
    }
    assert_eq!(dispatch.count("select count(*) from toy.effect").await, 300);
    intake.stop().await;
    dispatch.stop().await;
}
