//! Without its broker, without its store, and with them again.

use std::time::Duration;

use events::{What, words::Stream};
use futures::future::join_all;
use jiff::SignedDuration;
use proto::delivery::v1::{RedeliverRequest, delivery_client::DeliveryClient};
use rpc::{Call, Code, Error};
use sqlx::{Postgres, Transaction};
use testkit::{Nats, Proxy, eventually};
use tokio::time::{Instant, timeout};

use crate::campus::{Campus, assistant, example, leak, reason};

/// The types of the events about a key that a stream holds, in their order.
async fn published(nats: &Nats, stream: Stream, key: &str) -> Vec<String> {
    let jetstream = nats.jetstream().await;
    let Ok(mut stream) = jetstream.get_stream(stream.name()).await else {
        return Vec::new();
    };
    let last = stream.info().await.unwrap().state.last_sequence;
    let mut types = Vec::new();
    for sequence in 1..=last {
        let message = stream.get_raw_message(sequence).await.unwrap();
        let received = events::decode(&message.payload).unwrap();
        if received.envelope.key.to_string() == key {
            let What::Known(fact) = received.what else { panic!("{received:?}") };
            types.push(fact.name());
        }
    }
    types
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_broker_it_accepts_and_publishes_when_the_broker_is_back() {
    let mut nats = Nats::start("").await;
    let campus = Campus::new().await;
    let intake = campus.start_on(&nats.url()).await;
    intake.apply(&example()).await.unwrap();
    nats.stop().await;
    let told = intake.accept(&assistant(), leak()).await.unwrap();
    intake.withdraw(&assistant(), &told.number).await.unwrap();
    nats.restart().await;
    let expected = ["intake.case.accepted", "intake.case.closed"];
    let there = async || published(&nats, Stream::Intake, &told.case_id).await == expected;
    eventually("both events are published in their order", there).await;
    let pending = "select count(*) from delivery.outbox_pending";
    eventually("nothing is pending", async || campus.count(pending).await == 0).await;
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_service_may_ask_for_events_again_and_a_person_may_not() {
    let nats = Nats::start("").await;
    let campus = Campus::new().await;
    let intake = campus.start_on(&nats.url()).await;
    intake.apply(&example()).await.unwrap();
    let told = intake.accept(&assistant(), leak()).await.unwrap();
    let count = async |expected: usize| {
        published(&nats, Stream::Intake, &told.case_id).await.len() == expected
    };
    eventually("the event is published", async || count(1).await).await;
    let pending = "select count(*) from delivery.outbox_pending";
    eventually("the relay has noted it", async || campus.count(pending).await == 0).await;

    let ask = async |call: Call| {
        let request = RedeliverRequest { key: told.case_id.clone(), from: 1 };
        let mut client = DeliveryClient::new(intake.channel());
        let answer = client.redeliver(call.request(request)).await.map_err(Error::from)?;
        Ok::<_, Error>(answer.into_inner().events)
    };
    assert_eq!(reason(ask(intake.ask(&assistant())).await), "not-permitted");
    assert_eq!(ask(Call::new()).await.unwrap(), 1);
    eventually("the event is published again", async || count(2).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_store_it_tells_each_caller_soon_and_goes_on_when_the_store_is_back() {
    let campus = Campus::new().await;
    let proxy = Proxy::to(campus.config().store.port).await;
    let intake = campus.start_with(|config| config.store.port = proxy.port()).await;
    intake.apply(&example()).await.unwrap();
    proxy.refuse();
    let calls: Vec<_> = (0..20).map(|_| intake.tell(&assistant())).collect();
    let begun = Instant::now();
    for answer in join_all(calls.iter().map(|call| intake.accept_by(call, leak()))).await {
        assert_eq!(answer.unwrap_err().code(), Code::Unavailable);
    }
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert_eq!(campus.count("select count(*) from intake.cases").await, 0);

    proxy.pass();
    for call in &calls {
        let accepted = async || intake.accept_by(call, leak()).await.ok();
        eventually("the call is accepted", accepted).await;
    }
    assert_eq!(campus.count("select count(*) from intake.cases").await, 20);
}

/// Keeps every case locked until it is dropped.
async fn locked(campus: &Campus) -> Transaction<'static, Postgres> {
    let mut lock = campus.pool().begin().await.unwrap();
    let statement = "lock table intake.cases in access exclusive mode";
    sqlx::query(statement).execute(&mut *lock).await.unwrap();
    lock
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_lock_that_nobody_gives_back_all_are_told_at_once() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let lock = locked(&campus).await;
    let calls = (0..40).map(|_| async { reason(intake.accept(&assistant(), leak()).await) });
    let reasons = join_all(calls).await;
    assert!(reasons.iter().all(|reason| reason == "store-unavailable"), "{reasons:?}");
    drop(lock);
    intake.accept(&assistant(), leak()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn for_callers_who_are_gone_nothing_is_accepted() {
    let campus = Campus::new().await;
    let intake = campus.open().await;
    let lock = locked(&campus).await;
    let call = intake.tell(&assistant());
    // By one call, which may be made again: on a busy machine the lock outlasts the first try.
    let first = eventually("the first one is accepted", async || {
        intake.accept_by(&call, leak()).await.ok()
    });
    let others = async {
        // Only just: its wait ends after two seconds, and theirs is to begin and to end in it.
        eventually("the first one waits for the lock", async || {
            let since = intake.clock().machine() - SignedDuration::from_millis(500);
            let waits = "select count(*) from pg_locks
                         where not granted and waitstart > $1::timestamptz";
            let waits = sqlx::query_scalar::<_, i64>(waits).bind(since.to_string());
            waits.fetch_one(campus.pool()).await.unwrap() == 1
        })
        .await;
        let given_up = (0..20).map(|_| {
            timeout(Duration::from_millis(300), async { intake.accept(&assistant(), leak()).await })
        });
        assert!(join_all(given_up).await.iter().all(Result::is_err));
        drop(lock);
        intake.accept(&assistant(), leak()).await.unwrap();
    };
    tokio::join!(first, others);
    assert_eq!(campus.count("select count(*) from intake.cases").await, 2);
}
