//! The stream is the fence: whoever led, and whatever became of an ack, each event is in it once.

use std::{collections::BTreeSet, time::Duration};

use events::{
    decode,
    words::{Service, Stream},
};
use testkit::{Direction, eventually};

use crate::{account::Account, caller::Caller, world::World};

/// Messages of a stream that hold an event which an earlier one holds already.
async fn copies(world: &World, stream: Stream) -> u64 {
    let handle = world.stream(stream).await.unwrap();
    let mut events = BTreeSet::new();
    let mut copies = 0;
    for sequence in 1..=handle.cached_info().state.last_sequence {
        let message = handle.get_raw_message(sequence).await.unwrap();
        let event = decode(&message.payload).unwrap().envelope.id;
        copies += u64::from(!events.insert(event));
    }
    copies
}

#[tokio::test]
async fn the_late_publish_of_a_leader_that_was_stopped_is_refused_and_it_may_lead_again() {
    let world = World::of([Service::Intake, Service::Dispatch]).await;
    let mut caller = Caller::new();
    let cases = caller.cases(5);
    // What the link swallows of the answers of dispatch comes again.
    world.make_impatient_reader(Stream::Dispatch, Service::Intake).await;
    let link = world.link_to_nats().await;
    let mut first = world.toy(Service::Intake).nats_by(&link).start().await;
    let _dispatch = world.start(Service::Dispatch).await;
    caller.say(&mut first, &cases, 2).await;
    Account::at_rest(&world, &caller).await.assert_undisturbed();
    let mut second = world.start(Service::Intake).await;

    // It publishes, and is stopped before the broker has it.
    link.hold(Direction::ToServer);
    caller.say(&mut first, &cases, 1).await;
    let held = async || link.traffic(Direction::ToServer).held > 256; // more than a ping or an ack
    eventually("its publish is on the way", held).await;
    first.stop();
    caller.say(&mut second, &cases, 3).await;
    world.published(Service::Intake).await;
    // Now the broker gets it; the answer stays with us.
    link.swallow(Direction::ToClient);
    link.delay(Direction::ToServer, Duration::ZERO);
    let answers = async || link.swallowed(Direction::ToClient).contains(r#""stream":"INTAKE""#);
    eventually("the broker has answered the late publish", answers).await;
    let refused = link.swallowed(Direction::ToClient).matches("10071").count() as u64;
    first.wake();
    link.cut();
    link.pass();

    // Woken, it may lead again.
    second.kill().await;
    caller.say(&mut first, &cases, 2).await;
    let account = Account::at_rest(&world, &caller).await;
    assert_eq!(copies(&world, Stream::Intake).await, 0, "copies in the stream");
    account.assert_whole(&[("late publishes refused", refused)]);
}

#[tokio::test]
async fn a_publish_whose_ack_is_lost_is_found_in_the_stream_and_not_sent_again() {
    let world = World::of([Service::Intake, Service::Dispatch]).await;
    let mut caller = Caller::new();
    let cases = caller.cases(5);
    // What the link swallows of the answers of dispatch comes again.
    world.make_impatient_reader(Stream::Dispatch, Service::Intake).await;
    let link = world.link_to_nats().await;
    let mut intake = world.toy(Service::Intake).nats_by(&link).start().await;
    let _dispatch = world.start(Service::Dispatch).await;
    caller.say(&mut intake, &cases, 2).await;
    Account::at_rest(&world, &caller).await.assert_undisturbed();

    link.swallow(Direction::ToClient);
    caller.say(&mut intake, &cases, 1).await;
    let lost =
        async || link.swallowed(Direction::ToClient).matches(r#""stream":"INTAKE","seq""#).count();
    eventually("an ack is lost", async || lost().await > 0).await;
    link.cut();
    link.pass();
    caller.say(&mut intake, &cases, 5).await;
    let account = Account::at_rest(&world, &caller).await;
    assert_eq!(copies(&world, Stream::Intake).await, 0, "copies in the stream");
    account.assert_whole(&[("acks lost", lost().await as u64)]);
}

#[tokio::test]
async fn half_an_atomic_batch_is_as_good_as_none_and_sent_again() {
    let world = World::of([Service::Intake, Service::Dispatch]).await;
    let mut caller = Caller::new();
    let cases = caller.cases(2);
    // What the link swallows of the answers of dispatch comes again.
    world.make_impatient_reader(Stream::Dispatch, Service::Intake).await;
    let link = world.link_to_nats().await;
    let mut intake = world.toy(Service::Intake).nats_by(&link).start().await;
    let _dispatch = world.start(Service::Dispatch).await;
    caller.say(&mut intake, &cases, 2).await;
    Account::at_rest(&world, &caller).await.assert_undisturbed();
    let before = world.stream(Stream::Intake).await.unwrap().cached_info().state.last_sequence;

    // The broker takes the first message of the batch; its answer, and so the rest, is lost.
    link.swallow(Direction::ToClient);
    caller.say_at_once(&mut intake, cases[0], 40).await;
    let half = async || link.swallowed(Direction::ToClient).contains("_INBOX");
    eventually("the first message is answered", half).await;
    let there = world.stream(Stream::Intake).await.unwrap().cached_info().state.last_sequence;
    assert_eq!(there, before, "half a batch cannot be seen");
    link.cut();
    link.pass();
    let account = Account::at_rest(&world, &caller).await;
    assert_eq!(copies(&world, Stream::Intake).await, 0, "copies in the stream");
    account.assert_whole(&[("half batches", 1)]);
}
