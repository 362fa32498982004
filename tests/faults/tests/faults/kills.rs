//! Killed at the worst moment (SIGKILL), started again: as if nothing had happened.

use std::time::Duration;

use events::words::{Service, Stream};
use faults::Point;
use testkit::{Direction, eventually};

use crate::{account::Account, caller::Caller, world::World};

/// Both read impatiently: what a killed process had in hand comes again soon.
async fn intake_and_dispatch() -> (World, Caller) {
    let world = World::of([Service::Intake, Service::Dispatch]).await;
    world.make_impatient_reader(Stream::Intake, Service::Dispatch).await;
    world.make_impatient_reader(Stream::Dispatch, Service::Intake).await;
    (world, Caller::new())
}

/// Kills intake at a point of a command, and sends the command again.
async fn intake_dies_of_a_command(point: Point) {
    let (world, mut caller) = intake_and_dispatch().await;
    let cases = caller.cases(3);
    let _dispatch = world.start(Service::Dispatch).await;
    let mut intake = world.toy(Service::Intake).dying_at(point).start().await;
    let unanswered = caller.try_say(&mut intake, cases[0], 3).await.unwrap_err();
    let deaths = intake.has_died().await;
    let mut intake = world.start(Service::Intake).await;
    caller.repeat(&mut intake, unanswered).await.unwrap();
    caller.say(&mut intake, &cases, 2).await;
    let account = Account::at_rest(&world, &caller).await;
    account.assert_whole(&[(point.word(), deaths)]);
}

#[tokio::test]
async fn a_command_killed_before_its_commit_never_happened_and_is_decided_when_it_comes_again() {
    intake_dies_of_a_command(Point::CommandWritten).await;
}

#[tokio::test]
async fn a_command_killed_after_its_commit_has_happened_and_is_not_decided_again() {
    intake_dies_of_a_command(Point::CommandCommitted).await;
}

#[tokio::test]
async fn a_relay_killed_before_its_publish_arrives_publishes_when_it_is_started_again() {
    let (world, mut caller) = intake_and_dispatch().await;
    let cases = caller.cases(3);
    let link = world.link_to_nats().await;
    let _dispatch = world.start(Service::Dispatch).await;
    let mut intake = world.toy(Service::Intake).nats_by(&link).start().await;
    caller.say(&mut intake, &cases, 2).await;
    world.published(Service::Intake).await;

    link.swallow(Direction::ToServer);
    caller.say(&mut intake, &cases, 2).await;
    let publishes =
        async || link.swallowed(Direction::ToServer).matches("HPUB intake.case").count();
    eventually("a publish is on the way", async || publishes().await > 0).await;
    intake.kill().await;
    let _intake = world.start(Service::Intake).await;
    let account = Account::at_rest(&world, &caller).await;
    account.assert_whole(&[("publishes that never arrived", publishes().await as u64)]);
}

