//! A broker that comes back without the end of a stream, and what is then written there.

use std::time::Duration;

use async_nats::ConnectOptions;
use delivery::stream_settings;
use events::words::{Service, Stream};
use serde_json::{Value, json};
use sqlx::Executor;
use testkit::{Direction, Nats, Proxy, eventually};

use crate::toy::{Hand, Toy, closed, installation, key};

/// 0 for a stream that its producer has not made yet.
async fn last_sequence(nats: &Nats) -> u64 {
    let stream = nats.jetstream().await.get_stream("INTAKE").await;
    stream.map_or(0, |stream| stream.cached_info().state.last_sequence)
}

#[tokio::test]
async fn a_reader_that_is_ahead_of_its_stream_reads_again_and_misses_nothing() {
    let nats = Nats::start("").await;
    let hand = Hand::new(&nats, &[Stream::Intake]).await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    let key = key();
    hand.put_all(key, &[1, 2, 3]).await;
    dispatch.inbox();
    dispatch.reaches(key, &[1, 2, 3]).await;
    dispatch.stop().await;
    // As if the stream had ended at 9 before the broker crashed.
    let jetstream = nats.jetstream().await;
    let reset: Value =
        jetstream.request("CONSUMER.RESET.INTAKE.dispatch", &json!({"seq": 10})).await.unwrap();
    assert_eq!(reset["delivered"]["stream_seq"], 9, "{reset}");

    let heir = dispatch.again();
    heir.inbox();
    hand.put_all(key, &[4, 5]).await;
    heir.reaches(key, &[1, 2, 3, 4, 5]).await;
    heir.stop().await;
}

/// Who is ahead of a stream does not see that it was, once the stream has caught up with it.
#[tokio::test]
async fn before_a_lost_tail_is_written_again_its_readers_have_time_to_look() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let (key, lost) = (key(), key());
    intake.say(key, &vec![closed(); 3]).await;
    intake.relay();
    let pending = "select count(*) from delivery.outbox_pending";
    eventually("they are published", async || intake.count(pending).await == 0).await;
    intake.stop().await;
    let link = Proxy::to(nats.port()).await;
    let url = format!("nats://127.0.0.1:{}", link.port());
    let client = ConnectOptions::new().connect(url).await.unwrap();
    let dispatch = Toy::with(Service::Dispatch, client).await;
    dispatch.inbox();
    dispatch.reaches(key, &[1, 2, 3]).await;

    // As if two more had been published and sent, and the broker had crashed before they were on
    // its disk or in the reader's store.
    link.refuse();
    intake.say(lost, &[closed(), closed()]).await;
    for pretend in [
        "insert into delivery.relay_batch (stream, created, first, seqs, at)
         select 'INTAKE', created, 4, (select array_agg(seq order by seq) from delivery.outbox_pending),
                (select max(at) from delivery.relay_batch)
         from delivery.relay_state",
        "delete from delivery.outbox_pending",
        "update delivery.relay_state set last = 5",
    ] {
        intake.database.owner_pool().execute(pretend).await.unwrap();
    }
    let jetstream = nats.jetstream().await;
    let reset: Value =
        jetstream.request("CONSUMER.RESET.INTAKE.dispatch", &json!({"seq": 6})).await.unwrap();
    assert_eq!(reset["delivered"]["stream_seq"], 5, "{reset}");
    link.pass();
    link.delay(Direction::ToClient, Duration::from_millis(200));

    let heir = intake.again();
    heir.relay();
    dispatch.reaches(lost, &[1, 2]).await;
    assert_eq!(last_sequence(&nats).await, 5, "in the very same places");
    heir.stop().await;
    dispatch.stop().await;
}

#[tokio::test]
async fn what_another_event_took_the_place_of_goes_out_again() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let (first, late, lost) = (key(), key(), key());
    intake.relay();
    for key in [first, late] {
        intake.say(key, &[closed()]).await;
    }
    eventually("both are published", async || last_sequence(&nats).await == 2).await;
    intake.stop().await;
    // As if the second place had been `lost`'s, and the broker had lost that, and taken in a late
    // publish of `late` instead.
    intake.say(lost, &[closed()]).await;
    let owner = intake.database.owner_pool();
    for pretend in [
        "delete from delivery.relay_batch where first = 2",
        "update delivery.relay_batch set seqs = seqs[1:1]",
        "insert into delivery.relay_batch (stream, created, first, seqs, at)
         select 'INTAKE', created, 2, array[p.seq], (select max(at) from delivery.relay_batch)
         from delivery.relay_state, delivery.outbox_pending p",
        "delete from delivery.outbox_pending",
        "insert into delivery.outbox_pending (stream, seq, day)
         select stream, seq, day from delivery.outbox order by seq offset 1 limit 1",
    ] {
        owner.execute(pretend).await.unwrap();
    }
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    dispatch.inbox();
    let heir = intake.again();
    heir.relay();
    for key in [first, late, lost] {
        dispatch.reaches(key, &[1]).await;
    }
    assert_eq!(last_sequence(&nats).await, 3, "what was found is not sent again");
    heir.stop().await;
    dispatch.stop().await;
}

#[tokio::test]
async fn many_holes_in_a_stream_with_a_long_history_are_settled_at_once() {
    let nats = Nats::start("").await;
    let intake = Toy::new(Service::Intake, &nats).await;
    let settings = stream_settings(Stream::Intake, &installation(), 1);
    let erasable = async_nats::jetstream::stream::Config { deny_delete: false, ..settings };
    let stream = nats.jetstream().await.create_stream(erasable).await.unwrap();
    intake.say(key(), &vec![closed(); 2_000]).await;
    intake.relay();
    eventually("all is published", async || last_sequence(&nats).await == 2_000).await;
    intake.stop().await;
    for lost in (0..1_000).map(|n| 2 * n + 1) {
        stream.delete_message(lost).await.unwrap();
    }
    let history = "insert into delivery.relay_batch (stream, created, first, seqs, at)
                   select 'INTAKE', created, 1000000 + n, array[0], (select max(at) from delivery.relay_batch)
                   from delivery.relay_state, generate_series(1, 400000) as n";
    intake.database.owner_pool().execute(history).await.unwrap();
    let heir = intake.again();
    heir.relay();
    eventually("all is published again", async || last_sequence(&nats).await == 3_000).await;
    heir.stop().await;
}
