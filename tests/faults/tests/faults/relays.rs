//! The stream is the fence: whoever led, and whatever became of an ack, each event is in it once.

use std::{collections::BTreeSet, time::Duration};

use events::{
    decode,
    words::{Service, Stream},
};
use testkit::{Direction, Proxy, eventually};

use crate::{
    stage::{Link, Stage},
    world::World,
};

/// How many messages of INTAKE hold an event that an earlier one holds already.
async fn copies(world: &World) -> u64 {
    let stream = world.stream(Stream::Intake).await.unwrap();
    let mut events = BTreeSet::new();
    let mut copies = 0;
    for sequence in 1..=world.last(Stream::Intake).await {
        let message = stream.get_raw_message(sequence).await.unwrap();
        let event = decode(&message.payload).unwrap().envelope.id;
        copies += u64::from(!events.insert(event));
    }
    copies
}

/// How often this stands in what the link kept from its client.
fn answers_lost(link: &Proxy, what: &str) -> u64 {
    link.swallowed(Direction::ToClient).matches(what).count() as u64
}

#[tokio::test]
async fn the_late_publish_of_a_leader_that_was_stopped_is_refused_and_it_may_lead_again() {
    let mut stage = Stage::set_for_losses(Link::IntakeToNats).await;
    // A leader whose every byte is counted before the link holds it.
    let counter = Proxy::to(stage.link.port()).await;
    stage.intake.kill().await;
    let mut leader = stage.world.toy(Service::Intake).nats_by(&counter).start().await;
    stage.caller.say(&mut leader, &stage.cases, 1).await;
    stage.account().await.assert_undisturbed();
    stage.intake = stage.world.start(Service::Intake).await;

    // It publishes, and is stopped before the broker has it.
    let sent = async || counter.traffic(Direction::ToServer).passed;
    let before = sent().await;
    stage.link.hold(Direction::ToServer);
    stage.caller.say(&mut leader, &stage.cases, 1).await;
    let publishes = async || sent().await > before + 512; // more than it asks the broker meanwhile
    eventually("its publish is on the way", publishes).await;
    leader.stop();
    stage.say(3).await;
    stage.world.published(Service::Intake).await;
    // Now the broker gets it; the answer stays with us.
    stage.link.swallow(Direction::ToClient);
    stage.link.delay(Direction::ToServer, Duration::ZERO);
    let answered = async || answers_lost(&stage.link, r#""stream":"INTAKE""#) > 0;
    eventually("the broker has answered the late publish", answered).await;
    let refused = answers_lost(&stage.link, "10071");
    leader.wake();
    stage.link.cut();
    stage.link.pass();

    stage.intake.kill().await;
    stage.caller.say(&mut leader, &stage.cases, 2).await;
    let account = stage.account().await;
    assert_eq!(copies(&stage.world).await, 0, "copies in the stream");
    account.assert_whole(&[("late publishes refused", refused)]);
}

#[tokio::test]
async fn a_publish_whose_ack_is_lost_is_found_in_the_stream_and_not_sent_again() {
    let mut stage = Stage::set_for_losses(Link::IntakeToNats).await;
    stage.link.swallow(Direction::ToClient);
    stage.say(1).await;
    let lost = async || answers_lost(&stage.link, r#""stream":"INTAKE","seq""#);
    eventually("an ack is lost", async || lost().await > 0).await;
    let lost = lost().await;
    stage.link.cut();
    stage.link.pass();

    stage.say(5).await;
    let account = stage.account().await;
    assert_eq!(copies(&stage.world).await, 0, "copies in the stream");
    account.assert_whole(&[("acks lost", lost)]);
}

#[tokio::test]
async fn half_an_atomic_batch_is_as_good_as_none_and_sent_again() {
    let mut stage = Stage::set_for_losses(Link::IntakeToNats).await;
    let before = stage.world.last(Stream::Intake).await;
    // The broker takes the first message of the batch; its answer is lost, so the rest never comes.
    stage.link.swallow(Direction::ToClient);
    stage.caller.say_at_once(&mut stage.intake, stage.cases[0], 40).await;
    let empty = |line: &&str| line.starts_with("MSG _INBOX") && line.ends_with(" 0");
    let halves =
        async || stage.link.swallowed(Direction::ToClient).lines().filter(empty).count() as u64;
    eventually("the first message is answered", async || halves().await > 0).await;
    let halves = halves().await;
    assert_eq!(stage.world.last(Stream::Intake).await, before, "half a batch cannot be seen");
    stage.link.cut();
    stage.link.pass();

    let account = stage.account().await;
    assert_eq!(copies(&stage.world).await, 0, "copies in the stream");
    account.assert_whole(&[("half batches", halves)]);
}
