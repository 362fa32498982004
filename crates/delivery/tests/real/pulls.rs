//! A reader and its connection to the broker.

use std::sync::atomic::Ordering;

use async_nats::{ConnectOptions, jetstream::consumer};
use events::words::{Service, Stream};
use testkit::{Direction, Nats, Proxy, eventually};

use crate::toy::{Hand, Toy, key};

async fn reader(nats: &Nats) -> consumer::Info {
    let stream = nats.jetstream().await.get_stream("INTAKE").await.unwrap();
    stream.consumer_info("dispatch").await.unwrap()
}

/// The broker would send it again only after 30 s.
#[tokio::test]
async fn what_is_on_its_way_while_a_new_connection_is_looked_at_arrives() {
    let nats = Nats::start("").await;
    let hand = Hand::new(&nats, &[Stream::Intake]).await;
    let link = Proxy::to(nats.port()).await;
    let url = format!("nats://127.0.0.1:{}", link.port());
    let client = ConnectOptions::new().connect(url).await.unwrap();
    let dispatch = Toy::with(Service::Dispatch, client.clone()).await;
    let key = key();
    hand.put_all(key, &[1]).await;
    dispatch.inbox();
    dispatch.reaches(key, &[1]).await;

    link.cut();
    let connects = || client.statistics().connects.load(Ordering::Relaxed);
    eventually("it is connected again", async || connects() == 2).await;
    eventually("it pulls again", async || reader(&nats).await.num_waiting > 0).await;
    link.hold(Direction::ToClient);
    hand.put_all(key, &[2]).await;
    eventually("a message is sent", async || reader(&nats).await.num_ack_pending == 1).await;
    // By then the inbox asks for its consumer, over the new connection.
    let asked = link.traffic(Direction::ToServer).passed;
    let asks = async || link.traffic(Direction::ToServer).passed > asked;
    eventually("it looks at its consumer", asks).await;
    link.pass();
    dispatch.reaches(key, &[1, 2]).await;
    dispatch.stop().await;
}
