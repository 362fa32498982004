//! However facts arrive, each takes effect once and in order.

use async_nats::jetstream::message::StreamMessage;
use clock::{Ids as _, SeededIds};
use events::{
    nats::durable,
    words::{Service, Stream},
};
use serde_json::{Value, json};
use sqlx::Executor as _;
use testkit::eventually;

use crate::{account::Account, caller::Caller, naks::Naks, world::World};

#[tokio::test]
async fn two_replicas_of_a_reader_one_of_which_gives_back_apply_everything_once_and_in_order() {
    let world = World::of([Service::Intake, Service::Dispatch]).await;
    let mut caller = Caller::new();
    let cases = caller.cases(20);
    let mut intake = world.start(Service::Intake).await;
    let link = world.link_to_store(Service::Dispatch).await;
    let _troubled = world.toy(Service::Dispatch).postgres_by(&link).start().await;
    let _healthy = world.start(Service::Dispatch).await;
    pulled_by(&world, 2).await;
    let naks = Naks::listen(&world).await;

    link.refuse();
    caller.say(&mut intake, &cases, 10).await;
    eventually("messages are given back", async || naks.count() >= 20).await;
    link.pass();
    caller.say(&mut intake, &cases, 5).await;
    let account = Account::at_rest(&world, &caller).await;
    account.assert_whole(&[("naks", naks.count())]);
}

/// Waits until so many replicas of dispatch pull messages of intake.
async fn pulled_by(world: &World, replicas: usize) {
    let pulled = async || {
        let reader = world.reader(Stream::Intake, Service::Dispatch).await;
        reader.is_some_and(|reader| reader.num_waiting == replicas)
    };
    eventually("dispatch pulls", pulled).await;
}

/// Copies of all messages of a stream, each so many times, in an order that has nothing to do with
/// the one in which they were said.
async fn shuffled_copies(world: &World, stream: Stream, times: usize) -> Vec<StreamMessage> {
    let handle = world.stream(stream).await.unwrap();
    let mut dice = SeededIds::new(20_260_901);
    let mut copies = Vec::new();
    for sequence in 1..=handle.cached_info().state.last_sequence {
        let message = handle.get_raw_message(sequence).await.unwrap();
        copies.extend((0..times).map(|_| (dice.uuid().as_u64_pair().1, message.clone())));
    }
    copies.sort_by_key(|(dice, _)| *dice);
    copies.into_iter().map(|(_, message)| message).collect()
}

#[tokio::test]
async fn facts_that_come_three_times_and_shuffled_take_effect_once_and_in_order() {
    let world = World::of([Service::Intake, Service::Dispatch]).await;
    let mut caller = Caller::new();
    let cases = caller.cases(4);
    let mut intake = world.start(Service::Intake).await;
    caller.say(&mut intake, &cases, 25).await;
    world.published(Service::Intake).await;
    intake.end().await;
    let copies = shuffled_copies(&world, Stream::Intake, 3).await;
    let jetstream = world.nats.jetstream().await;
    jetstream.delete_stream(Stream::Intake.name()).await.unwrap();
    world.make_stream(Stream::Intake, |_| ()).await;

    // It reads while they come, and so has only a few of them to sort at once.
    let _dispatch = world.start(Service::Dispatch).await;
    pulled_by(&world, 1).await;
    let displaced = copies.windows(2).filter(|pair| pair[0].sequence > pair[1].sequence).count();
    let surplus = copies.len() as u64 - caller.facts();
    for copy in copies {
        jetstream.publish(copy.subject, copy.payload).await.unwrap().await.unwrap();
    }
    let _intake = world.start(Service::Intake).await;
    let account = Account::at_rest(&world, &caller).await;
    account.assert_whole(&[("copies", surplus), ("displaced", displaced as u64)]);
}

#[tokio::test]
async fn a_fact_of_a_newer_version_waits_uncounted_for_the_release_that_reads_it() {
    let world = World::of([Service::Intake, Service::Dispatch]).await;
    let mut caller = Caller::new();
    let cases = caller.cases(3);
    let link = world.link_to_nats().await;
    link.refuse();
    let mut intake = world.toy(Service::Intake).nats_by(&link).start().await;
    caller.say(&mut intake, &cases, 4).await;
    let newer = "update delivery.outbox set subject = replace(subject, '.v1', '.v2'),
             payload = convert_to(replace(convert_from(payload, 'UTF8'), '.v1', '.v2'), 'UTF8')
         where key = $1 and sequence = 2";
    let newer = sqlx::query(newer).bind(cases[0]).execute(world.store(Service::Intake)).await;
    assert_eq!(newer.unwrap().rows_affected(), 1);
    link.pass();

    let dispatch = world.start(Service::Dispatch).await;
    let others = async || world.effects(Service::Dispatch).await == caller.facts() - 3;
    eventually("all else takes effect", others).await;
    for _ in 0..=delivery_core::MAX_TRIES {
        judge_again(&world).await;
    }
    // It, and the two that wait behind it.
    let too_new = world.waiting(Service::Dispatch, "version").await;
    assert_eq!(too_new, 3);
    assert_eq!(world.waiting(Service::Dispatch, "gap").await, 0);
    dispatch.end().await;
    // What the next release makes of it, and a start of that release.
    let read = "update delivery.inbox_waiting
         set payload = convert_to(replace(convert_from(payload, 'UTF8'), '.v2', '.v1'), 'UTF8')";
    world.store(Service::Dispatch).execute(read).await.unwrap();
    let _dispatch = world.start(Service::Dispatch).await;
    let account = Account::at_rest(&world, &caller).await;
    account.assert_whole(&[("judged as too new", too_new)]);
}

/// Makes what waits at dispatch due, and returns when it was looked at and put off.
async fn judge_again(world: &World) {
    let due = "update delivery.inbox_waiting set again_at = 'epoch'";
    world.store(Service::Dispatch).execute(due).await.unwrap();
    let still = "select count(*) from delivery.inbox_waiting where again_at = 'epoch'";
    eventually("it is judged", async || world.count(Service::Dispatch, still).await == 0).await;
}

#[tokio::test]
async fn an_answer_waits_for_its_question_that_comes_by_a_slower_stream() {
    let services = [Service::Intake, Service::Dispatch, Service::EscalationTimer];
    let world = World::of(services).await;
    let mut caller = Caller::new();
    let cases = caller.cases(5);
    let mut intake = world.start(Service::Intake).await;
    let _dispatch = world.start(Service::Dispatch).await;
    let _timer = world.start(Service::EscalationTimer).await;
    caller.say(&mut intake, &cases, 2).await;
    Account::at_rest(&world, &caller).await.assert_undisturbed();

    let reader = durable(Service::EscalationTimer);
    let pause = format!("CONSUMER.PAUSE.{}.{reader}", Stream::Intake.name());
    let until = json!({ "pause_until": "2999-01-01T00:00:00Z" });
    let _: Value = world.nats.jetstream().await.request(pause, &until).await.unwrap();
    caller.say(&mut intake, &cases, 4).await;
    let waits = async || world.waiting(Service::EscalationTimer, "after").await >= 5;
    eventually("the next answer of each case waits for its question", waits).await;
    let early = world.waiting(Service::EscalationTimer, "after").await;
    world.stream(Stream::Intake).await.unwrap().resume_consumer(reader).await.unwrap();
    let account = Account::at_rest(&world, &caller).await;
    account.assert_whole(&[("answers before their questions", early)]);
}
