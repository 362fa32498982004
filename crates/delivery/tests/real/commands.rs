//! One command, one decision; and locks that never wait for each other.

use std::{collections::BTreeMap, time::Duration};

use delivery::{
    idempotency::{Answer, Begun, CommandId, begin, begin_group, finish},
    lock, save,
};
use events::words::Service;
use testkit::Nats;
use uuid::Uuid;

use crate::toy::{Toy, closed, key};

fn command(key: &str) -> CommandId {
    CommandId {
        principal: "account/1".to_owned(),
        method: "/yizhan.intake.v1.Intake/Accept".to_owned(),
        key: key.to_owned(),
    }
}

fn answer(text: &str) -> Answer {
    Answer { status: 0, body: text.as_bytes().to_vec() }
}

const THIS: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [2; 32];

async fn intake() -> (Nats, Toy) {
    let nats = Nats::start("").await;
    let toy = Toy::new(Service::Intake, &nats).await;
    (nats, toy)
}

#[tokio::test]
async fn a_repeated_command_gets_its_answer_and_another_one_under_its_key_is_refused() {
    let (_nats, intake) = intake().await;
    let machine = intake.clock().machine();
    let mut tx = intake.pool().begin().await.unwrap();
    assert_eq!(begin(&mut tx, &command("a"), THIS, machine).await.unwrap(), Begun::New);
    finish(&mut tx, &command("a"), answer("case 1")).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = intake.pool().begin().await.unwrap();
    let again = begin(&mut tx, &command("a"), THIS, machine).await.unwrap();
    assert_eq!(again, Begun::Repeated(answer("case 1")));
    let other = begin(&mut tx, &command("a"), OTHER, machine).await.unwrap();
    assert_eq!(other, Begun::OtherCommand);
    let elsewhere = CommandId { principal: "account/2".to_owned(), ..command("a") };
    assert_eq!(begin(&mut tx, &elsewhere, OTHER, machine).await.unwrap(), Begun::New);
}

#[tokio::test]
async fn a_refusal_is_not_stored() {
    let (_nats, intake) = intake().await;
    let machine = intake.clock().machine();
    let mut tx = intake.pool().begin().await.unwrap();
    assert_eq!(begin(&mut tx, &command("a"), THIS, machine).await.unwrap(), Begun::New);
    tx.rollback().await.unwrap();
    let mut tx = intake.pool().begin().await.unwrap();
    assert_eq!(begin(&mut tx, &command("a"), OTHER, machine).await.unwrap(), Begun::New);
}

#[tokio::test]
async fn a_second_copy_in_flight_waits_for_the_first() {
    let (_nats, intake) = intake().await;
    let machine = intake.clock().machine();
    let mut first = intake.pool().begin().await.unwrap();
    assert_eq!(begin(&mut first, &command("a"), THIS, machine).await.unwrap(), Begun::New);
    let pool = intake.pool().clone();
    let second = tokio::spawn(async move {
        let mut tx = pool.begin().await.unwrap();
        begin(&mut tx, &command("a"), THIS, machine).await.unwrap()
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!second.is_finished(), "it waits");
    finish(&mut first, &command("a"), answer("case 1")).await.unwrap();
    first.commit().await.unwrap();
    assert_eq!(second.await.unwrap(), Begun::Repeated(answer("case 1")));
}

#[tokio::test]
async fn a_group_tells_new_commands_from_repeated_ones() {
    let (_nats, intake) = intake().await;
    let machine = intake.clock().machine();
    let mut tx = intake.pool().begin().await.unwrap();
    begin(&mut tx, &command("b"), THIS, machine).await.unwrap();
    finish(&mut tx, &command("b"), answer("case 2")).await.unwrap();
    begin(&mut tx, &command("c"), THIS, machine).await.unwrap();
    finish(&mut tx, &command("c"), answer("case 3")).await.unwrap();
    tx.commit().await.unwrap();

    let mut tx = intake.pool().begin().await.unwrap();
    let group =
        [("a", THIS), ("b", THIS), ("c", OTHER)].map(|(key, digest)| (command(key), digest));
    let begun = begin_group(&mut tx, &BTreeMap::from(group), machine).await.unwrap();
    let begun: Vec<_> = begun.into_values().collect();
    assert_eq!(begun, [Begun::New, Begun::Repeated(answer("case 2")), Begun::OtherCommand]);
}

#[tokio::test]
async fn sequences_have_no_gaps_and_follow_the_order_of_commits() {
    let (_nats, intake) = intake().await;
    let key = key();
    for _ in 0..3 {
        intake.say(key, &[closed(), closed()]).await;
    }
    // One that is rolled back leaves no gap.
    let mut tx = intake.pool().begin().await.unwrap();
    let mut locked = lock(&mut tx, &[key]).await.unwrap();
    intake.append(&mut locked[0], &closed());
    save(&mut tx, &mut locked, intake.clock().machine()).await.unwrap();
    tx.rollback().await.unwrap();
    intake.say(key, &[closed()]).await;
    let sequences: Vec<i64> =
        sqlx::query_scalar("select sequence from delivery.outbox order by seq")
            .fetch_all(intake.pool())
            .await
            .unwrap();
    assert_eq!(sequences, [1, 2, 3, 4, 5, 6, 7]);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_of_the_same_keys_in_any_order_never_deadlock() {
    let (_nats, intake) = intake().await;
    let keys: Vec<Uuid> = (0..6).map(|_| key()).collect();
    let writers = (0..8).map(|writer| {
        let (keys, pool, clock) = (keys.clone(), intake.pool().clone(), intake.clock().clone());
        tokio::spawn(async move {
            for round in 0..20 {
                let mut wanted = keys.clone();
                wanted.rotate_left((writer + round) % 6);
                wanted.truncate(3);
                let mut tx = pool.begin().await.unwrap();
                let mut locked = lock(&mut tx, &wanted).await.unwrap();
                assert!(locked.is_sorted_by_key(delivery::Locked::key));
                for aggregate in &mut locked {
                    let next_at = clock.now();
                    aggregate.wake_at(Some(next_at));
                }
                save(&mut tx, &mut locked, clock.machine()).await.unwrap();
                tx.commit().await.unwrap();
            }
        })
    });
    for writer in futures::future::join_all(writers).await {
        writer.unwrap();
    }
}
