//! The description of the API is checked in, so that a change of it is seen.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

/// What a person does when the file is not what the handlers say.
const UPDATE: &str = "run `UPDATE_GENERATED=1 cargo test -p portal` and review the difference";

/// JSON as it lies in the file: sorted and indented, whatever features `serde_json` was built with.
fn rendered(mut value: Value) -> String {
    value.sort_all_objects();
    format!("{value:#}\n")
}

#[test]
fn the_description_that_is_checked_in_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    let current = rendered(portal::openapi().unwrap());
    if std::env::var_os("UPDATE_GENERATED").is_some_and(|value| value == "1") {
        fs::write(&file, &current).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(found == current, "openapi.json is not current: {UPDATE}");
}

#[test]
fn every_operation_says_what_it_takes_and_how_it_refuses() {
    let description = portal::openapi().unwrap();
    assert_eq!(description["openapi"], "3.1.0");
    let without_body = [
        "logOut",
        "claimWorkOrder",
        "arriveForWorkOrder",
        "containWorkOrder",
        "resumeWorkOrder",
        "replayDeadLetter",
        "acknowledgeMessages",
        "takePhoneCall",
        "approveExtension",
        "refuseExtension",
        "endArrangement",
        "acknowledgeAlarm",
    ];
    let mut ids = BTreeSet::new();
    let paths = description["paths"].as_object().unwrap();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            let refusal = &operation["responses"]["default"]["content"];
            assert!(!refusal["application/problem+json"].is_null(), "{name}");
            assert!(operation["summary"].is_string(), "{name}");
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} is two operations");
            let has_body = !operation["requestBody"].is_null();
            let needs_body = matches!(&**method, "post" | "put") && !without_body.contains(&id);
            assert_eq!(has_body, needs_body, "{name}");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let has_key = parameters.iter().any(|one| one["name"] == "Idempotency-Key");
            let needs_key = method != "get" && !["logIn", "redeemLoginCode"].contains(&id);
            assert_eq!(has_key, needs_key, "{name}");
        }
    }
    assert!(paths.len() >= 20, "{}", paths.len());
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(parts) => {
                let own = parts.get("$ref").and_then(Value::as_str);
                found.extend(own.map(ToOwned::to_owned));
                parts.values().for_each(|part| references(part, found));
            }
            Value::Array(parts) => parts.iter().for_each(|part| references(part, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let description = portal::openapi().unwrap();
    let mut found = Vec::new();
    references(&description, &mut found);
    assert!(found.len() > 40);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{reference}");
    }
}