#[tokio::test]
async fn a_relay_killed_before_it_reads_the_ack_finds_what_it_has_published() {
    let (world, mut caller) = intake_and_dispatch().await;
    let cases = caller.cases(3);
    let link = world.link_to_nats().await;
    let _dispatch = world.start(Service::Dispatch).await;
    let mut intake = world.toy(Service::Intake).nats_by(&link).start().await;
    caller.say(&mut intake, &cases, 2).await;
    world.published(Service::Intake).await;

    link.swallow(Direction::ToClient);
    caller.say(&mut intake, &cases, 2).await;
    let acks =
        async || link.swallowed(Direction::ToClient).matches(r#""stream":"INTAKE","seq""#).count();
    eventually("the broker has acknowledged", async || acks().await > 0).await;
    intake.kill().await;
    let _intake = world.start(Service::Intake).await;
    let account = Account::at_rest(&world, &caller).await;
    let last = world.stream(Stream::Intake).await.unwrap().cached_info().state.last_sequence;
    assert_eq!(last, caller.facts(), "each once in the stream");
    account.assert_whole(&[("acks that were never read", acks().await as u64)]);
}

#[tokio::test]
async fn a_reader_killed_before_its_commit_applies_everything_when_it_is_started_again() {
    let (world, mut caller) = intake_and_dispatch().await;
    let cases = caller.cases(3);
    let mut intake = world.start(Service::Intake).await;
    caller.say(&mut intake, &cases, 3).await;
    world.published(Service::Intake).await;

    let point = Point::FactApplied;
    let deaths = world.toy(Service::Dispatch).dying_at(point).start().await.has_died().await;
    let _dispatch = world.start(Service::Dispatch).await;
    let account = Account::at_rest(&world, &caller).await;
    account.assert_whole(&[(point.word(), deaths)]);
}

#[tokio::test]
async fn a_reader_killed_between_commit_and_ack_applies_nothing_twice() {
    let (world, mut caller) = intake_and_dispatch().await;
    let cases = caller.cases(3);
    let mut intake = world.start(Service::Intake).await;
    let link = world.link_to_nats().await;
    let dispatch = world.toy(Service::Dispatch).nats_by(&link).start().await;
    caller.say(&mut intake, &cases, 1).await;
    Account::at_rest(&world, &caller).await.assert_undisturbed();

    link.swallow(Direction::ToServer);
    caller.say(&mut intake, &cases, 2).await;
    let acks = async || link.swallowed(Direction::ToServer).matches("PUB $JS.ACK.INTAKE").count();
    eventually("acks are lost", async || acks().await > 0).await;
    dispatch.kill().await;
    let _dispatch = world.start(Service::Dispatch).await;
    let account = Account::at_rest(&world, &caller).await;
    account.assert_whole(&[("acks lost", acks().await as u64)]);
}

/// Its store is so slow that an ack sent before the commit would be there long before it.
#[tokio::test]
async fn a_reader_killed_after_its_ack_has_committed_before_it() {
    let (world, mut caller) = intake_and_dispatch().await;
    let cases = caller.cases(3);
    let mut intake = world.start(Service::Intake).await;
    let link = world.link_to_store(Service::Dispatch).await;
    let dispatch = world.toy(Service::Dispatch).postgres_by(&link).start().await;
    caller.say(&mut intake, &cases, 1).await;
    Account::at_rest(&world, &caller).await.assert_undisturbed();

    link.delay(Direction::ToServer, Duration::from_millis(50));
    caller.say(&mut intake, &cases, 1).await;
    let acked = async || {
        let floor = world.progress(Stream::Intake, Service::Dispatch).await?.ack_floor;
        (floor.stream_sequence > 3).then_some(floor.stream_sequence - 3)
    };
    let acked = eventually("it acknowledges", acked).await;
    dispatch.kill().await;
    let _dispatch = world.start(Service::Dispatch).await;
    let account = Account::at_rest(&world, &caller).await;
    account.assert_whole(&[("acknowledged before the kill", acked)]);
}

#[tokio::test]
async fn a_wake_up_killed_before_its_commit_happens_once_when_it_is_started_again() {
    let (world, mut caller) = intake_and_dispatch().await;
    let cases = caller.cases(3);
    let point = Point::WakeUpApplied;
    let _dispatch = world.start(Service::Dispatch).await;
    let mut intake = world.toy(Service::Intake).dying_at(point).start().await;
    caller.say(&mut intake, &cases, 1).await;
    caller.remind(&mut intake, cases[0]).await;
    let deaths = intake.has_died().await;
    let mut intake = world.start(Service::Intake).await;
    caller.say(&mut intake, &cases, 1).await;
    let account = Account::at_rest(&world, &caller).await;
    assert_eq!(world.count(Service::Intake, "select count(*) from toy.woken").await, 1);
    account.assert_whole(&[(point.word(), deaths)]);
}
