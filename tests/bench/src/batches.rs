//! The raw limit of the relay: atomic batches as JetStream takes them, each acknowledged before the
//! next, with no store on the other side.

use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use async_nats::{
    Client, HeaderMap,
    header::{NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL, NATS_BATCH_ID, NATS_BATCH_SEQUENCE},
    jetstream::{self, stream},
};
use bytes::Bytes;
use clock::{Clock, Ids as _, RandomIds};
use delivery_core::ATOMIC_BATCH;
use events::words::Stream;
use serde_json::Value;

use crate::{
    ground::{Ground, INSTALLATION},
    pace::per_second,
};

/// A stream that is no service's, with subjects that are nobody's.
const NAME: &str = "RAW";

/// Publishes these events into a stream like INTAKE, in batches like the relay's: events per second.
pub(crate) async fn publish(ground: &Ground, events: Vec<(String, Vec<u8>)>) -> Result<f64> {
    let client = ground.client().await?;
    let context = jetstream::new(client.clone());
    let settings = delivery::stream_settings(Stream::Intake, &INSTALLATION.parse()?, 1);
    let subjects = vec![format!("{NAME}.>")];
    context.create_stream(stream::Config { name: NAME.to_owned(), subjects, ..settings }).await?;
    let messages: Vec<(String, Bytes)> = events
        .into_iter()
        .map(|(subject, payload)| (format!("{NAME}.{subject}"), payload.into()))
        .collect();
    let mut ids = RandomIds::new(Clock::system());
    let began = Instant::now();
    for batch in messages.chunks(ATOMIC_BATCH) {
        send(&client, &ids.uuid().to_string(), batch).await?;
    }
    let pace = per_second(messages.len() as u64, began.elapsed());
    let stored = ground.stored(NAME).await?;
    ensure!(stored == messages.len() as u64, "{stored} of {} are in the stream", messages.len());
    context.delete_stream(NAME).await?;
    Ok(pace)
}

async fn send(client: &Client, batch: &str, messages: &[(String, Bytes)]) -> Result<()> {
    let (last, before) = messages.split_last().context("an empty batch")?;
    for (place, (subject, payload)) in (1..).zip(before) {
        let headers = headers(batch, place);
        client.publish_with_headers(subject.clone(), headers, payload.clone()).await?;
    }
    let mut headers = headers(batch, messages.len());
    headers.insert(NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL);
    let (subject, payload) = last.clone();
    let answer = client.request_with_headers(subject, headers, payload).await?;
    let answer: Value = serde_json::from_slice(&answer.payload)?;
    match answer.get("error") {
        None => Ok(()),
        Some(error) => bail!("a batch was refused: {error}"),
    }
}

fn headers(batch: &str, place: usize) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("Content-Type", "application/cloudevents+json");
    headers.insert(NATS_BATCH_ID, batch);
    headers.insert(NATS_BATCH_SEQUENCE, place.to_string());
    headers
}
