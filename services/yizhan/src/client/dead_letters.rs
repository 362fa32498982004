//! `yizhan dlq`.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Api,
    api::Unanswered,
    cases,
    output::{self, Column, Format},
};
use crate::print;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List what waits for a person, the oldest first.
    Ls {
        /// Only those of this service.
        #[arg(long)]
        service: Option<String>,
    },
    /// Show one with its content.
    Show(Letter),
    /// Try it again, and what waits behind it in order.
    Replay(Letter),
    /// Give it up: it is lost for its service, and what waits behind it goes on.
    Drop {
        #[command(flatten)]
        letter: Letter,
        /// Why it may be lost, for the audit.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Letter {
    /// The service where it waits.
    #[arg(value_parser = cases::reference)]
    service: String,
    /// Its id.
    #[arg(value_parser = cases::reference)]
    id: String,
}

const LIST: [Column; 7] = [
    ("SERVICE", "service"),
    ("ID", "id"),
    ("KIND", "kind"),
    ("FROM", "source"),
    ("TRIES", "tries"),
    ("SINCE", "since"),
    ("FAILURE", "failure"),
];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Ls { service } => {
            let query: Vec<_> = service.map(|service| ("service", service)).into_iter().collect();
            let answer = api.get("/dlq", &query).await?;
            output::list(api.format, &answer, "letters", &LIST)?;
            if answer.get("silent").and_then(Value::as_array).is_none_or(Vec::is_empty) {
                return Ok(());
            }
            let silent = output::cell(&answer, "silent");
            let said = format!("{silent} did not answer, and may have some too");
            Err(Unanswered::in_part(said).into())
        }
        Command::Show(letter) => output::json(&api.get(&letter.path(""), &[]).await?),
        Command::Replay(letter) => {
            let answer = api.post(&letter.path("/replay"), &json!({})).await?;
            told(api, &answer, &letter, "is tried again")
        }
        Command::Drop { letter, reason } => {
            let answer = api.post(&letter.path("/drop"), &json!({ "reason": reason })).await?;
            told(api, &answer, &letter, "is given up")
        }
    }
}

fn told(api: &Api, answer: &serde_json::Value, letter: &Letter, what: &str) -> Result<()> {
    if api.format == Format::Json {
        return output::json(answer);
    }
    print::line(format_args!("{} of {} {what}.", letter.id, letter.service))
}

impl Letter {
    fn path(&self, verb: &str) -> String {
        format!("/dlq/{}/{}{verb}", self.service, self.id)
    }
}
