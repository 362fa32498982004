//! `yizhan callback`.

use anyhow::{Context as _, Result};
use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Map, Value};

use super::{
    Api,
    output::{self, Column, Format},
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show whom to call next.
    Next,
    /// List the callbacks to make, the most urgent first.
    List,
    /// Record what came of a call.
    Record(Record),
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("outcome").required(true).args(["unreached", "solved", "not_solved"]))]
pub(crate) struct Record {
    /// The callback's id, or the number of its case.
    callback: String,
    /// Nobody was reached.
    #[arg(long)]
    unreached: bool,
    /// They say it is solved.
    #[arg(long)]
    solved: bool,
    /// They say it is not solved: the case is reopened.
    #[arg(long)]
    not_solved: bool,
    /// Whether it was on time, as they say.
    #[arg(long)]
    on_time: Option<bool>,
    /// How they were treated, 1 to 5.
    #[arg(long)]
    attitude: Option<u8>,
    /// How satisfied they are, 1 to 5.
    #[arg(long)]
    score: Option<u8>,
    /// What they said.
    #[arg(long)]
    words: Option<String>,
}

const CALLBACK: [Column; 7] = [
    ("CALLBACK", "id"),
    ("CASE", "case_number"),
    ("CYCLE", "cycle"),
    ("ITEM", "item"),
    ("PLACE", "place"),
    ("STATE", "state"),
    ("FIRST BY", "first_attempt_by"),
];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Next => {
            let answer = api.get("/callbacks/next", &[]).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            match answer.get("callback").filter(|callback| !callback.is_null()) {
                Some(callback) => print!("{}", output::fields(callback, &CALLBACK)),
                None => println!("Nobody is to be called now."),
            }
            Ok(())
        }
        Command::List => {
            let answer = api.get("/callbacks", &[]).await?;
            output::list(api.format, &answer, "callbacks", &CALLBACK)
        }
        Command::Record(record) => {
            let id = record.find(api).await?;
            let answer = api.post(&format!("/callbacks/{id}/attempts"), &record.body()).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            println!("Recorded for {}: {}.", record.callback, record.outcome());
            Ok(())
        }
    }
}

impl Record {
    const fn outcome(&self) -> &'static str {
        if self.solved {
            "solved"
        } else if self.not_solved {
            "not solved, the case is reopened"
        } else {
            "nobody reached"
        }
    }

    fn body(&self) -> Value {
        let mut body = Map::from_iter([("reached".to_owned(), (!self.unreached).into())]);
        let mut give = |key: &str, value: Option<Value>| {
            body.extend(value.map(|value| (key.to_owned(), value)));
        };
        give("solved", (!self.unreached).then(|| self.solved.into()));
        give("on_time", self.on_time.map(Value::from));
        give("attitude", self.attitude.map(Value::from));
        give("score", self.score.map(Value::from));
        give("words", self.words.clone().map(Value::from));
        body.into()
    }

    /// The id; that of the case's open callback if a case is named.
    async fn find(&self, api: &Api) -> Result<String> {
        if self.callback.parse::<events::words::CaseNumber>().is_err() {
            return Ok(self.callback.clone());
        }
        let answer = api.get("/callbacks", &[]).await?;
        let callbacks = answer.get("callbacks").and_then(Value::as_array);
        let of_case = callbacks
            .into_iter()
            .flatten()
            .find(|callback| callback["case_number"] == *self.callback)
            .and_then(|callback| callback.get("id")?.as_str());
        let id = of_case.with_context(|| format!("{} has no open callback", self.callback))?;
        Ok(id.to_owned())
    }
}
