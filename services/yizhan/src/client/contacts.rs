//! `yizhan contact`.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Api, alarms,
    desk::{Who, Whose},
    output::{self, Column, Format},
};
use crate::print;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Record a contact of which no case comes.
    Log(Box<Log>),
    /// List contacts, the newest first.
    List {
        /// `answered`, `referred`, `joined` or `opened`.
        #[arg(long)]
        outcome: Option<String>,
        /// At most so many; 50 by default.
        #[arg(long)]
        limit: Option<u32>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Log {
    /// `answered` or `referred`.
    outcome: String,
    /// How it came in; `hotline`, `counter`, `web` ...
    #[arg(long, default_value = "hotline")]
    channel: String,
    #[command(flatten)]
    who: Who,
    /// What was asked and answered.
    #[arg(long)]
    text: Option<String>,
    #[command(flatten)]
    whose: Whose,
    /// When it was taken, if that is past.
    #[arg(long)]
    received_at: Option<String>,
}

const CONTACTS: [Column; 7] = [
    ("AT", "at"),
    ("CHANNEL", "channel"),
    ("TAKEN BY", "first_receiver.name"),
    ("OUTCOME", "outcome"),
    ("CALLER", "caller.phone"),
    ("WHOSE", "referral.department"),
    ("TEXT", "text"),
];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Log(log) => {
            let answer = api.post("/contacts", &log.body()).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            print::line("Recorded.")?;
            alarms::cards(&answer)
        }
        Command::List { outcome, limit } => {
            let limit = limit.map(|limit| limit.to_string());
            let query = [("outcome", outcome), ("limit", limit)];
            let query: Vec<_> =
                query.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
            let answer = api.get("/contacts", &query).await?;
            output::list(api.format, &answer, "contacts", &CONTACTS)
        }
    }
}

impl Log {
    fn body(self) -> Value {
        json!({
            "channel": self.channel,
            "outcome": self.outcome,
            "caller": self.who.body(),
            "referral": self.whose.body(),
            "text": self.text.unwrap_or_default(),
            "received_at": self.received_at,
        })
    }
}
