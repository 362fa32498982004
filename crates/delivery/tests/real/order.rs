//! Too early, doubled, unknown: what arrives is applied once and in order, or waits with a reason.

use delivery_core::Missing;
use events::{
    DEFINITION_KEY, DefinitionFact,
    definition::DocumentChangedV1,
    encode,
    words::{DocumentKind, Revision, Service, Stream},
};
use jiff::SignedDuration;
use testkit::{Nats, eventually};
use uuid::Uuid;

use crate::toy::{Hand, Toy, closed, completed, envelope, key};

async fn reader(service: Service, streams: &[Stream]) -> (Nats, Toy, Hand) {
    let nats = Nats::start("").await;
    let toy = Toy::new(service, &nats).await;
    let hand = Hand::new(&nats, streams).await;
    toy.inbox();
    (nats, toy, hand)
}

/// Puts an event of intake under the name of another type, or of another version.
async fn put_as(hand: &Hand, key: Uuid, sequence: u64, name: &str) {
    let event = encode(&envelope(Stream::Intake, key, sequence), &closed()).unwrap();
    let event = String::from_utf8(event).unwrap();
    let own = r#""type":"intake.case.closed.v1""#;
    let renamed = event.replace(own, &format!(r#""type":"{name}""#));
    hand.put_bytes(name.to_owned(), renamed.into()).await;
}

async fn waits(toy: &Toy, key: Uuid, expected: &[(i64, &str)]) {
    let expected: Vec<_> = expected.iter().map(|(n, why)| (*n, (*why).to_owned())).collect();
    let what = format!("waiting: {expected:?}");
    eventually(&what, async || toy.waiting(key).await == expected).await;
}

#[tokio::test]
async fn events_that_come_three_times_and_shuffled_take_effect_once_and_in_order() {
    let (_nats, dispatch, hand) = reader(Service::Dispatch, &[Stream::Intake]).await;
    let key = key();
    hand.put_all(key, &[3, 1, 5, 5, 2, 1, 9, 8, 3, 2, 7, 4, 4, 9, 6, 7, 5, 8, 6, 1]).await;
    dispatch.reaches(key, &[1, 2, 3, 4, 5, 6, 7, 8, 9]).await;
    assert_eq!(dispatch.waiting(key).await, []);
    dispatch.stop().await;
}

#[tokio::test]
async fn a_missing_event_is_asked_for_after_thirty_seconds() {
    let (_nats, dispatch, hand) = reader(Service::Dispatch, &[Stream::Intake]).await;
    let key = key();
    hand.put_all(key, &[1, 3, 4]).await;
    dispatch.reaches(key, &[1]).await;
    waits(&dispatch, key, &[(3, "gap"), (4, "gap")]).await;
    assert_eq!(dispatch.asked.all(), []);
    dispatch.wait(SignedDuration::from_secs(31));
    let ask = Missing { service: Service::Intake, key, from: 2 };
    eventually("intake is asked", async || dispatch.asked.all().contains(&ask)).await;
    assert_eq!(dispatch.asked.all(), [ask], "once for both");
    hand.put_all(key, &[2]).await;
    dispatch.reaches(key, &[1, 2, 3, 4]).await;
    dispatch.stop().await;
}

#[tokio::test]
async fn an_event_waits_for_what_its_producer_had_seen() {
    let streams = [Stream::Intake, Stream::Dispatch];
    let (_nats, timer, hand) = reader(Service::EscalationTimer, &streams).await;
    let key = key();
    let mut answer = envelope(Stream::Dispatch, key, 1);
    answer.after.insert(Service::Intake, 2);
    hand.put(&answer, &completed()).await;
    hand.put_all(key, &[1]).await;
    waits(&timer, key, &[(1, "after")]).await;
    hand.put_all(key, &[2]).await;
    timer.reaches(key, &[1, 2, 1]).await;
    timer.stop().await;
}

#[tokio::test]
async fn an_event_waits_for_the_last_document_of_its_revision() {
    let streams = [Stream::Intake, Stream::Definition];
    let (_nats, dispatch, hand) = reader(Service::Dispatch, &streams).await;
    let key = key();
    let mut event = envelope(Stream::Intake, key, 1);
    event.revision = Revision(1);
    hand.put(&event, &closed()).await;
    waits(&dispatch, key, &[(1, "revision")]).await;
    for (sequence, last) in [(1, false), (2, true)] {
        let id = "pipe".parse().unwrap();
        let (revision, kind) = (Revision(1), DocumentKind::ServiceItem);
        let change = DocumentChangedV1 { revision, kind, id, document: None, last };
        let fact = DefinitionFact::from(change).into();
        hand.put(&envelope(Stream::Definition, DEFINITION_KEY, sequence), &fact).await;
        if !last {
            dispatch.reaches(DEFINITION_KEY, &[1]).await;
            assert!(dispatch.effects(key).await.is_empty());
        }
    }
    dispatch.reaches(key, &[1]).await;
    dispatch.stop().await;
}

#[tokio::test]
async fn a_newer_version_waits_uncounted_and_an_unknown_type_only_moves_the_head() {
    let (_nats, dispatch, hand) = reader(Service::Dispatch, &[Stream::Intake]).await;
    let key = key();
    put_as(&hand, key, 1, "intake.case.blessed.v1").await;
    hand.put_all(key, &[2]).await;
    dispatch.reaches(key, &[2]).await;
    put_as(&hand, key, 3, "intake.case.closed.v2").await;
    hand.put_all(key, &[4]).await;
    waits(&dispatch, key, &[(3, "version"), (4, "version")]).await;
    dispatch.wait(SignedDuration::from_mins(10));
    eventually("it is swept", async || {
        dispatch.count("select count(*) from delivery.inbox_waiting where again_at > since + interval '5 min'").await == 2
    })
    .await;
    assert_eq!(dispatch.count("select count(*) from delivery.dead").await, 0);
    assert_eq!(dispatch.effects(key).await, [2]);
    dispatch.stop().await;
}

#[tokio::test]
async fn what_waits_behind_an_unreadable_event_waits_for_a_release_and_for_nobody_else() {
    let streams = [Stream::Intake, Stream::Dispatch];
    let (_nats, timer, hand) = reader(Service::EscalationTimer, &streams).await;
    let key = key();
    let mut answer = envelope(Stream::Dispatch, key, 1);
    answer.after.insert(Service::Intake, 2);
    hand.put(&answer, &completed()).await;
    hand.put(&envelope(Stream::Dispatch, key, 2), &completed()).await;
    hand.put_all(key, &[2]).await;
    waits(&timer, key, &[(1, "after"), (2, "gap"), (2, "gap")]).await;
    let settled = delivery::settled(&timer.delivery).await.unwrap();
    assert_eq!(settled.waiting, 3);
    assert!(!settled.is_at_rest());

    put_as(&hand, key, 1, "intake.case.closed.v2").await;
    waits(&timer, key, &[(1, "version"), (1, "version"), (2, "version"), (2, "version")]).await;
    timer.upkeep();
    let waiting = |reason| timer.metric("yizhan_inbox_waiting", ("reason", reason));
    eventually("an operator sees it", async || waiting("version") == Some(4.0)).await;
    assert_eq!((waiting("gap"), waiting("after")), (Some(0.0), Some(0.0)));
    let at_rest = async || {
        let settled = delivery::settled(&timer.delivery).await.unwrap();
        settled.waiting == 0 && settled.is_at_rest()
    };
    eventually("nothing is waited for", at_rest).await;
    timer.wait(SignedDuration::from_mins(2));
    eventually("it is swept", async || {
        let due =
            "select count(*) from delivery.inbox_waiting where again_at < since + interval '2 min'";
        timer.count(due).await == 0
    })
    .await;
    assert_eq!(timer.asked.all(), [], "what is here is not missing");
    timer.stop().await;
}
