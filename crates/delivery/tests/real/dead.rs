//! One poisoned message holds back its own key, for a person, and no other.

use delivery::dead_letters::{self, Kind, Outcome};
use events::words::{Service, Stream};
use jiff::SignedDuration;
use testkit::{Nats, eventually};
use uuid::Uuid;

use crate::toy::{Hand, Toy, key};

/// Dispatch with a dead second event of one key, and two more behind it.
async fn poisoned() -> (Nats, Toy, Hand, Uuid) {
    let nats = Nats::start("").await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    let hand = Hand::new(&nats, &[Stream::Intake]).await;
    let (bad, good) = (key(), key());
    dispatch.handler.poison(bad, 2);
    hand.put_all(bad, &[1, 2, 3, 4]).await;
    hand.put_all(good, &[1, 2, 3]).await;
    dispatch.inbox();
    dispatch.reaches(good, &[1, 2, 3]).await;
    eventually("it is dead", async || {
        dispatch.count("select count(*) from delivery.dead").await == 1
    })
    .await;
    assert_eq!(dispatch.effects(bad).await, [1]);
    (nats, dispatch, hand, bad)
}

#[tokio::test]
async fn a_poisoned_event_is_tried_five_times_and_replayed_in_order() {
    let (_nats, dispatch, _hand, bad) = poisoned().await;
    let letters = dead_letters::list(dispatch.pool(), 10).await.unwrap();
    let [letter] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!((letter.kind, letter.key, letter.sequence, letter.tries), (Kind::Fact, bad, 2, 5));
    assert!(letter.fault.contains("poisoned"), "{}", letter.fault);
    let (_, content) = dead_letters::show(dispatch.pool(), letter.id).await.unwrap().unwrap();
    assert!(String::from_utf8(content.unwrap()).unwrap().contains("intake.case.closed.v1"));

    dispatch.handler.cure();
    let replayed = dispatch.replay(letter.id).await;
    assert_eq!(replayed, Outcome::Done);
    dispatch.reaches(bad, &[1, 2, 3, 4]).await;
    assert_eq!(dead_letters::list(dispatch.pool(), 10).await.unwrap(), []);
    let audited = "select count(*) from delivery.audit where action = 'dead-letter.replay'";
    assert_eq!(dispatch.count(audited).await, 1);
    let again = dispatch.replay(letter.id).await;
    assert_eq!(again, Outcome::NotFound);
    dispatch.stop().await;
}

#[tokio::test]
async fn dropping_a_dead_event_steps_over_it() {
    let (_nats, dispatch, hand, bad) = poisoned().await;
    let letters = dead_letters::list(dispatch.pool(), 10).await.unwrap();
    let dropped = dispatch.drop(letters[0].id).await;
    assert_eq!(dropped, Outcome::Done);
    dispatch.reaches(bad, &[1, 3, 4]).await;
    hand.put_all(bad, &[2, 5]).await;
    dispatch.reaches(bad, &[1, 3, 4, 5]).await;
    let audited = "select count(*) from delivery.audit where action = 'dead-letter.drop'";
    assert_eq!(dispatch.count(audited).await, 1);
    dispatch.stop().await;
}

#[tokio::test]
async fn a_copy_of_a_dead_event_does_not_revive_it_and_nobody_is_asked_for_it() {
    let (_nats, dispatch, hand, bad) = poisoned().await;
    hand.put_all(bad, &[2, 5]).await;
    let after_the_copy = async || {
        let waiting = dispatch.waiting(bad).await;
        waiting.iter().any(|(sequence, _)| *sequence == 5).then_some(waiting)
    };
    let waiting = eventually("the copy and the next one have come", after_the_copy).await;
    assert!(waiting.iter().all(|(sequence, _)| *sequence != 2), "the copy is tried: {waiting:?}");
    eventually("the rest waits for a person", async || {
        let waiting = dispatch.waiting(bad).await;
        waiting.len() == 3 && waiting.iter().all(|(_, why)| why == "dead")
    })
    .await;
    dispatch.wait(SignedDuration::from_mins(2));
    eventually("it is swept", async || {
        let due =
            "select count(*) from delivery.inbox_waiting where again_at < since + interval '2 min'";
        dispatch.count(due).await == 0
    })
    .await;
    assert_eq!(dispatch.effects(bad).await, [1]);
    assert_eq!(dispatch.asked.all(), []);
    dispatch.stop_with_letters(1).await;
}

#[tokio::test]
async fn a_message_that_is_no_event_is_kept_and_holds_back_nobody() {
    let nats = Nats::start("").await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    let hand = Hand::new(&nats, &[Stream::Intake]).await;
    let key = key();
    hand.put_bytes("intake.case.closed.v1".to_owned(), b"hello".to_vec()).await;
    hand.put_all(key, &[1]).await;
    dispatch.inbox();
    dispatch.reaches(key, &[1]).await;
    let letters = dead_letters::list(dispatch.pool(), 10).await.unwrap();
    assert_eq!((letters.len(), letters[0].key), (1, Uuid::nil()));
    let dropped = dispatch.drop(letters[0].id).await;
    assert_eq!(dropped, Outcome::Done);
    dispatch.stop().await;
}

#[tokio::test]
async fn a_stray_is_one_dead_letter_however_often_it_comes_and_another_one_is_another() {
    let nats = Nats::start("").await;
    let dispatch = Toy::new(Service::Dispatch, &nats).await;
    let key = key();
    for (sequence, stray) in [(1, "hello"), (2, "good-bye")] {
        // The second stream is made again, and has another stray at the same place.
        let hand = Hand::new(&nats, &[Stream::Intake]).await;
        for _ in 0..2 {
            hand.put_bytes("intake.case.closed.v1".to_owned(), stray.into()).await;
        }
        hand.put_all(key, &[sequence]).await;
        for _ in 0..2 {
            // By a consumer that has everything delivered again.
            let reader = dispatch.again();
            reader.inbox();
            let caught_up = async || {
                let settled = delivery::settled(&reader.delivery).await;
                settled.is_ok_and(|settled| settled.is_at_rest())
            };
            eventually("all is read", caught_up).await;
            reader.stop_with_letters(usize::try_from(sequence).unwrap()).await;
            let stream = nats.jetstream().await.get_stream("INTAKE").await.unwrap();
            stream.delete_consumer("dispatch").await.unwrap();
        }
        nats.jetstream().await.delete_stream("INTAKE").await.unwrap();
    }
    assert_eq!(dispatch.effects(key).await, [1, 2]);
    dispatch.stop_with_letters(2).await;
}
