//! A reader and its connection to the broker.

use std::{sync::atomic::Ordering, time::Duration};

use async_nats::ConnectOptions;
use events::words::{Service, Stream};
use testkit::{Direction, Nats, Proxy, eventually};

use crate::toy::{Hand, Toy, key};

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

    let stream = nats.jetstream().await.get_stream("INTAKE").await.unwrap();
    let reader = async || stream.consumer_info("dispatch").await.unwrap();
    link.cut();
    let connects = || client.statistics().connects.load(Ordering::Relaxed);
    eventually("it is connected again", async || connects() == 2).await;
    eventually("it pulls again", async || reader().await.num_waiting > 0).await;
    link.hold(Direction::ToClient);
    hand.put_all(key, &[2]).await;
    eventually("a message is sent", async || reader().await.num_ack_pending == 1).await;
    // By then the inbox has been without a message for long enough to look at its consumer.
    tokio::time::sleep(Duration::from_secs(1)).await;
    link.pass();
    dispatch.reaches(key, &[1, 2]).await;
    dispatch.stop().await;
}
