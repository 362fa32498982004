use std::{fs, time::Duration};

use async_nats::{ConnectOptions, jetstream::stream::Config};
use testkit::{Direction, Nats, Proxy, eventually};

fn toy() -> Config {
    Config { name: "TOY".into(), subjects: vec!["toy.>".into()], ..Config::default() }
}

async fn messages(nats: &Nats) -> Option<u64> {
    let stream = nats.jetstream().await.get_stream("TOY").await.ok()?;
    Some(stream.cached_info().state.messages)
}

async fn publish(nats: &Nats, text: &'static str) {
    let jetstream = nats.jetstream().await;
    jetstream.publish("toy.said", text.into()).await.unwrap().await.unwrap();
}

#[tokio::test]
async fn streams_outlive_a_restart_and_a_crash_and_not_a_wipe() {
    let mut nats = Nats::start("").await;
    nats.jetstream().await.create_stream(toy()).await.unwrap();
    publish(&nats, "one").await;
    nats.restart().await;
    assert_eq!(messages(&nats).await, Some(1));
    nats.kill().await;
    nats.restart().await;
    assert_eq!(messages(&nats).await, Some(1));
    nats.wipe().await;
    assert_eq!(messages(&nats).await, None);
}

#[tokio::test]
async fn the_store_of_a_stopped_server_can_be_damaged() {
    let mut nats = Nats::start("").await;
    nats.jetstream().await.create_stream(toy()).await.unwrap();
    publish(&nats, "first").await;
    publish(&nats, "second").await;
    nats.stop().await;
    let block = nats.store().join("jetstream/$G/streams/TOY/msgs/1.blk");
    let mut bytes = fs::read(&block).unwrap();
    *bytes.last_mut().unwrap() ^= 0xff; // the checksum of the last message
    fs::write(&block, bytes).unwrap();
    nats.restart().await;
    assert_eq!(messages(&nats).await, Some(1));
}

#[tokio::test]
async fn a_paused_server_answers_when_it_is_resumed() {
    let nats = Nats::start("").await;
    nats.pause();
    let impatient = ConnectOptions::new().connection_timeout(Duration::from_millis(200));
    impatient.connect(nats.url()).await.unwrap_err();
    nats.resume();
    nats.client().await;
}

#[tokio::test]
async fn permissions_are_those_of_the_configuration() {
    let config = "authorization { users = [{ user: intake, password: p }] }";
    let nats = Nats::start(config).await;
    let options = ConnectOptions::with_user_and_password("intake".into(), "p".into());
    nats.connect(options).await;
    ConnectOptions::new().connect(nats.url()).await.unwrap_err();
}

/// The fault that the relay must survive: stored, and the publisher does not know.
#[tokio::test]
async fn an_acknowledgement_is_lost_and_the_message_is_not() {
    let nats = Nats::start("").await;
    nats.jetstream().await.create_stream(toy()).await.unwrap();
    let proxy = Proxy::to(nats.port()).await;
    let address = format!("nats://127.0.0.1:{}", proxy.port());
    let client = async_nats::connect(address).await.unwrap();
    let mut jetstream = async_nats::jetstream::new(client);
    jetstream.set_timeout(Duration::from_millis(300));

    proxy.swallow(Direction::ToClient);
    let ack = jetstream.publish("toy.said", "lost".into()).await.unwrap();
    ack.await.unwrap_err();
    assert!(proxy.swallowed(Direction::ToClient).contains(r#""stream":"TOY","seq":1"#));
    assert_eq!(messages(&nats).await, Some(1));

    proxy.cut();
    proxy.pass();
    eventually("the client is back", async || jetstream.get_stream("TOY").await.is_ok()).await;
}
