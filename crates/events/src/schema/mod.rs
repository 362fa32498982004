//! What the events look like to others: JSON Schemas, and the AsyncAPI document over them.
//!
//! The files under `schemas/` are generated from the types by a test, which compares them otherwise:
//! `UPDATE_GENERATED=1 cargo test -p events`.
//!
//! Draft-07, because the schemas of AsyncAPI 3 are a superset of it and of no later draft.

mod asyncapi;

use std::collections::BTreeMap;

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Value, json};

use crate::{EventType, envelope, registry};

/// The `$id` of the schema of an event's data, which is also its `dataschema` attribute.
pub fn urn(event_type: EventType) -> String {
    format!("urn:yizhan:event:{event_type}")
}

/// Every generated file by its name: a schema per event version, `envelope.json` and
/// `asyncapi.json`.
pub fn files() -> BTreeMap<String, Value> {
    let mut files: BTreeMap<_, _> = registry()
        .map(|registered| {
            let event_type = registered.event_type;
            let schema = named(registered.schema(), &urn(event_type), &event_type.to_string());
            (format!("{event_type}.json"), schema)
        })
        .collect();
    let envelope = named(envelope::schema(), "urn:yizhan:envelope", "CloudEvents envelope");
    files.insert("envelope.json".to_owned(), envelope);
    files.insert("asyncapi.json".to_owned(), asyncapi::document());
    files
}

/// The schema of a type.
pub(crate) fn of<T: JsonSchema>() -> Value {
    SchemaSettings::draft07().into_generator().into_root_schema_for::<T>().into()
}

fn named(mut schema: Value, id: &str, title: &str) -> Value {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$id".to_owned(), json!(id));
        schema.insert("title".to_owned(), json!(title));
    }
    schema
}
