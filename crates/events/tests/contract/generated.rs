//! The schemas are what the types say, and they say what the house's rules ask of events.

use std::{collections::BTreeSet, fs};

use events::{registry, schema};
use serde_json::Value;

use crate::{UPDATE, folder, listed, rendered, updating};

#[test]
fn the_generated_files_are_current() {
    let folder = folder("schemas");
    let files = schema::files();
    if updating() {
        for (name, value) in &files {
            fs::write(folder.join(name), rendered(value.clone())).unwrap();
        }
        for stale in listed(&folder).difference(&files.keys().cloned().collect()) {
            fs::remove_file(folder.join(stale)).unwrap();
        }
    }
    assert_eq!(listed(&folder), files.keys().cloned().collect::<BTreeSet<_>>(), "{UPDATE}");
    for (name, value) in files {
        let found = fs::read_to_string(folder.join(&name)).unwrap();
        assert!(found == rendered(value), "schemas/{name} is not current: {UPDATE}");
    }
}

#[test]
fn no_event_has_room_for_free_text() {
    for registered in registry() {
        let event_type = registered.event_type.to_string();
        let schema = registered.schema();
        let mut free = Vec::new();
        free_texts(&schema, "data", &mut free);
        assert!(free.is_empty(), "{event_type} could hold personal text in {free:?}");
    }
}

/// Collects where a schema lets any text stand: a string without format, pattern or fixed values.
/// (A document of the definitions is an object of its own shape, checked by its own crate.)
fn free_texts(schema: &Value, path: &str, found: &mut Vec<String>) {
    let is_string = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().any(|each| each == "string"),
        Some(one) => one == "string",
        None => false,
    };
    let bounded =
        ["format", "pattern", "enum", "const"].iter().any(|word| schema.get(word).is_some());
    if is_string && !bounded {
        found.push(path.to_owned());
    }
    match schema {
        Value::Object(parts) => {
            for (name, part) in parts {
                free_texts(part, &format!("{path}.{name}"), found);
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| free_texts(part, path, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn readers_ignore_fields_that_they_do_not_know() {
    for (name, schema) in schema::files() {
        let text = schema.to_string();
        assert!(!text.contains("\"additionalProperties\":false"), "{name}");
    }
}

#[test]
fn every_reference_of_the_asyncapi_document_leads_somewhere() {
    let files = schema::files();
    let document = &files["asyncapi.json"];
    let mut references = Vec::new();
    collect_references(document, &mut references);
    assert!(references.len() >= 3 * registry().count());
    for reference in references {
        let found = match reference.strip_prefix('#') {
            Some(pointer) => document.pointer(pointer).is_some(),
            None => files.contains_key(&reference),
        };
        assert!(found, "{reference}");
    }
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(parts) => {
            for (name, part) in parts {
                match part.as_str() {
                    Some(reference) if name == "$ref" => found.push(reference.to_owned()),
                    _ => collect_references(part, found),
                }
            }
        }
        Value::Array(parts) => parts.iter().for_each(|part| collect_references(part, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
