use serde_json::{Map, Value, json};

use crate::{
    Registered, registry,
    words::{Aggregate, Service},
};

/// AsyncAPI 3 of a whole installation: a channel, a message and a sending operation per event
/// version, all under the event's type.
pub(super) fn document() -> Value {
    let mut channels = Map::new();
    let mut operations = Map::new();
    let mut messages = Map::new();
    for registered in registry() {
        let event_type = registered.event_type.to_string();
        channels.insert(event_type.clone(), channel(registered));
        operations.insert(event_type.clone(), operation(registered));
        messages.insert(event_type, message(registered));
    }
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Yizhan's events",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the services of one installation tell each other by JetStream. \
                Events are ordered per service and `partitionkey`, and never hold personal text.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": { "messages": messages },
    })
}

fn channel(registered: &Registered) -> Value {
    let event_type = registered.event_type;
    let mut channel = json!({
        "address": event_type.to_string(),
        "messages": {
            "event": { "$ref": format!("#/components/messages/{event_type}") },
        },
    });
    if let (Aggregate::WorkOrder, Some(channel)) = (event_type.aggregate, channel.as_object_mut()) {
        let crate::EventType { stream, aggregate, what, version } = event_type;
        let address = format!("{stream}.{{department}}.{aggregate}.{what}.v{version}");
        channel.insert("address".to_owned(), json!(address));
        channel.insert(
            "parameters".to_owned(),
            json!({ "department": { "description": "The department whose work order it is." } }),
        );
    }
    channel
}

fn operation(registered: &Registered) -> Value {
    let event_type = registered.event_type;
    let readers: Vec<_> = Service::ALL
        .iter()
        .filter(|service| service.reads().contains(&event_type.stream))
        .map(|service| service.word())
        .collect();
    json!({
        "action": "send",
        "channel": { "$ref": format!("#/channels/{event_type}") },
        "messages": [{ "$ref": format!("#/channels/{event_type}/messages/event") }],
        "summary": format!("Sent by {} on stream {}.", event_type.producer(), event_type.stream.name()),
        "x-producer": event_type.producer(),
        "x-readers": readers,
    })
}

fn message(registered: &Registered) -> Value {
    let event_type = registered.event_type.to_string();
    json!({
        "name": event_type,
        "summary": registered.schema().get("description"),
        "payload": {
            "allOf": [
                { "$ref": "envelope.json" },
                {
                    "type": "object",
                    "required": ["data"],
                    "properties": {
                        "type": { "const": event_type },
                        "data": { "$ref": format!("{event_type}.json") },
                    },
                },
            ],
        },
    })
}
