//! The envelope: whatever was encoded is decoded to the same, and whatever is not ours is refused or
//! understood as far as it goes, without a panic.

use std::collections::BTreeMap;

use events::{
    DEFINITION_KEY, Envelope, Fact, MAX_BYTES, MAX_INTEGER, Source, Undecodable, Unencodable, What,
    decode, definition::DocumentChangedV1, encode, words::*,
};
use jiff::Timestamp;
use proptest::{collection, option, prelude::*, sample};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::samples;

fn instants() -> impl Strategy<Value = Timestamp> {
    // Microseconds, from 1970 to 2200: what a column keeps.
    (0..7_258_118_400_000_000_i64).prop_map(|micros| Timestamp::from_microsecond(micros).unwrap())
}

fn integers(least: u32) -> impl Strategy<Value = u32> {
    prop_oneof![least..=least + 3, least..=MAX_INTEGER, Just(MAX_INTEGER)]
}

fn envelopes(service: Service) -> impl Strategy<Value = Envelope> {
    let heads = (sample::select(Service::ALL), integers(1).prop_map(u64::from));
    (
        (any::<u128>(), any::<u128>(), "[a-z0-9-]{1,32}"),
        (integers(1), integers(0), integers(0)),
        (instants(), instants()),
        collection::btree_map(heads.0, heads.1, 0..6),
        option::of((1..=u128::MAX, 1..=u64::MAX, any::<u8>())),
    )
        .prop_map(move |((id, key, installation), numbers, times, after, trace)| Envelope {
            id: Uuid::from_u128(id),
            source: Source { installation: installation.parse().unwrap(), service },
            key: Uuid::from_u128(key),
            sequence: numbers.0.into(),
            epoch: numbers.1,
            happened: times.0,
            recorded: times.1,
            after,
            revision: Revision(numbers.2),
            traceparent: trace.map(|(trace, span, flags)| {
                format!("00-{trace:032x}-{span:016x}-{flags:02x}").parse().unwrap()
            }),
        })
}

fn documents() -> impl Strategy<Value = Map<String, Value>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 32, 4, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    });
    collection::btree_map(any::<String>(), value, 0..4).prop_map(|map| map.into_iter().collect())
}

fn facts() -> impl Strategy<Value = Fact> {
    let changed = (1..9_u32, sample::select(DocumentKind::ALL), option::of(documents()));
    prop_oneof![
        4 => sample::select(samples::facts()),
        1 => changed.prop_map(|(revision, kind, document)| {
            let id = "x".parse().unwrap();
            let revision = Revision(revision);
            DocumentChangedV1 { revision, kind, id, document, last: revision.0 > 4 }.into()
        }),
    ]
}

fn events() -> impl Strategy<Value = (Envelope, Fact)> {
    facts().prop_flat_map(|fact| (envelopes(fact.event_type().producer()), Just(fact)))
}

proptest! {
    #[test]
    fn what_was_encoded_is_decoded_to_the_same((envelope, fact) in events()) {
        let bytes = encode(&envelope, &fact).unwrap();
        let received = decode(&bytes).unwrap();
        prop_assert_eq!(received.envelope, envelope);
        prop_assert_eq!(received.what, What::Known(fact));
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(decode(&bytes).is_err());
    }

    #[test]
    fn no_damage_makes_the_decoder_panic(
        (envelope, fact) in events(), at in any::<sample::Index>(), byte: u8, cut: bool,
    ) {
        let mut bytes = encode(&envelope, &fact).unwrap();
        let at = at.index(bytes.len());
        if cut {
            bytes.truncate(at);
            prop_assert!(decode(&bytes).is_err());
        } else {
            bytes[at] = byte;
            let _ = decode(&bytes);
        }
    }
}

/// An accepted case on the wire, to be bent.
fn wire() -> Value {
    let fact = accepted();
    serde_json::from_slice(&encode(&samples::envelope(&fact), &fact).unwrap()).unwrap()
}

fn accepted() -> Fact {
    samples::facts().into_iter().find(|fact| fact.name() == "intake.case.accepted").unwrap()
}

