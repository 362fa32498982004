//! `yizhan message`.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

use super::{
    Api, cases,
    output::{self, Column, Format},
};
use crate::print;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the messages that you may see, the newest first.
    List(List),
    /// Say that you know what you, or a post that you hold, were told about a case.
    Ack {
        /// The case's number or id.
        case: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Those about this case, by its number or id.
    #[arg(long)]
    case: Option<String>,
    /// `queued`, `sending`, `sent`, `failed` or `withdrawn`.
    #[arg(long)]
    state: Option<String>,
    /// At most so many; 50 by default.
    #[arg(long)]
    limit: Option<u32>,
}

const LIST: [Column; 6] = [
    ("AT", "queued_at"),
    ("TO", "to"),
    ("STATE", "state"),
    ("KNOWN", "acknowledgement.state"),
    ("TITLE", "title"),
    ("TEXT", "text"),
];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    let List { case, state, limit } = match command {
        Command::List(list) => list,
        Command::Ack { case } => return acknowledge(api, &case).await,
    };
    let case = match case {
        Some(case) => Some(cases::id(api, case).await?),
        None => None,
    };
    let given = [("case", case), ("state", state), ("limit", limit.map(|limit| limit.to_string()))];
    let query: Vec<_> = given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    output::list(api.format, &api.get("/messages", &query).await?, "messages", &LIST)
}

async fn acknowledge(api: &Api, case: &str) -> Result<()> {
    let answer = api.post(&format!("/cases/{case}/acknowledge"), &json!({})).await?;
    if api.format == Format::Json {
        return output::json(&answer);
    }
    match cases::rows(&answer, "messages").len() {
        0 => print::line(format!("Nothing about {case} was waiting for you.")),
        count => print::line(format!("{case}: {count} acknowledged.")),
    }
}
