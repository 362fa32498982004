use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Envelope, MAX_BYTES, MAX_INTEGER, Received, Source, Undecodable, Unencodable, What, heads,
};
use crate::{
    EventType, Fact,
    fact::{Registered, registry},
    schema,
    words::Revision,
};

/// An event as it lies on the wire: CloudEvents 1.0 in structured JSON. Attributes that are not
/// listed are ignored.
#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Envelope")]
struct Wire {
    specversion: SpecVersion,
    /// The event's id, unique for ever.
    id: Uuid,
    /// Who says it: `/<installation>/<service>`.
    source: Source,
    /// `<stream>.<aggregate>.<what>.v<version>`.
    #[serde(rename = "type")]
    event_type: String,
    /// Always JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    datacontenttype: Option<String>,
    /// The `$id` of the JSON Schema of `data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dataschema: Option<String>,
    /// The work order, when the event is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// When it happened.
    time: Timestamp,
    /// When it was committed.
    recorded: Timestamp,
    /// What it is about and is ordered by: the case, else its own aggregate.
    partitionkey: Uuid,
    /// 1, 2, 3 ... without gaps per service and `partitionkey`.
    #[schemars(range(min = 1, max = 2_147_483_647))]
    sequence: u64,
    /// Raised when the producer's store was restored.
    #[schemars(range(min = 0, max = 2_147_483_647))]
    epoch: u32,
    /// The last sequence of each other service that the producer knew for this `partitionkey`,
    /// ascending by name: `dispatch=7,intake=3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = heads::PATTERN))]
    after: Option<String>,
    /// The trace that it belongs to (W3C Trace Context).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    traceparent: Option<String>,
    /// The definitions that the producer decided by.
    #[schemars(range(min = 0, max = 2_147_483_647))]
    revision: Revision,
    /// The fact.
    #[serde(default)]
    data: Value,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
enum SpecVersion {
    #[serde(rename = "1.0")]
    V1,
}

const JSON: &str = "application/json";

/// The bytes of an event.
///
/// Refused is what a producer must not publish: another service's fact, a number out of range, more
/// than [`MAX_BYTES`].
pub fn encode(envelope: &Envelope, fact: &Fact) -> Result<Vec<u8>, Unencodable> {
    let event_type = fact.event_type();
    let service = envelope.source.service;
    if event_type.producer() != service {
        return Err(Unencodable::NotItsProducer { event_type, service });
    }
    if let Some((attribute, value, least)) = out_of_range(envelope) {
        return Err(Unencodable::OutOfRange { attribute, value, least });
    }
    let written =
        |error: serde_json::Error| Unencodable::Data { event_type, reason: error.to_string() };
    let wire = Wire {
        specversion: SpecVersion::V1,
        id: envelope.id,
        source: envelope.source.clone(),
        event_type: event_type.to_string(),
        datacontenttype: Some(JSON.to_owned()),
        dataschema: Some(schema::urn(event_type)),
        subject: fact.work_order().map(|work_order| work_order.to_string()),
        time: envelope.happened,
        recorded: envelope.recorded,
        partitionkey: envelope.key,
        sequence: envelope.sequence,
        epoch: envelope.epoch,
        after: heads::write(&envelope.after),
        traceparent: envelope.traceparent.as_ref().map(ToString::to_string),
        revision: envelope.revision,
        data: fact.data().map_err(written)?,
    };
    let bytes = serde_json::to_vec(&wire).map_err(written)?;
    if bytes.len() > MAX_BYTES {
        return Err(Unencodable::TooLarge { event_type, bytes: bytes.len() });
    }
    Ok(bytes)
}

/// What bytes say.
///
/// A version or type that this release does not know is no error: see [`What`]. A `traceparent`
/// that is none is dropped, as W3C Trace Context asks; everything else must fit.
pub fn decode(bytes: &[u8]) -> Result<Received, Undecodable> {
    let wire: Wire = serde_json::from_slice(bytes)
        .map_err(|error| Undecodable::Envelope { reason: brief(&error.to_string()) })?;
    let envelope = opened(&wire).map_err(|reason| Undecodable::Envelope { reason })?;
    let what = match find(&wire.event_type) {
        Found::Known(registered) => {
            What::Known(read(registered, &envelope, wire.data).map_err(|reason| {
                Undecodable::Data {
                    envelope: Box::new(envelope.clone()),
                    event_type: registered.event_type,
                    reason,
                }
            })?)
        }
        Found::OtherVersion { name, version } => What::UnknownVersion { name, version },
        Found::Nothing => What::UnknownType { event_type: wire.event_type },
    };
    Ok(Received { envelope, what })
}

/// The attributes, checked for what their types do not say.
fn opened(wire: &Wire) -> Result<Envelope, String> {
    if wire.datacontenttype.as_deref().is_some_and(|given| !is_json(given)) {
        return Err("datacontenttype is not JSON".to_owned());
    }
    let envelope = Envelope {
        id: wire.id,
        source: wire.source.clone(),
        key: wire.partitionkey,
        sequence: wire.sequence,
        epoch: wire.epoch,
        happened: wire.time,
        recorded: wire.recorded,
        after: wire.after.as_deref().map(heads::read).transpose()?.unwrap_or_default(),
        revision: wire.revision,
        traceparent: wire.traceparent.as_deref().and_then(|text| text.parse().ok()),
    };
    if let Some((attribute, value, least)) = out_of_range(&envelope) {
        return Err(format!("{attribute} is {value}: it must be from {least} to {MAX_INTEGER}"));
    }
    Ok(envelope)
}

/// The first number that is no Integer of CloudEvents or too small, with the least that it may be.
/// (Heads are sequences.)
fn out_of_range(envelope: &Envelope) -> Option<(&'static str, u64, u32)> {
    let integers = [
        ("sequence", envelope.sequence, 1),
        ("epoch", envelope.epoch.into(), 0),
        ("revision", envelope.revision.0.into(), 0),
    ];
    let heads = envelope.after.values().map(|head| ("after", *head, 1));
    integers
        .into_iter()
        .chain(heads)
        .find(|(_, value, least)| *value < u64::from(*least) || *value > u64::from(MAX_INTEGER))
}

fn read(registered: &Registered, envelope: &Envelope, data: Value) -> Result<Fact, String> {
    let producer = registered.event_type.producer();
    let service = envelope.source.service;
    if service != producer {
        return Err(format!("it is published by {producer} and not by {service}"));
    }
    registered.read(data).map_err(|error| brief(&error.to_string()))
}

enum Found {
    Known(&'static Registered),
    OtherVersion { name: String, version: u32 },
    Nothing,
}

fn find(text: &str) -> Found {
    let mut other = Found::Nothing;
    for registered in registry() {
        match version_in(text, registered.event_type) {
            Some(version) if version == registered.event_type.version => {
                return Found::Known(registered);
            }
            Some(version) => {
                other = Found::OtherVersion { name: registered.event_type.name(), version };
            }
            None => {}
        }
    }
    other
}

/// The version that `text` names, if it names `event_type` in any.
fn version_in(text: &str, event_type: EventType) -> Option<u32> {
    let EventType { stream, aggregate, what, version: _ } = event_type;
    let digits = [stream.word(), ".", aggregate.word(), ".", what, ".v"]
        .into_iter()
        .try_fold(text, |rest, part| rest.strip_prefix(part))?;
    let canonical = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| canonical)
}

/// `*/json` or `*/*+json`, whatever its parameters (JSON event format, section 3.1.1).
fn is_json(media_type: &str) -> bool {
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence
        .split_once('/')
        .is_some_and(|(_, subtype)| subtype == "json" || subtype.ends_with("+json"))
}

/// The beginning of a reason that may quote a message of any length.
fn brief(reason: &str) -> String {
    reason.chars().take(200).collect()
}

/// The JSON Schema of the whole envelope.
pub(crate) fn schema() -> Value {
    schema::of::<Wire>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_of_json_are_told_from_others() {
        for json in ["application/json", "application/json; charset=utf-8", "text/x+json"] {
            assert!(is_json(json), "{json}");
        }
        for other in ["", "json", "application/xml", "application/jsonp"] {
            assert!(!is_json(other), "{other}");
        }
    }

    #[test]
    fn a_version_is_read_only_in_its_one_spelling() {
        let event_type = <crate::intake::CaseAcceptedV1 as crate::Payload>::TYPE;
        assert_eq!(version_in("intake.case.accepted.v12", event_type), Some(12));
        for other in ["intake.case.accepted", "intake.case.accepted.v", "intake.case.accepted.v01"]
        {
            assert_eq!(version_in(other, event_type), None, "{other}");
        }
    }
}
