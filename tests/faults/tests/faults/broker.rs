//! The broker forgets what it has acknowledged; Postgres does not.

use std::{fs, time::Duration};

use events::words::{Service, Stream};
use testkit::{Direction, eventually, within};

use crate::{
    account::Account,
    caller::Caller,
    process::Toy,
    stage::{Link, Stage},
    world::World,
};

/// How many of these messages of INTAKE can no longer be read.
async fn unreadable(world: &World, sequences: impl IntoIterator<Item = u64>) -> u64 {
    let stream = world.stream(Stream::Intake).await.unwrap();
    let mut unreadable = 0;
    for sequence in sequences {
        unreadable += u64::from(stream.get_raw_message(sequence).await.is_err());
    }
    unreadable
}

/// Flips a byte on the broker's disk, in the content of this message of INTAKE.
fn flip_a_byte(world: &World, sequence: usize) {
    let block = world.nats.store().join("jetstream/$G/streams/INTAKE/msgs/1.blk");
    let mut bytes = fs::read(&block).unwrap();
    let content = br#""specversion":"#;
    let mut contents =
        bytes.windows(content.len()).enumerate().filter(|(_, bytes)| bytes == content);
    let (place, _) = contents.nth(sequence - 1).unwrap();
    bytes[place] ^= 0xff;
    fs::write(&block, bytes).unwrap();
}

#[tokio::test]
async fn a_store_that_is_deleted_with_messages_in_flight_is_filled_again() {
    let mut stage = Stage::set(Link::DispatchToNats).await;
    // On their way to dispatch, where they never arrive.
    stage.link.hold(Direction::ToClient);
    stage.say(10).await;
    stage.world.published(Service::Intake).await;
    let in_flight = stage.caller.facts() - stage.world.effects(Service::Dispatch).await;
    stage.link.refuse();
    // Intake accepts all the while.
    let Stage { world, caller, intake, cases, .. } = &mut stage;
    tokio::join!(world.nats.wipe(), caller.say(intake, cases, 20));
    stage.link.pass();
    let patience = Duration::from_secs(50);
    let account = Account::at_rest_within(patience, &stage.world, &stage.caller).await;
    account.assert_whole(&[("messages deleted in flight", in_flight)]);
}

#[tokio::test]
async fn messages_lost_in_the_middle_are_put_back_when_the_relay_looks_at_its_stream() {
    let world = World::of([Service::Intake, Service::Dispatch]).await;
    let mut caller = Caller::new();
    let cases = caller.cases(4);
    world.make_stream(Stream::Intake, |config| config.deny_delete = false).await;
    let link = world.link_to_nats().await;
    let mut intake = world.toy(Service::Intake).nats_by(&link).start().await;
    caller.say(&mut intake, &cases, 5).await;
    world.published(Service::Intake).await;
    // Of one case the second, for which others wait; of another the last, which nobody would miss.
    let stream = world.stream(Stream::Intake).await.unwrap();
    for sequence in [5, 18] {
        stream.delete_message(sequence).await.unwrap();
    }

    let mut dispatch = world.start(Service::Dispatch).await;
    let waits = async || world.waiting(Service::Dispatch, "gap").await > 0;
    eventually("dispatch waits", waits).await;
    let lost = unreadable(&world, 1..=20).await;
    link.cut();
    let account = Account::at_rest(&world, &caller).await;
    assert_eq!(dispatch.asked(), None, "nobody had to ask");
    account.assert_whole(&[("messages lost", lost)]);
}

#[tokio::test]
async fn what_a_flipped_byte_takes_from_a_broker_that_crashed_is_put_back() {
    let mut world = World::of([Service::Intake, Service::Dispatch]).await;
    let mut caller = Caller::new();
    let cases = caller.cases(10);
    let mut intake = world.start(Service::Intake).await;
    caller.say(&mut intake, &cases, 10).await;
    world.published(Service::Intake).await;

    world.nats.kill().await;
    flip_a_byte(&world, 50);
    world.nats.restart().await;
    let lost = unreadable(&world, 1..=100).await;
    let _dispatch = world.start(Service::Dispatch).await;
    caller.say(&mut intake, &cases, 2).await;
    let account = Account::at_rest(&world, &caller).await;
    account.assert_whole(&[("messages lost", lost)]);
}

/// The relay has looked at its stream since, or sees nothing: a broker that was stopped in good
/// order trusts its index, and says that a damaged message is there.
#[tokio::test]
async fn what_the_relay_does_not_see_missing_is_asked_for_by_the_reader_that_waits_for_it() {
    let mut world = World::of([Service::Intake, Service::Dispatch]).await;
    let mut caller = Caller::new();
    let cases = caller.cases(4);
    world.make_stream(Stream::Intake, |config| config.deny_delete = false).await;
    let mut intake = world.start(Service::Intake).await;
    caller.say(&mut intake, &cases, 5).await;
    world.published(Service::Intake).await;

    world.nats.stop().await;
    flip_a_byte(&world, 5);
    world.nats.restart().await;
    caller.say(&mut intake, &cases, 1).await;
    world.published(Service::Intake).await;
    world.stream(Stream::Intake).await.unwrap().delete_message(10).await.unwrap();
    let flipped = unreadable(&world, [5]).await;
    let deleted = unreadable(&world, [10]).await;
    let mut dispatch = world.start(Service::Dispatch).await;
    let asks = redeliver_what_is_asked_for(&world, &mut dispatch, &mut intake).await;
    let account = Account::at_rest(&world, &caller).await;
    let hits = [("messages flipped", flipped), ("messages deleted", deleted), ("asks", asks)];
    account.assert_whole(&hits);
}

/// Hands on what dispatch asks of intake until nothing is missing, and returns how much that was.
async fn redeliver_what_is_asked_for(world: &World, dispatch: &mut Toy, intake: &mut Toy) -> u64 {
    let waits = async || world.waiting(Service::Dispatch, "gap").await > 0;
    eventually("dispatch waits", waits).await;
    let mut asks = 0;
    let nothing_missing = async || {
        while let Some((service, command)) = dispatch.asked() {
            assert_eq!(service, Service::Intake);
            intake.tell(&command).await.unwrap();
            asks += 1;
        }
        !waits().await
    };
    within(Duration::from_secs(45), "nothing is missing", nothing_missing).await;
    asks
}
