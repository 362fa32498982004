//! Clocks that never miss, and never hold each other up.

use std::time::Duration;

use delivery::dead_letters::{self, Kind, Outcome};
use delivery::{lock, nudge, save, settled};
use events::{
    nats::durable,
    words::{Service, Stream},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use testkit::{Nats, eventually};
use uuid::Uuid;

use crate::toy::{Hand, Toy, key};

/// A service that reads two streams that are there and empty.
async fn survey() -> (Nats, Toy) {
    let nats = Nats::start("").await;
    let toy = Toy::new(Service::CallbackSurvey, &nats).await;
    Hand::new(&nats, &[Stream::Intake, Stream::Definition]).await;
    toy.inbox();
    (nats, toy)
}

async fn plan(toy: &Toy, key: Uuid, at: Timestamp) {
    let mut tx = toy.pool().begin().await.unwrap();
    let mut locked = lock(&mut tx, &[key]).await.unwrap();
    locked[0].wake_at(Some(at));
    save(&mut tx, &mut locked, toy.clock().machine()).await.unwrap();
    tx.commit().await.unwrap();
    toy.delivery.bell().ring();
}

async fn woken(toy: &Toy) -> Vec<Uuid> {
    sqlx::query_scalar("select key from toy.woken order by place")
        .fetch_all(toy.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn an_aggregate_is_woken_when_its_time_has_come_and_not_before() {
    let (_nats, survey) = survey().await;
    survey.waker();
    let (soon, later) = (key(), key());
    let now = survey.clock().now();
    plan(&survey, later, now + SignedDuration::from_hours(4)).await;
    plan(&survey, soon, now).await;
    eventually("the first is woken", async || woken(&survey).await == [soon]).await;
    survey.clock().set_offset(SignedDuration::from_hours(4));
    survey.delivery.bell().ring();
    eventually("the other is woken", async || woken(&survey).await == [soon, later]).await;
    assert_eq!(survey.count("select count(*) from toy.woken where unconfirmed").await, 0);
    survey.stop().await;
}

#[tokio::test]
async fn a_thousand_due_ones_are_woken_once_each_by_two_replicas() {
    let (_nats, survey) = survey().await;
    let keys: Vec<Uuid> = (0..1_200).map(|_| key()).collect();
    let now = survey.clock().now();
    let mut tx = survey.pool().begin().await.unwrap();
    let mut locked = lock(&mut tx, &keys).await.unwrap();
    for aggregate in &mut locked {
        aggregate.wake_at(Some(now));
    }
    save(&mut tx, &mut locked, survey.clock().machine()).await.unwrap();
    tx.commit().await.unwrap();
    survey.waker();
    survey.waker();
    eventually("nothing is due", async || {
        survey.count("select count(*) from delivery.aggregate where next_at is not null").await == 0
    })
    .await;
    assert_eq!(survey.count("select count(*) from toy.woken").await, 1_200);
    assert_eq!(survey.count("select count(distinct key) from toy.woken").await, 1_200);
    survey.stop().await;
}

#[tokio::test]
async fn a_row_that_fails_is_put_back_and_listed_and_the_others_pass() {
    let (_nats, survey) = survey().await;
    let keys: Vec<Uuid> = (0..10).map(|_| key()).collect();
    let bad = keys[4];
    survey.handler.poison(bad, 0);
    let now = survey.clock().now();
    for key in &keys {
        plan(&survey, *key, now).await;
    }
    survey.waker();
    eventually("the good ones are woken", async || woken(&survey).await.len() == 9).await;
    // So often that it is not tried again by itself before a person replays it.
    let letter = eventually("the bad one is listed", async || {
        let letters = dead_letters::list(survey.pool(), 10).await.unwrap();
        letters.into_iter().find(|letter| letter.tries >= 6)
    })
    .await;
    assert_eq!((letter.kind, letter.id, letter.key), (Kind::WakeUp, bad, bad));
    let dropped = survey.drop(bad).await;
    assert_eq!(dropped, Outcome::NotDroppable(Kind::WakeUp));

    survey.handler.cure();
    let replayed = survey.replay(bad).await;
    assert_eq!(replayed, Outcome::Done);
    eventually("the bad one is woken too", async || woken(&survey).await.contains(&bad)).await;
    assert_eq!(dead_letters::list(survey.pool(), 10).await.unwrap(), []);
    survey.stop().await;
}

#[tokio::test]
async fn a_wake_up_that_failed_and_is_not_wanted_any_more_waits_for_nobody() {
    let (_nats, survey) = survey().await;
    let key = key();
    survey.handler.poison(key, 0);
    plan(&survey, key, survey.clock().now()).await;
    survey.waker();
    eventually("it is listed", async || {
        dead_letters::list(survey.pool(), 10).await.unwrap().len() == 1
    })
    .await;
    let mut tx = survey.pool().begin().await.unwrap();
    let mut locked = lock(&mut tx, &[key]).await.unwrap();
    locked[0].wake_at(None);
    save(&mut tx, &mut locked, survey.clock().machine()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(dead_letters::list(survey.pool(), 10).await.unwrap(), []);
    survey.stop().await;
}

#[tokio::test]
async fn wake_ups_that_take_too_long_together_are_made_in_smaller_claims() {
    let (_nats, survey) = survey().await;
    let keys = [key(), key(), key()];
    survey.handler.weary();
    let now = survey.clock().now();
    for key in keys {
        plan(&survey, key, now).await;
    }
    survey.waker();
    survey.in_the_course_of_time("all are woken", async || woken(&survey).await.len() == 3).await;
    assert_eq!(survey.count("select count(*) from delivery.wake_fault").await, 0);
    survey.stop().await;
}

#[tokio::test]
async fn a_wake_up_that_alone_takes_too_long_is_put_back_and_holds_up_no_other() {
    let (_nats, survey) = survey().await;
    let keys = [key(), key(), key()];
    survey.handler.slow(keys[0]);
    let now = survey.clock().now();
    for (seconds, key) in (0..).zip(keys) {
        plan(&survey, key, now - SignedDuration::from_secs(9 - seconds)).await;
    }
    survey.waker();
    survey
        .in_the_course_of_time("the others are woken", async || woken(&survey).await.len() == 2)
        .await;
    let put_back = "select count(*) from delivery.wake_fault";
    survey
        .in_the_course_of_time("it is put back", async || survey.count(put_back).await == 1)
        .await;
    survey.handler.cure();
    survey.in_the_course_of_time("it follows", async || woken(&survey).await.len() == 3).await;
    survey.stop().await;
}

#[tokio::test]
async fn a_clock_waits_a_minute_for_the_facts_of_its_key_and_then_fires_unconfirmed() {
    let nats = Nats::start("").await;
    let survey = Toy::new(Service::CallbackSurvey, &nats).await;
    let hand = Hand::new(&nats, &[Stream::Intake, Stream::Definition]).await;
    let (holed, whole) = (key(), key());
    hand.put_all(holed, &[2]).await;
    survey.inbox();
    eventually("the fact waits", async || survey.waiting(holed).await.len() == 1).await;
    let now = survey.clock().now();
    plan(&survey, holed, now).await;
    plan(&survey, whole, now).await;
    survey.waker();
    eventually("the other is woken", async || woken(&survey).await == [whole]).await;
    sqlx::query("update delivery.inbox_waiting set since = since - interval '61 s'")
        .execute(survey.pool())
        .await
        .unwrap();
    eventually("both are woken", async || woken(&survey).await.len() == 2).await;
    let unconfirmed: Vec<Uuid> = sqlx::query_scalar("select key from toy.woken where unconfirmed")
        .fetch_all(survey.pool())
        .await
        .unwrap();
    assert_eq!(unconfirmed, [holed]);
    survey.stop().await;
}

#[tokio::test]
async fn a_clock_waits_while_a_fact_of_its_key_is_tried_and_fires_unconfirmed_once_it_is_dead() {
    let nats = Nats::start("").await;
    let survey = Toy::new(Service::CallbackSurvey, &nats).await;
    let hand = Hand::new(&nats, &[Stream::Intake, Stream::Definition]).await;
    let (bad, good) = (key(), key());
    survey.handler.poison(bad, 1);
    hand.put_all(bad, &[1]).await;
    survey.inbox();
    eventually("it is tried again", async || {
        survey.waiting(bad).await.iter().any(|(_, why)| why == "fault")
    })
    .await;
    let now = survey.clock().now();
    plan(&survey, bad, now).await;
    plan(&survey, good, now).await;
    survey.waker();
    eventually("both are woken", async || woken(&survey).await.len() == 2).await;
    assert_eq!(survey.count("select count(*) from delivery.dead").await, 1);
    let woken = "select key, unconfirmed from toy.woken order by place";
    let woken: Vec<(Uuid, bool)> = sqlx::query_as(woken).fetch_all(survey.pool()).await.unwrap();
    assert_eq!(woken, [(good, false), (bad, true)]);
    survey.stop_with_letters(1).await;
}

/// A service with a fact about `key` on the stream that its consumer does not hand out, and a clock
/// of `key` whose time has come.
async fn fact_before_clock(nats: &Nats, key: Uuid) -> Toy {
    let survey = Toy::new(Service::CallbackSurvey, nats).await;
    let hand = Hand::new(nats, &[Stream::Intake, Stream::Definition]).await;
    survey.inbox();
    let jetstream = nats.jetstream().await;
    let pause = format!("CONSUMER.PAUSE.INTAKE.{READER}");
    let until = json!({ "pause_until": "2999-01-01T00:00:00Z" });
    let paused = async || {
        let answer: Value = jetstream.request(pause.clone(), &until).await.unwrap();
        answer["paused"] == true
    };
    eventually("the consumer is there, and is paused", paused).await;
    hand.put_all(key, &[1]).await;
    plan(&survey, key, survey.clock().now()).await;
    survey.waker();
    tokio::time::sleep(Duration::from_millis(500)).await;
    survey
}

const READER: &str = durable(Service::CallbackSurvey);

async fn hand_out(nats: &Nats) {
    let stream = nats.jetstream().await.get_stream("INTAKE").await.unwrap();
    stream.resume_consumer(READER).await.unwrap();
}

#[tokio::test]
async fn clocks_wait_until_the_facts_of_that_moment_are_in() {
    let (nats, key) = (Nats::start("").await, key());
    let survey = fact_before_clock(&nats, key).await;
    hand_out(&nats).await;
    eventually("it is woken", async || woken(&survey).await == [key]).await;
    assert_eq!(survey.history(key).await, [1, 0], "after the fact");
    assert_eq!(survey.count("select count(*) from toy.woken where unconfirmed").await, 0);
    survey.stop().await;
}

#[tokio::test]
async fn clocks_wait_a_minute_for_facts_that_do_not_come_and_then_fire_unconfirmed() {
    let (nats, key) = (Nats::start("").await, key());
    let survey = fact_before_clock(&nats, key).await;
    assert!(woken(&survey).await.is_empty());
    tokio::time::pause();
    tokio::time::advance(Duration::from_mins(1)).await;
    tokio::time::resume();
    eventually("it is woken", async || woken(&survey).await == [key]).await;
    assert_eq!(survey.count("select count(*) from toy.woken where unconfirmed").await, 1);
    hand_out(&nats).await;
    survey.reaches(key, &[1]).await;
    assert_eq!(survey.history(key).await, [0, 1]);
    survey.stop().await;
}

#[tokio::test]
async fn a_stream_that_was_never_made_holds_up_neither_clocks_nor_rest() {
    let nats = Nats::start("").await;
    let survey = Toy::new(Service::CallbackSurvey, &nats).await;
    Hand::new(&nats, &[Stream::Intake]).await;
    survey.inbox();
    survey.waker();
    let key = key();
    plan(&survey, key, survey.clock().now()).await;
    eventually("it is woken", async || woken(&survey).await == [key]).await;
    assert_eq!(survey.count("select count(*) from toy.woken where unconfirmed").await, 0);
    let settled = delivery::settled(&survey.delivery).await.unwrap();
    assert!(settled.is_at_rest());
    assert_eq!(settled.reads.into_keys().collect::<Vec<_>>(), [Stream::Intake]);
    survey.stop().await;
}

async fn wish(toy: &Toy, key: Uuid, at: Timestamp) {
    let mut tx = toy.pool().begin().await.unwrap();
    nudge(&mut tx, key, at).await.unwrap();
    tx.commit().await.unwrap();
    toy.delivery.bell().ring();
}

#[tokio::test]
async fn a_nudge_wakes_a_new_aggregate_and_an_old_one_earlier_and_never_later() {
    let (_nats, survey) = survey().await;
    let (unknown, earlier, later) = (key(), key(), key());
    let now = survey.clock().now();
    let hours = |hours| now + SignedDuration::from_hours(hours);
    plan(&survey, earlier, hours(4)).await;
    plan(&survey, later, hours(1)).await;
    wish(&survey, later, hours(4)).await;
    wish(&survey, unknown, hours(2)).await;
    wish(&survey, unknown, hours(3)).await;
    wish(&survey, earlier, now).await;
    eventually("wishes are not at rest", async || {
        settled(&survey.delivery).await.is_ok_and(|settled| settled.due >= 4)
    })
    .await;
    survey.waker();
    for (hours, keys) in [(0, vec![earlier]), (1, vec![earlier, later])] {
        survey.clock().set_offset(SignedDuration::from_hours(hours));
        survey.delivery.bell().ring();
        eventually("its time has come", async || woken(&survey).await == keys).await;
    }
    survey.clock().set_offset(SignedDuration::from_hours(2));
    survey.delivery.bell().ring();
    let all = [earlier, later, unknown];
    eventually("the new one is woken", async || woken(&survey).await == all).await;
    assert_eq!(settled(&survey.delivery).await.unwrap().due, 0);
    survey.stop().await;
}

#[tokio::test]
async fn a_nudge_waits_for_whoever_holds_its_aggregate_and_holds_up_nobody() {
    let (_nats, survey) = survey().await;
    survey.waker();
    let (held, free) = (key(), key());
    let now = survey.clock().now();
    plan(&survey, held, now + SignedDuration::from_hours(9)).await;
    let mut tx = survey.pool().begin().await.unwrap();
    let mut locked = lock(&mut tx, &[held]).await.unwrap();
    wish(&survey, held, now).await;
    wish(&survey, free, now).await;
    eventually("the free one is woken", async || woken(&survey).await == [free]).await;
    locked[0].wake_at(None);
    save(&mut tx, &mut locked, survey.clock().machine()).await.unwrap();
    tx.commit().await.unwrap();
    eventually("then the other", async || woken(&survey).await == [free, held]).await;
    survey.stop().await;
}
