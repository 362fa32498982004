//! `yizhan incident`.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Api, alarms,
    cases::{PROMISES, reference, rows},
    desk::Who,
    output::{self, Column, Format},
};
use crate::print;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open an incident: one cause, many places, and everybody calls.
    Open(Box<Open>),
    /// Take one more call about it, or a case that was this all along.
    Join(Box<Join>),
    /// Say what is known now; all who reported it are told.
    Update(Update),
    /// Say that it is over: it ends for all who reported it, and they are told.
    Close {
        /// The incident's number or id.
        #[arg(value_parser = reference)]
        incident: String,
        /// What was done, in words.
        #[arg(long)]
        outcome: Option<String>,
    },
    /// Show an incident, with what to read out.
    Show {
        /// The incident's number or id.
        #[arg(value_parser = reference)]
        incident: String,
    },
    /// List incidents, the newest first; those that are not over by default.
    List {
        /// `open`, `resolved` or `closed`.
        #[arg(long)]
        state: Option<String>,
        /// Those that touch this place, or one inside of it.
        #[arg(long)]
        place: Option<String>,
        /// At most so many; 50 by default.
        #[arg(long)]
        limit: Option<u32>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Open {
    /// What is out of order.
    item: String,
    /// A place that it touches; the first is where the work is. May be given many times.
    #[arg(long = "place", value_name = "PLACE", required = true)]
    places: Vec<String>,
    /// Why, in words.
    #[arg(long)]
    cause: Option<String>,
    /// When it is expected to be over, if anybody knows: `2026-09-01T12:00:00+08:00`.
    #[arg(long, value_name = "TIME")]
    expected_end: Option<String>,
    /// How it came in; `hotline` by default.
    #[arg(long)]
    channel: Option<String>,
    #[command(flatten)]
    who: Who,
    /// How many people it touches.
    #[arg(long)]
    people: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Join {
    /// The incident's number or id.
    #[arg(value_parser = reference)]
    incident: String,
    /// A case that is open and was this all along: it ends as a duplicate, and its reporters join.
    #[arg(long, value_parser = reference, conflicts_with_all = [
        "channel", "campus_phone", "place", "text", "people", "vulnerable", "person", "phone", "mail",
        "name", "number",
    ])]
    case: Option<String>,
    /// How the call came in; `hotline` by default.
    #[arg(long)]
    channel: Option<String>,
    /// The campus phone that the call came from.
    #[arg(long)]
    campus_phone: Option<String>,
    /// Where they are.
    #[arg(long)]
    place: Option<String>,
    #[command(flatten)]
    who: Who,
    /// What was said; it may raise the incident.
    #[arg(long)]
    text: Option<String>,
    /// How many people it touches.
    #[arg(long)]
    people: Option<u32>,
    /// Somebody who needs protection is among them.
    #[arg(long)]
    vulnerable: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Update {
    /// The incident's number or id.
    #[arg(value_parser = reference)]
    incident: String,
    /// A place that it touches besides. May be given many times.
    #[arg(long = "place", value_name = "PLACE")]
    places: Vec<String>,
    /// When it is expected to be over: `2026-09-01T12:00:00+08:00`.
    #[arg(long, value_name = "TIME")]
    expected_end: Option<String>,
    /// Why, in words.
    #[arg(long)]
    cause: Option<String>,
}

const OPENED: [Column; 4] = [
    ("Opened", "number"),
    ("Urgency", "urgency"),
    ("Because", "urgency_reason"),
    ("Read out", "read_out"),
];

const JOINED: [Column; 6] = [
    ("Incident", "number"),
    ("Read out", "read_out"),
    ("Cause", "cause"),
    ("New", "joined"),
    ("Urgency", "urgency"),
    ("Raised", "raised"),
];

const UPDATED: [Column; 5] = [
    ("Places", "incident.places"),
    ("Expected end", "incident.expected_end"),
    ("Cause", "incident.cause"),
    ("Reporters", "incident.reporters"),
    ("Read out", "read_out"),
];

const SHOWN: [Column; 11] = [
    ("Incident", "case.number"),
    ("Item", "case.item"),
    ("Places", "incident.places"),
    ("Expected end", "incident.expected_end"),
    ("Cause", "incident.cause"),
    ("Urgency", "case.urgency"),
    ("State", "case.state"),
    ("Received", "case.received_at"),
    ("Calls", "incident.calls"),
    ("Reporters", "incident.reporters"),
    ("Read out", "read_out"),
];

const LIST: [Column; 7] = [
    ("NUMBER", "case.number"),
    ("ITEM", "case.item"),
    ("PLACES", "incident.places"),
    ("EXPECTED END", "incident.expected_end"),
    ("CALLS", "incident.calls"),
    ("REPORTERS", "incident.reporters"),
    ("STATE", "case.state"),
];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Open(open) => {
            let answer = api.post("/incidents", &open.body()).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            print::text(output::fields(&answer, &OPENED))?;
            print::text(output::table(rows(&answer, "promises"), &PROMISES))?;
            alarms::cards(&answer)
        }
        Command::Join(join) => {
            let path = format!("/incidents/{}/join", join.incident);
            told(api, &api.post(&path, &join.body()).await?, &JOINED)
        }
        Command::Update(update) => {
            let path = format!("/incidents/{}/update", update.incident);
            told(api, &api.post(&path, &update.body()).await?, &UPDATED)
        }
        Command::Close { incident, outcome } => {
            let body = json!({ "outcome": outcome.unwrap_or_default() });
            let answer = api.post(&format!("/incidents/{incident}/close"), &body).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            let reporters = output::cell(&answer, "reporters");
            print::line(format_args!("{incident} is over; told to {reporters}."))
        }
        Command::Show { incident } => {
            told(api, &api.get(&format!("/incidents/{incident}"), &[]).await?, &SHOWN)
        }
        Command::List { state, place, limit } => {
            let limit = limit.map(|limit| limit.to_string());
            let query = [("state", state), ("place", place), ("limit", limit)];
            let query: Vec<_> =
                query.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
            let answer = api.get("/incidents", &query).await?;
            output::list(api.format, &answer, "incidents", &LIST)
        }
    }
}

fn told(api: &Api, answer: &Value, columns: &[Column]) -> Result<()> {
    if api.format == Format::Json {
        return output::json(answer);
    }
    print::text(output::fields(answer, columns))?;
    alarms::cards(answer)
}

impl Open {
    fn body(self) -> Value {
        json!({
            "item": self.item,
            "places": self.places,
            "cause": self.cause.unwrap_or_default(),
            "expected_end": self.expected_end,
            "channel": self.channel,
            "caller": self.who.body(),
            "people": self.people,
        })
    }
}

impl Join {
    fn body(self) -> Value {
        if let Some(case) = self.case {
            return json!({ "case": case });
        }
        json!({
            "channel": self.channel,
            "campus_phone": self.campus_phone.unwrap_or_default(),
            "place": self.place.unwrap_or_default(),
            "caller": self.who.body(),
            "text": self.text.unwrap_or_default(),
            "people": self.people,
            "vulnerable": self.vulnerable,
        })
    }
}

impl Update {
    fn body(self) -> Value {
        json!({
            "places": self.places,
            "expected_end": self.expected_end,
            "cause": self.cause.unwrap_or_default(),
        })
    }
}
