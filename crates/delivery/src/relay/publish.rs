//! One plain message or one atomic batch, behind the fence of the stream's last sequence.
//!
//! async-nats does not know atomic batches: all messages but the last go without a reply, and the
//! last one's answer, also an error, is JSON.

use std::time::Duration;

use async_nats::{
    Client, HeaderMap, PublishError, PublishErrorKind, Request, RequestError, RequestErrorKind,
    header::{
        NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL, NATS_BATCH_ID, NATS_BATCH_SEQUENCE,
        NATS_EXPECTED_LAST_SEQUENCE,
    },
    jetstream::ErrorCode,
};
use bytes::Bytes;
use serde::Deserialize;
use uuid::Uuid;

use super::outbox::Row;

/// How long an ack may take. After it the message may still arrive; the fence makes that harmless.
const ACK: Duration = Duration::from_secs(5);
/// The media type of an event in structured JSON (CloudEvents NATS binding).
const CONTENT_TYPE: &str = "application/cloudevents+json";

/// What came of a publish.
#[derive(Debug)]
pub(super) enum Published {
    /// Stored, the last message at this sequence.
    Acknowledged { last: u64 },
    /// The stream's last sequence is another.
    WrongLast,
    /// Never acceptable, with the broker's words; of a batch, as it is.
    RefusedForGood { fault: String },
    /// Unknown: it may have been stored.
    Unclear { fault: String },
}

/// Publishes `rows` so that the first follows `expected_last`. `batch` names the batch, if it is
/// one.
pub(super) async fn publish(
    client: &Client,
    rows: &[&Row],
    expected_last: u64,
    batch: Uuid,
) -> Published {
    match send(client, rows, expected_last, batch).await {
        Ok(published) => published,
        Err(error) => match error.kind() {
            RequestErrorKind::MaxPayloadExceeded | RequestErrorKind::InvalidSubject => {
                Published::RefusedForGood { fault: error.to_string() }
            }
            RequestErrorKind::TimedOut
            | RequestErrorKind::NoResponders
            | RequestErrorKind::Other => Published::Unclear { fault: error.to_string() },
        },
    }
}

async fn send(
    client: &Client,
    rows: &[&Row],
    expected_last: u64,
    batch: Uuid,
) -> Result<Published, RequestError> {
    let [first, rest @ ..] = rows else {
        return Ok(Published::Unclear { fault: "nothing to publish".to_owned() });
    };
    let mut headers = plain();
    headers.insert(NATS_EXPECTED_LAST_SEQUENCE, expected_last.to_string());
    let Some((last, middle)) = rest.split_last() else {
        return Ok(answer(&request(client, first, headers).await?));
    };
    let staged = |place: usize, headers: HeaderMap| in_batch(headers, batch, place);
    // The first one asks for an answer too: if it is refused, the commit would only say that the
    // batch is incomplete.
    let opened = request(client, first, staged(1, headers)).await?;
    if !opened.is_empty() {
        return Ok(answer(&opened));
    }
    for (place, row) in (2..).zip(middle) {
        let payload = Bytes::from(row.payload.clone());
        client
            .publish_with_headers(row.subject.clone(), staged(place, plain()), payload)
            .await
            .map_err(in_flight)?;
    }
    let mut headers = staged(rows.len(), plain());
    headers.insert(NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL);
    Ok(answer(&request(client, last, headers).await?))
}

/// A message in the middle of a batch fails as the first and the last do.
fn in_flight(error: PublishError) -> RequestError {
    let kind = match error.kind() {
        PublishErrorKind::MaxPayloadExceeded => RequestErrorKind::MaxPayloadExceeded,
        PublishErrorKind::InvalidSubject => RequestErrorKind::InvalidSubject,
        PublishErrorKind::Send => RequestErrorKind::Other,
    };
    RequestError::with_source(kind, error)
}

async fn request(client: &Client, row: &Row, headers: HeaderMap) -> Result<Bytes, RequestError> {
    let payload = Bytes::from(row.payload.clone());
    let request = Request::new().payload(payload).headers(headers).timeout(Some(ACK));
    Ok(client.send_request(row.subject.clone(), request).await?.payload)
}

fn plain() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("Content-Type", CONTENT_TYPE);
    headers
}

fn in_batch(mut headers: HeaderMap, batch: Uuid, place: usize) -> HeaderMap {
    headers.insert(NATS_BATCH_ID, batch.to_string());
    headers.insert(NATS_BATCH_SEQUENCE, place.to_string());
    headers
}

#[derive(Deserialize)]
struct Ack {
    seq: Option<u64>,
    error: Option<Refusal>,
}

#[derive(Deserialize)]
struct Refusal {
    err_code: u64,
    #[serde(default)]
    description: String,
}

fn answer(payload: &[u8]) -> Published {
    match serde_json::from_slice(payload) {
        Ok(Ack { seq: Some(last), error: None }) => Published::Acknowledged { last },
        Ok(Ack { error: Some(refusal), .. }) => refused(&refusal),
        Ok(Ack { seq: None, error: None }) => {
            Published::Unclear { fault: "an ack without a sequence".to_owned() }
        }
        Err(error) => Published::Unclear { fault: error.to_string() },
    }
}

fn refused(refusal: &Refusal) -> Published {
    const WRONG_LAST: [u64; 2] =
        [ErrorCode::STREAM_WRONG_LAST_SEQUENCE.0, ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT.0];
    // The last two are said of batches only. Of one that is incomplete although all of it was sent,
    // a message in the middle was refused, without a word.
    const FOR_GOOD: [u64; 4] = [
        ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM.0,
        ErrorCode::STREAM_HEADER_EXCEEDS_MAXIMUM.0,
        ErrorCode::ATOMIC_PUBLISH_TOO_LARGE_BATCH.0,
        ErrorCode::ATOMIC_PUBLISH_INCOMPLETE_BATCH.0,
    ];
    let fault = format!("{} ({})", refusal.description, refusal.err_code);
    match refusal.err_code {
        code if WRONG_LAST.contains(&code) => Published::WrongLast,
        code if FOR_GOOD.contains(&code) => Published::RefusedForGood { fault },
        _ => Published::Unclear { fault },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_an_ack_a_wrong_fence_a_refusal_for_good_or_unclear() {
        let ack = br#"{"stream":"INTAKE","seq":41,"batch":"b","count":2}"#;
        assert!(matches!(answer(ack), Published::Acknowledged { last: 41 }));
        let error =
            |code| format!(r#"{{"error":{{"code":400,"err_code":{code},"description":"no"}}}}"#);
        assert!(matches!(answer(error(10071).as_bytes()), Published::WrongLast));
        for code in [10054, 10097, 10176, 10199] {
            let refused = answer(error(code).as_bytes());
            assert!(matches!(refused, Published::RefusedForGood { .. }), "{code}");
        }
        assert!(matches!(answer(error(10210).as_bytes()), Published::Unclear { .. }));
        assert!(matches!(answer(b"no responders"), Published::Unclear { .. }));
    }
}
