//! What the broker loses, refuses or hides from the relay.

use std::time::Duration;

use async_nats::jetstream::stream::DiscardPolicy;
use delivery::{
    dead_letters::{self, Kind, Outcome},
    redeliver, stream_settings,
};
use events::words::{Service, Stream};
use sqlx::Executor;
use testkit::{Nats, eventually};
use tracing::Level;

use crate::{
    log::Log,
    toy::{Hand, Toy, closed, envelope, installation, key},
};

async fn published(toy: &Toy, events: i64) {
    eventually("all is published", async || {
        toy.count("select count(*) from delivery.outbox_pending").await == 0
            && toy
                .count(
                    "select coalesce(sum(cardinality(seqs)), 0)::bigint from delivery.relay_batch",
                )
                .await
                == events
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_was_wiped_is_filled_again_from_the_outbox() {
    let mut nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    intake.relay();
    dispatch.inbox();
    let (old, new) = (key(), key());
    intake.say(old, &vec![closed(); 30]).await;
    dispatch.reaches(old, &(1..=30).collect::<Vec<_>>()).await;
    nats.wipe().await;
    intake.say(new, &[closed()]).await;
    dispatch.reaches(new, &[1]).await;
    let mut stream = nats.jetstream().await.get_stream("INTAKE").await.unwrap();
    eventually("all of it is there again", async || {
        stream.info().await.unwrap().state.messages == 31
    })
    .await;
    assert_eq!(dispatch.count("select count(*) from toy.effect").await, 31);
    intake.stop().await;
    dispatch.stop().await;
}

#[tokio::test]
async fn messages_lost_in_the_middle_go_out_again() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    let jetstream = nats.jetstream().await;
    let settings = stream_settings(Stream::Intake, &installation(), 1);
    let erasable = async_nats::jetstream::stream::Config { deny_delete: false, ..settings };
    let stream = jetstream.create_stream(erasable).await.unwrap();
    let key = key();
    intake.say(key, &vec![closed(); 40]).await;
    intake.relay();
    published(&intake, 40).await;
    intake.stop().await;
    for lost in [7, 8, 31] {
        stream.delete_message(lost).await.unwrap();
    }
    let heir = intake.again();
    heir.relay();
    dispatch.inbox();
    dispatch.reaches(key, &(1..=40).collect::<Vec<_>>()).await;
    assert_eq!(stream.get_info().await.unwrap().state.last_sequence, 43);
    heir.stop().await;
    dispatch.stop().await;
}

#[tokio::test]
async fn what_was_stored_but_not_recorded_is_recognised_and_not_sent_again() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let key = key();
    intake.say(key, &vec![closed(); 5]).await;
    intake.relay();
    published(&intake, 5).await;
    intake.stop().await;
    // As if the relay had been killed after the ack and before the record.
    let owner = intake.database.owner_pool();
    for forget in [
        "update delivery.relay_state set last = 2",
        "update delivery.relay_batch set seqs = seqs[1:2]",
        "insert into delivery.outbox_pending (stream, seq, day)
         select stream, seq, day from delivery.outbox where sequence > 2",
    ] {
        owner.execute(forget).await.unwrap();
    }
    let heir = intake.again();
    heir.relay();
    published(&heir, 5).await;
    let stream = nats.jetstream().await.get_stream("INTAKE").await.unwrap();
    assert_eq!(stream.get_info().await.unwrap().state.last_sequence, 5);
    heir.stop().await;
}

#[tokio::test]
async fn a_foreign_message_in_our_stream_raises_the_alarm_and_stops_nothing() {
    let (log, _guard) = Log::listen();
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    intake.relay();
    let key = key();
    intake.say(key, &[closed()]).await;
    published(&intake, 1).await;
    let hand = Hand::new(&nats, &[]).await;
    hand.put(&envelope(Stream::Intake, key, 2), &closed()).await;
    intake.say(key, &[closed()]).await;
    published(&intake, 2).await;
    let stream = nats.jetstream().await.get_stream("INTAKE").await.unwrap();
    assert_eq!(stream.get_info().await.unwrap().state.last_sequence, 3);
    let alarms = log.from(Level::ERROR);
    let [alarm] = &alarms[..] else { panic!("{alarms:?}") };
    assert!(alarm.contains("ALARM") && alarm.contains("sequences=[2]"), "{alarm}");
    assert!(alarm.contains("INTAKE"), "{alarm}");
    assert_eq!(intake.metric("yizhan_relay_foreign_total", ("stream", "INTAKE")), Some(1.0));
    intake.stop().await;
}

#[tokio::test]
async fn an_event_that_the_broker_refuses_for_good_parks_its_key_and_no_other() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let jetstream = nats.jetstream().await;
    let mut settings = stream_settings(Stream::Intake, &installation(), 1);
    let (good, bad) = (key(), key());
    intake.say(good, &[closed()]).await;
    intake.say(bad, &[closed(), closed()]).await;
    intake.say(good, &[closed()]).await;
    let owner = intake.database.owner_pool();
    let swell = "update delivery.outbox set payload = payload || repeat(' ', 5000)::bytea
                 where key = $1 and sequence = 1";
    sqlx::query(swell).bind(bad).execute(&owner).await.unwrap();
    settings.max_message_size = 4_096;
    jetstream.create_stream(settings.clone()).await.unwrap();
    intake.relay();
    let letter = eventually("its key is parked", async || {
        dead_letters::list(intake.pool(), 10).await.unwrap().pop()
    })
    .await;
    assert_eq!((letter.kind, letter.key, letter.sequence), (Kind::Publication, bad, 1));
    let pending = "select count(*) from delivery.outbox_pending";
    eventually("the others went out", async || intake.count(pending).await == 2).await;
    let settled = delivery::settled(&intake.delivery).await.unwrap();
    assert_eq!(settled.pending, 0, "it waits for a person, and nobody waits for it");
    let dropped = intake.drop(letter.id).await;
    assert_eq!(dropped, Outcome::NotDroppable(Kind::Publication));

    settings.max_message_size = 65_536;
    jetstream.update_stream(settings).await.unwrap();
    let replayed = intake.replay(letter.id).await;
    assert_eq!(replayed, Outcome::Done);
    published(&intake, 4).await;
    intake.stop().await;
}

