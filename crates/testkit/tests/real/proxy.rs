use std::{
    net::Ipv4Addr,
    time::{Duration, Instant},
};

use testkit::{Direction, Proxy, Traffic, eventually};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A server that sends back what it gets, and a proxy before it.
async fn echo() -> Proxy {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.split();
                tokio::io::copy(&mut from, &mut to).await
            });
        }
    });
    Proxy::to(port).await
}

async fn connect(proxy: &Proxy) -> TcpStream {
    TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).await.unwrap()
}

async fn say(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.unwrap();
}

async fn hear(stream: &mut TcpStream, length: usize) -> String {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await.unwrap();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn what_passes_is_counted() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    say(&mut stream, "hello").await;
    assert_eq!(hear(&mut stream, 5).await, "hello");
    let all = Traffic { passed: 5, ..Traffic::default() };
    eventually("both ways are counted", async || {
        [Direction::ToServer, Direction::ToClient].map(|way| proxy.traffic(way)) == [all, all]
    })
    .await;
}

#[tokio::test]
async fn what_is_held_comes_late_and_whole() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    proxy.hold(Direction::ToClient);
    say(&mut stream, "hello").await;
    eventually("the answer waits", async || proxy.traffic(Direction::ToClient).held == 5).await;
    assert_eq!(proxy.traffic(Direction::ToServer).passed, 5);
    assert_eq!(proxy.traffic(Direction::ToClient).passed, 0);
    proxy.pass();
    assert_eq!(hear(&mut stream, 5).await, "hello");
}

#[tokio::test]
async fn what_is_swallowed_never_comes_and_is_kept_to_be_looked_at() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    proxy.swallow(Direction::ToClient);
    say(&mut stream, "lost").await;
    eventually("it is swallowed", async || proxy.traffic(Direction::ToClient).swallowed == 4).await;
    assert_eq!(proxy.swallowed(Direction::ToClient), "lost");
    proxy.pass();
    say(&mut stream, "kept").await;
    assert_eq!(hear(&mut stream, 4).await, "kept");
}

#[tokio::test]
async fn what_is_delayed_comes_after_its_time() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    proxy.delay(Direction::ToServer, Duration::from_millis(100));
    let begun = Instant::now();
    say(&mut stream, "hello").await;
    assert_eq!(hear(&mut stream, 5).await, "hello");
    assert!(begun.elapsed() >= Duration::from_millis(100));
}

#[tokio::test]
async fn a_cut_ends_connections_and_takes_new_ones() {
    let proxy = echo().await;
    let mut old = connect(&proxy).await;
    say(&mut old, "hello").await;
    hear(&mut old, 5).await;
    proxy.cut();
    assert_eq!(old.read(&mut [0]).await.unwrap(), 0);
    let mut new = connect(&proxy).await;
    say(&mut new, "hello").await;
    assert_eq!(hear(&mut new, 5).await, "hello");
}

#[tokio::test]
async fn a_refusal_ends_new_connections_too_until_it_passes_again() {
    let proxy = echo().await;
    proxy.refuse();
    let mut refused = connect(&proxy).await;
    assert_eq!(refused.read(&mut [0]).await.unwrap(), 0);
    proxy.pass();
    let mut stream = connect(&proxy).await;
    say(&mut stream, "hello").await;
    assert_eq!(hear(&mut stream, 5).await, "hello");
}

#[tokio::test]
async fn one_end_closing_closes_the_other() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    say(&mut stream, "bye").await;
    stream.shutdown().await.unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert_eq!(rest, "bye");
}
