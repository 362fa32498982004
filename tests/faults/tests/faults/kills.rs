//! Killed at the worst moment (SIGKILL), started again: as if nothing had happened.

use std::time::Duration;

use events::words::{Service, Stream};
use faults::Point;
use testkit::{Direction, eventually};

use crate::{
    account::Account,
    caller::Caller,
    stage::{Link, Stage},
    world::World,
};

/// Kills intake at a point of a command, and sends the command again.
async fn intake_dies_of_a_command(point: Point) {
    let (world, mut caller) = (World::for_losses().await, Caller::new());
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

/// Kills intake when this was seen on a link that swallows this direction, and starts it again.
async fn intake_dies_after(direction: Direction, seen: &str, hit: &str) {
    let mut stage = Stage::set_for_losses(Link::IntakeToNats).await;
    stage.link.swallow(direction);
    stage.say(2).await;
    let hits = async || stage.link.swallowed(direction).matches(seen).count() as u64;
    eventually(hit, async || hits().await > 0).await;
    stage.intake.kill().await;
    let hits = hits().await;
    stage.intake = stage.world.start(Service::Intake).await;
    let account = stage.account().await;
    let last = stage.world.last(Stream::Intake).await;
    assert_eq!(last, stage.caller.facts(), "each once in the stream");
    account.assert_whole(&[(hit, hits)]);
}

#[tokio::test]
async fn a_relay_killed_before_its_publish_arrives_publishes_when_it_is_started_again() {
    let publish = "HPUB intake.case";
    intake_dies_after(Direction::ToServer, publish, "a publish that never arrives").await;
}

#[tokio::test]
async fn a_relay_killed_before_it_reads_the_ack_finds_what_it_has_published() {
    let ack = r#""stream":"INTAKE","seq""#;
    intake_dies_after(Direction::ToClient, ack, "an ack that is never read").await;
}

#[tokio::test]
async fn a_reader_killed_before_its_commit_applies_everything_when_it_is_started_again() {
    let (world, mut caller) = (World::for_losses().await, Caller::new());
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
    let mut stage = Stage::set_for_losses(Link::DispatchToNats).await;
    stage.link.swallow(Direction::ToServer);
    stage.say(2).await;
    let acks =
        async || stage.link.swallowed(Direction::ToServer).matches("PUB $JS.ACK.INTAKE").count();
    eventually("acks are lost", async || acks().await > 0).await;
    stage.dispatch.kill().await;
    let acks = acks().await as u64;
    stage.dispatch = stage.world.start(Service::Dispatch).await;
    stage.account().await.assert_whole(&[("acks lost", acks)]);
}

/// Its store is so slow that an ack sent before the commit would be there long before it.
#[tokio::test]
async fn a_reader_killed_after_its_ack_has_committed_before_it() {
    let mut stage = Stage::set_for_losses(Link::DispatchToStore).await;
    let before = stage.caller.facts();
    stage.link.delay(Direction::ToServer, Duration::from_millis(50));
    stage.say(1).await;
    let acked = async || {
        let reader = stage.world.reader(Stream::Intake, Service::Dispatch).await?;
        let floor = reader.ack_floor.stream_sequence;
        floor.checked_sub(before).filter(|acked| *acked > 0)
    };
    let acked = eventually("it acknowledges", acked).await;
    stage.dispatch.kill().await;
    stage.dispatch = stage.world.start(Service::Dispatch).await;
    stage.account().await.assert_whole(&[("acknowledged before the kill", acked)]);
}

#[tokio::test]
async fn a_wake_up_killed_before_its_commit_happens_once_when_it_is_started_again() {
    let (world, mut caller) = (World::for_losses().await, Caller::new());
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
