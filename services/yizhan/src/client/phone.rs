//! `yizhan phone`: whom the desk phones, because nobody knows whether they have heard.

use anyhow::Result;
use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Api,
    output::{self, Column, Format},
};
use crate::print;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List whom the desk is to phone.
    List {
        /// At most so many; 50 by default.
        #[arg(long)]
        limit: Option<u32>,
    },
    /// Take the next call and show whom to phone.
    Next,
    /// Say what came of a call that you took.
    Done(Done),
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("outcome").required(true).args(["reached", "unreached"]))]
pub(crate) struct Done {
    /// The call's id.
    call: String,
    /// Somebody was reached, who knows now.
    #[arg(long)]
    reached: bool,
    /// Nobody was reached: it is to be made again.
    #[arg(long)]
    unreached: bool,
}

const CALL: [Column; 8] = [
    ("CALL", "id"),
    ("CASE", "case_number"),
    ("TO", "to"),
    ("PHONE", "phone"),
    ("MOBILE", "mobile"),
    ("TOLD", "template"),
    ("WHY", "why"),
    ("SINCE", "since"),
];

const HOLDER: [Column; 2] = [("HELD BY", "name"), ("PHONE", "phone")];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::List { limit } => {
            let limit = limit.map(|limit| ("limit", limit.to_string()));
            let query: Vec<_> = limit.into_iter().collect();
            output::list(api.format, &api.get("/phone-calls", &query).await?, "calls", &CALL)
        }
        Command::Next => {
            let answer = api.post("/phone-calls/next", &json!({})).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            let Some(call) = answer.get("call").filter(|call| !call.is_null()) else {
                return print::line("Nobody is to be phoned now.");
            };
            print::text(output::fields(call, &CALL))?;
            let holders = call.get("holders").and_then(Value::as_array);
            for holder in holders.into_iter().flatten() {
                print::text(output::fields(holder, &HOLDER))?;
            }
            Ok(())
        }
        Command::Done(Done { call, reached, .. }) => {
            let body = json!({ "reached": reached });
            let answer = api.post(&format!("/phone-calls/{call}/outcome"), &body).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            let done = if reached { "they know" } else { "to be phoned again" };
            print::line(format!("{call}: {done}."))
        }
    }
}
