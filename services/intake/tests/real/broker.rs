//! Without a broker, and with it again.

use events::{What, words::Stream};
use proto::delivery::v1::{RedeliverRequest, delivery_client::DeliveryClient};
use rpc::{Call, Error};
use testkit::{Nats, eventually};

use crate::campus::{Campus, assistant, example, leak, reason};

/// The types of the events about a key that a stream holds, in their order.
async fn published(nats: &Nats, stream: Stream, key: &str) -> Vec<String> {
    let jetstream = nats.jetstream().await;
    let Ok(mut stream) = jetstream.get_stream(stream.name()).await else {
        return Vec::new();
    };
    let last = stream.info().await.unwrap().state.last_sequence;
    let mut types = Vec::new();
    for sequence in 1..=last {
        let message = stream.get_raw_message(sequence).await.unwrap();
        let received = events::decode(&message.payload).unwrap();
        if received.envelope.key.to_string() == key {
            let What::Known(fact) = received.what else { panic!("{received:?}") };
            types.push(fact.name());
        }
    }
    types
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_broker_it_accepts_and_publishes_when_the_broker_is_back() {
    let mut nats = Nats::start("").await;
    let campus = Campus::new().await;
    let intake = campus.start_on(&nats.url()).await;
    intake.apply(&example()).await.unwrap();
    nats.stop().await;
    let told = intake.accept(&assistant(), leak()).await.unwrap();
    intake.withdraw(&assistant(), &told.number).await.unwrap();
    nats.restart().await;
    let expected = ["intake.case.accepted", "intake.case.closed"];
    let there = async || published(&nats, Stream::Intake, &told.case_id).await == expected;
    eventually("both events are published in their order", there).await;
    let pending = "select count(*) from delivery.outbox_pending";
    eventually("nothing is pending", async || campus.count(pending).await == 0).await;
    intake.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_service_may_ask_for_events_again_and_a_person_may_not() {
    let nats = Nats::start("").await;
    let campus = Campus::new().await;
    let intake = campus.start_on(&nats.url()).await;
    intake.apply(&example()).await.unwrap();
    let told = intake.accept(&assistant(), leak()).await.unwrap();
    let count = async |expected: usize| {
        published(&nats, Stream::Intake, &told.case_id).await.len() == expected
    };
    eventually("the event is published", async || count(1).await).await;

    let ask = async |call: Call| {
        let request = RedeliverRequest { key: told.case_id.clone(), from: 1 };
        let mut client = DeliveryClient::new(intake.channel.clone());
        let answer = client.redeliver(call.request(request)).await.map_err(Error::from)?;
        Ok::<_, Error>(answer.into_inner().events)
    };
    assert_eq!(reason(ask(intake.ask(&assistant())).await), "not-permitted");
    assert_eq!(ask(Call::new()).await.unwrap(), 1);
    eventually("the event is published again", async || count(2).await).await;
}
