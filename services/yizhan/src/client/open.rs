//! `yizhan case open`.

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value};

use super::{
    Api, alarms,
    cases::{PROMISES, rows},
    desk::Who,
    output::{self, Column, Format},
    similar,
};
use crate::print;

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// The service item.
    item: String,
    /// The place; may be missing when the campus phone tells it, or your own home.
    #[arg(long)]
    place: Option<String>,
    /// What was said, in the caller's words.
    #[arg(long)]
    text: Option<String>,
    /// How the contact came in; `hotline`, `campus-phone`, `counter`, `web` ...; by default `hotline`
    /// at the desk, and `web` of whoever reports for themselves.
    #[arg(long)]
    channel: Option<String>,
    /// The campus phone that the call came from.
    #[arg(long)]
    campus_phone: Option<String>,
    /// The caller's phone, if it is known.
    #[arg(long)]
    phone: Option<String>,
    /// The caller's mail address, if it was given.
    #[arg(long)]
    mail: Option<String>,
    /// The caller's name, if it was given.
    #[arg(long)]
    name: Option<String>,
    /// The caller's student or staff number.
    #[arg(long)]
    number: Option<String>,
    #[command(flatten)]
    whom: For,
    /// The inventory id of the thing concerned.
    #[arg(long)]
    asset: Option<String>,
    /// How many people it touches.
    #[arg(long)]
    people: Option<u32>,
    /// Somebody who needs protection is among them.
    #[arg(long)]
    vulnerable: bool,
    /// When it was received, if that is past: `2026-09-01T08:00:00+08:00`.
    #[arg(long)]
    received_at: Option<String>,
    /// The case that it follows, where that takes no more reporters.
    #[arg(long)]
    linked_to: Option<String>,
}

/// For whom, where the caller speaks for another.
#[derive(Debug, Args)]
pub(crate) struct For {
    /// The name of whom the caller speaks for.
    #[arg(id = "for-name", long)]
    name: Option<String>,
    /// Their phone.
    #[arg(id = "for-phone", long)]
    phone: Option<String>,
    /// Their mail address.
    #[arg(id = "for-mail", long)]
    mail: Option<String>,
    /// Their student or staff number.
    #[arg(id = "for-number", long)]
    number: Option<String>,
}

const ACCEPTED: [Column; 4] = [
    ("Accepted", "number"),
    ("Urgency", "urgency"),
    ("Because", "urgency_reason"),
    ("Place", "place"),
];

impl Open {
    pub(super) async fn run(self, api: &Api) -> Result<()> {
        let answer = api.post("/cases", &self.body()).await?;
        if api.format == Format::Json {
            return output::json(&answer);
        }
        print::text(output::fields(&answer, &ACCEPTED))?;
        print::text(output::table(rows(&answer, "promises"), &PROMISES))?;
        print::text(similar::duplicated(&answer))?;
        alarms::cards(&answer)
    }

    fn body(self) -> Value {
        let Self { phone, mail, name, number, .. } = self;
        let caller = Who { person: None, phone, mail, name, number };
        let For { name, phone, mail, number } = self.whom;
        let whom = Who { person: None, phone, mail, name, number };
        let mut body = Map::from_iter([("item".to_owned(), Value::from(self.item))]);
        let mut give = |key: &str, value: Option<Value>| {
            body.extend(value.map(|value| (key.to_owned(), value)));
        };
        give("place", self.place.map(Value::from));
        give("text", self.text.map(Value::from));
        give("channel", self.channel.map(Value::from));
        give("campus_phone", self.campus_phone.map(Value::from));
        give("people", self.people.map(Value::from));
        give("received_at", self.received_at.map(Value::from));
        give("linked_to", self.linked_to.map(Value::from));
        give("caller", caller.body());
        give("on_behalf_of", whom.body());
        give("asset", self.asset.map(Value::from));
        give("vulnerable", self.vulnerable.then(|| true.into()));
        body.into()
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        open: Open,
    }

    fn body(line: &str) -> Value {
        Line::parse_from(["open"].into_iter().chain(line.split(' '))).open.body()
    }

    #[test]
    fn what_was_not_said_is_not_sent() {
        assert_eq!(body("water-leak"), json!({ "item": "water-leak" }));
    }

    #[test]
    fn who_calls_and_for_whom_are_two_people() {
        let line = "no-heating --phone 10010 --mail a@example.edu --number s-1 --for-name A --for-phone 10011 \
                    --for-number s-2 --asset b-7 --vulnerable";
        let said = json!({
            "item": "no-heating",
            "caller": { "phone": "10010", "mail": "a@example.edu", "number": "s-1" },
            "on_behalf_of": { "name": "A", "phone": "10011", "number": "s-2" },
            "asset": "b-7",
            "vulnerable": true,
        });
        assert_eq!(body(line), said);
    }
}