#[tokio::test]
async fn a_stream_that_would_drop_what_it_took_is_mended_and_keeps_its_limits() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let mut settings = stream_settings(Stream::Intake, &installation(), 1);
    settings.discard = DiscardPolicy::Old;
    settings.max_age = Duration::from_hours(1);
    settings.allow_atomic_publish = false;
    settings.max_bytes = 1 << 30;
    nats.jetstream().await.create_stream(settings).await.unwrap();
    intake.say(key(), &vec![closed(); 40]).await;
    intake.relay();
    published(&intake, 40).await;
    let stream = nats.jetstream().await.get_stream("INTAKE").await.unwrap();
    let config = stream.get_info().await.unwrap().config;
    assert_eq!(config.discard, DiscardPolicy::New);
    assert_eq!(config.max_age, Duration::from_hours(35 * 24));
    assert!(config.allow_atomic_publish);
    assert_eq!(config.max_bytes, 1 << 30);
    intake.stop().await;
}

/// In a batch only the first and the last message get an answer.
#[tokio::test]
async fn an_event_amid_a_batch_that_is_refused_for_good_parks_its_key_and_no_other() {
    // Refused by the stream, and by the client that knows the server's limit.
    for (config, largest) in [("", 4_096), ("max_payload: 4096", -1)] {
        let nats = Nats::start(config).await;
        let intake = Toy::new(Service::Intake, &nats).await;
        let mut settings = stream_settings(Stream::Intake, &installation(), 1);
        settings.max_message_size = largest;
        nats.jetstream().await.create_stream(settings).await.unwrap();
        let keys: Vec<_> = (0..20).map(|_| key()).collect();
        for key in &keys {
            intake.say(*key, &[closed()]).await;
        }
        let swell = "update delivery.outbox set payload = payload || repeat(' ', 5000)::bytea
                     where key = $1";
        let owner = intake.database.owner_pool();
        sqlx::query(swell).bind(keys[10]).execute(&owner).await.unwrap();
        intake.relay();
        let letter = eventually("its key is parked", async || {
            dead_letters::list(intake.pool(), 10).await.unwrap().pop()
        })
        .await;
        assert_eq!((letter.kind, letter.key), (Kind::Publication, keys[10]));
        let pending = "select count(*) from delivery.outbox_pending";
        eventually("the others went out", async || intake.count(pending).await == 1).await;
        intake.stop_with_letters(1).await;
    }
}

#[tokio::test]
async fn a_batch_that_is_too_large_for_this_broker_goes_out_event_by_event() {
    let store = format!("{}/{}", env!("CARGO_TARGET_TMPDIR"), key());
    let limit = "limits { batch { max_msgs: 20 } }"; // else 1,000, as many as a relay ever sends
    let nats = Nats::start(&format!("jetstream {{ store_dir: \"{store}\", {limit} }}")).await;
    let intake = Toy::new(Service::Intake, &nats).await;
    intake.say(key(), &vec![closed(); 40]).await;
    intake.relay();
    published(&intake, 40).await;
    let largest = "select max(cardinality(seqs))::bigint from delivery.relay_batch";
    assert!(intake.count(largest).await < 40, "it was refused as a whole");
    let stream = nats.jetstream().await.get_stream("INTAKE").await.unwrap();
    assert_eq!(stream.get_info().await.unwrap().state.last_sequence, 40);
    intake.stop().await;
    drop(nats);
    std::fs::remove_dir_all(store).unwrap();
}

#[tokio::test]
async fn what_is_asked_for_again_is_published_again_and_applied_once() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    intake.relay();
    dispatch.inbox();
    let key = key();
    intake.say(key, &vec![closed(); 4]).await;
    dispatch.reaches(key, &[1, 2, 3, 4]).await;
    published(&intake, 4).await;
    let machine = intake.clock().machine();
    assert_eq!(redeliver(intake.pool(), key, 3, machine).await.unwrap(), 2);
    intake.delivery.bell().ring();
    published(&intake, 6).await;
    intake.say(key, &[closed()]).await;
    dispatch.reaches(key, &[1, 2, 3, 4, 5]).await;
    intake.stop().await;
    dispatch.stop().await;
}

#[tokio::test]
async fn when_the_leader_loses_its_session_another_takes_over() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    intake.relay();
    let key = key();
    intake.say(key, &[closed()]).await;
    published(&intake, 1).await;
    let heir = intake.again();
    heir.relay();
    let leader = "select l.pid from pg_locks l join pg_database d on d.oid = l.database
                  where l.locktype = 'advisory' and d.datname = current_database() limit 1";
    let owner = intake.database.owner_pool();
    let pid: i32 = sqlx::query_scalar(leader).fetch_one(&owner).await.unwrap();
    let ended: bool = sqlx::query_scalar("select pg_terminate_backend($1)")
        .bind(pid)
        .fetch_one(intake.pool())
        .await
        .unwrap();
    assert!(ended);
    eventually("another session leads", async || {
        let now: Option<i32> = sqlx::query_scalar(leader).fetch_optional(&owner).await.unwrap();
        now.filter(|now| *now != pid)
    })
    .await;
    intake.say(key, &[closed()]).await;
    published(&intake, 2).await;
    intake.stop().await;
    heir.stop().await;
}