fn bent(attribute: &str, value: Value) -> Result<events::Received, Undecodable> {
    let mut wire = wire();
    wire[attribute] = value;
    decode(wire.to_string().as_bytes())
}

#[test]
fn an_event_is_a_cloudevent_of_version_1() {
    let wire = wire();
    assert_eq!(wire["specversion"], "1.0");
    assert_eq!(wire["type"], "intake.case.accepted.v1");
    assert_eq!(wire["source"], "/example/intake");
    assert_eq!(wire["datacontenttype"], "application/json");
    assert_eq!(wire["dataschema"], "urn:yizhan:event:intake.case.accepted.v1");
    assert_eq!(wire["partitionkey"], samples::uuid(1).to_string());
    assert_eq!(wire["after"], "dispatch=7");
    assert_eq!(wire["time"], "2026-09-01T00:00:00Z");
    for (name, value) in wire.as_object().unwrap() {
        let lower = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'));
        assert!(lower && name.len() <= 20, "{name} is not the name of an attribute");
        let typed = value.is_string() || value.is_i64() && value.as_i64() <= Some(i32::MAX.into());
        assert!(typed || name == "data", "{name} is not of a type of CloudEvents: {value}");
    }
}

#[test]
fn an_event_about_a_work_order_names_it_as_its_subject_and_its_department_in_the_nats_subject() {
    let mut about = 0;
    for fact in samples::facts() {
        let bytes = encode(&samples::envelope(&fact), &fact).unwrap();
        let wire: Value = serde_json::from_slice(&bytes).unwrap();
        if fact.event_type().aggregate == Aggregate::WorkOrder {
            about += 1;
            assert_eq!(wire["subject"], samples::uuid(3).to_string());
            let what = fact.event_type().what;
            assert_eq!(fact.subject(), format!("dispatch.water-power.workorder.{what}.v1"));
        } else {
            assert_eq!(wire.get("subject"), None);
            assert_eq!(fact.subject(), fact.event_type().to_string());
        }
    }
    assert_eq!(about, 13);
}

#[test]
fn an_unknown_version_of_a_known_type_is_told_from_an_unknown_type() {
    let later = bent("type", json!("intake.case.accepted.v2")).unwrap();
    let name = "intake.case.accepted".to_owned();
    assert_eq!(later.what, What::UnknownVersion { name, version: 2 });
    assert_eq!(later.envelope, samples::envelope(&accepted()));
    for strange in ["intake.case.praised.v1", "intake.case.accepted", "esign.seal.used.v1", ""] {
        let unknown = bent("type", json!(strange)).unwrap();
        assert_eq!(unknown.what, What::UnknownType { event_type: strange.to_owned() });
    }
}

#[test]
fn the_data_of_an_unknown_version_may_be_anything() {
    for data in [json!(null), json!("text"), json!({ "cycle": "second" })] {
        let mut wire = wire();
        wire["type"] = json!("intake.case.accepted.v2");
        wire["data"] = data;
        assert!(decode(wire.to_string().as_bytes()).is_ok());
    }
}

#[test]
fn unknown_attributes_and_fields_are_ignored() {
    let mut wire = wire();
    wire["weather"] = json!("rain");
    wire["data"]["mood"] = json!({ "of": "day" });
    let received = decode(wire.to_string().as_bytes()).unwrap();
    assert_eq!(received.what, What::Known(accepted()));
}

#[test]
fn optional_attributes_may_be_absent_or_null() {
    for attribute in ["datacontenttype", "dataschema", "subject", "after", "traceparent"] {
        let received = bent(attribute, Value::Null).unwrap();
        assert_eq!(received.what, What::Known(accepted()), "{attribute}");
    }
    let received = bent("after", Value::Null).unwrap();
    assert_eq!(received.envelope.after, BTreeMap::new());
}

#[test]
fn a_trace_that_cannot_be_followed_is_dropped_and_the_event_kept() {
    let received = bent("traceparent", json!("00-zz")).unwrap();
    assert_eq!(received.envelope.traceparent, None);
}

