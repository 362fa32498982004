//! `yizhan message`.

use anyhow::Result;
use clap::{Args, Subcommand};

use super::{
    Api, cases,
    output::{self, Column},
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the messages that you may see, the newest first.
    List(List),
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

const LIST: [Column; 5] =
    [("AT", "queued_at"), ("TO", "to"), ("STATE", "state"), ("TITLE", "title"), ("TEXT", "text")];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    let Command::List(List { case, state, limit }) = command;
    let case = match case {
        Some(case) => Some(cases::id(api, case).await?),
        None => None,
    };
    let given = [("case", case), ("state", state), ("limit", limit.map(|limit| limit.to_string()))];
    let query: Vec<_> = given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    output::list(api.format, &api.get("/messages", &query).await?, "messages", &LIST)
}
