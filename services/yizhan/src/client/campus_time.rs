//! Times as the campus reads them.
//!
//! The portal tells every instant in UTC. People at a university read campus time, so what is shown to
//! them is put into the zone that the login told.

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

/// Writes every instant of an answer at the offset that the zone has then: the same instant still.
pub(super) fn put_into(zone: &TimeZone, answer: &mut Value) {
    match answer {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => {
            if let Ok(at) = text.parse::<Timestamp>() {
                *text = at.display_with_offset(zone.to_offset(at)).to_string();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| put_into(zone, value)),
        Value::Object(fields) => fields.values_mut().for_each(|value| put_into(zone, value)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_instant_is_told_in_campus_time_and_nothing_else_changes() {
        let mut answer = json!({
            "number": "2026-09-000001", "cycle": 2, "due": "2026-09-01T22:35:33.5Z",
            "rungs": [{ "planned": "2026-01-01T00:00:00Z", "fired": null }],
        });
        put_into(&calendar::zone("Europe/Berlin").unwrap(), &mut answer);
        assert_eq!(
            answer,
            json!({
                "number": "2026-09-000001", "cycle": 2, "due": "2026-09-02T00:35:33.5+02:00",
                "rungs": [{ "planned": "2026-01-01T01:00:00+01:00", "fired": null }],
            })
        );
    }
}