#[test]
fn attributes_that_do_not_fit_are_the_messages_own_fault() {
    for (attribute, value) in [
        ("specversion", json!("0.3")),
        ("id", json!("7")),
        ("source", json!("/example/e-signature")),
        ("source", json!("example/intake")),
        ("time", json!("2026-09-01T08:00:00")),
        ("recorded", json!(null)),
        ("partitionkey", json!("2026-09-000123")),
        ("sequence", json!(0)),
        ("sequence", json!("4")),
        ("sequence", json!(4.5)),
        ("sequence", json!(2_147_483_648_u32)),
        ("epoch", json!(-1)),
        ("revision", json!(2_147_483_648_u32)),
        ("after", json!({ "intake": 3 })),
        ("after", json!("intake:3")),
        ("datacontenttype", json!("application/xml")),
    ] {
        let fault = bent(attribute, value.clone()).unwrap_err();
        assert!(matches!(fault, Undecodable::Envelope { .. }), "{attribute} {value}: {fault}");
        assert_eq!(fault.envelope(), None);
    }
}

#[test]
fn known_data_that_do_not_fit_are_the_messages_own_fault_and_its_key_is_known() {
    for (field, value) in [
        ("cycle", json!(0)),
        ("urgency", json!("soon")),
        ("number", json!("123")),
        ("reporters", json!(null)),
        ("place", json!("Dorm 7")),
    ] {
        let mut wire = wire();
        wire["data"][field] = value;
        let fault = decode(wire.to_string().as_bytes()).unwrap_err();
        assert_eq!(fault.envelope(), Some(&samples::envelope(&accepted())), "{field}: {fault}");
    }
    assert!(bent("data", Value::Null).unwrap_err().envelope().is_some());
}

#[test]
fn a_fact_of_another_service_is_refused_by_writer_and_reader() {
    let mut envelope = samples::envelope(&accepted());
    envelope.source.service = Service::Portal;
    let refusal = encode(&envelope, &accepted()).unwrap_err();
    let text = "intake.case.accepted.v1 is published by intake and not by portal";
    assert_eq!(refusal.to_string(), text);
    let fault = bent("source", json!("/example/portal")).unwrap_err();
    assert!(fault.envelope().is_some(), "{fault}");
}

#[test]
fn a_sequence_ends_where_an_integer_of_cloudevents_ends() {
    let mut envelope = samples::envelope(&accepted());
    for (sequence, fits) in [(0, false), (1, true), (2_147_483_647, true), (2_147_483_648, false)] {
        envelope.sequence = sequence;
        let encoded = encode(&envelope, &accepted());
        assert_eq!(encoded.is_ok(), fits, "{sequence}");
        let refused = matches!(encoded, Err(Unencodable::OutOfRange { attribute: "sequence", .. }));
        assert_eq!(refused, !fits, "{sequence}");
        let mut other = samples::envelope(&accepted());
        other.after.insert(Service::Dispatch, sequence);
        assert_eq!(encode(&other, &accepted()).is_ok(), fits, "a head is a sequence: {sequence}");
    }
}

#[test]
fn an_event_of_more_than_64_kib_is_refused_by_its_producer() {
    let fact = |length: usize| -> Fact {
        let document = json!({ "text": "x".repeat(length) }).as_object().cloned();
        let (kind, id) = (DocumentKind::Policy, "p".parse().unwrap());
        DocumentChangedV1 { revision: Revision(1), kind, id, document, last: true }.into()
    };
    let envelope = samples::envelope(&fact(0));
    assert_eq!(envelope.key, DEFINITION_KEY);
    let room = MAX_BYTES - encode(&envelope, &fact(0)).unwrap().len();
    assert_eq!(encode(&envelope, &fact(room)).unwrap().len(), MAX_BYTES);
    let refusal = encode(&envelope, &fact(room + 1)).unwrap_err();
    assert!(matches!(refusal, Unencodable::TooLarge { bytes, .. } if bytes == MAX_BYTES + 1));
}
