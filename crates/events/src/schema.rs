//! The JSON Schemas of all events, and the AsyncAPI document over them.

use crate::EventType;

/// The `$id` of the schema of an event's data, and its `dataschema` attribute.
pub fn schema_urn(event_type: EventType) -> String {
    format!("urn:yizhan:event:{event_type}")
}
