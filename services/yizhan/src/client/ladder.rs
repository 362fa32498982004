//! `yizhan ladder`: what leaders see and do about what is late.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::{
    Api, cases,
    output::{self, Column, Format},
    work,
};
use crate::print;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show who was told, who is told next, and what leaders did.
    Show {
        /// The case's number or id.
        #[arg(value_parser = cases::reference)]
        case: String,
    },
    /// Make it your own: the ladder runs on from the rung above.
    Takeover(Late),
    /// Say what is to be done; the ladder runs on.
    Order {
        #[command(flatten)]
        late: Late,
        /// What, in words.
        #[arg(long)]
        text: String,
    },
    /// Give its work to another post, or to another of the same; the ladder runs on.
    Reassign {
        /// The case's number or id.
        #[arg(value_parser = cases::reference)]
        case: String,
        /// The post that gets it: `<department>/<post>`.
        #[arg(long)]
        to: String,
        /// Which work order, by its id, where several of the case are open.
        #[arg(long, value_name = "ID")]
        work_order: Option<String>,
    },
    /// Give more time after it was due: if it is late again, you are told first.
    Extend {
        #[command(flatten)]
        late: Late,
        /// Until when: `2026-09-07T17:30:00+08:00`.
        #[arg(long)]
        until: String,
    },
    /// Answer for the lateness until a date, which the requester is shown: the ladder rests.
    AcceptRisk {
        #[command(flatten)]
        late: Late,
        /// Until when: `2026-09-07T17:30:00+08:00`.
        #[arg(long)]
        until: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Late {
    /// The case's number or id.
    #[arg(value_parser = cases::reference)]
    case: String,
    /// What is late: `complete`, `arrive`, `accept` ...; what the requester was told by default.
    #[arg(long)]
    commitment: Option<String>,
}

const CLOCKS: [Column; 6] = [
    ("COMMITMENT", "commitment"),
    ("CYCLE", "cycle"),
    ("STATE", "state"),
    ("DUE", "promises.last.due"),
    ("TAKEN OVER", "taken_over_by_rung"),
    ("RESTS UNTIL", "risk_accepted_until"),
];

const RUNGS: [Column; 7] = [
    ("COMMITMENT", "commitment"),
    ("PROMISE", "promise"),
    ("RUNG", "rung"),
    ("ROUND", "round"),
    ("POST", "post"),
    ("PLANNED", "planned"),
    ("FIRED", "fired"),
];

const ORDERS: [Column; 3] = [("ORDERED", "at"), ("BY", "post"), ("WHAT", "text")];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Show { case } => {
            show(api, &api.get(&format!("/cases/{case}/explain"), &[]).await?)
        }
        Command::Takeover(late) => act(api, late, "takeover", json!({}), "is yours").await,
        Command::Order { late, text } => {
            act(api, late, "order", json!({ "text": text }), "has your order").await
        }
        Command::Reassign { case, to, work_order } => {
            work::reassign_late(api, &case, work_order.as_deref(), to).await
        }
        Command::Extend { late, until } => {
            act(api, late, "extend", json!({ "until": until }), "has more time").await
        }
        Command::AcceptRisk { late, until } => {
            let done = "rests until then";
            act(api, late, "accept-risk", json!({ "until": until }), done).await
        }
    }
}

fn show(api: &Api, answer: &Value) -> Result<()> {
    if api.format == Format::Json {
        return output::json(answer);
    }
    let clocks = rows(answer, "clocks");
    print::text(output::table(clocks, &CLOCKS))?;
    let rungs: Vec<Value> = clocks.iter().flat_map(rungs).collect();
    if !rungs.is_empty() {
        print::text(format_args!("\n{}", output::table(&rungs, &RUNGS)))?;
    }
    let orders = rows(answer, "orders");
    if !orders.is_empty() {
        print::text(format_args!("\n{}", output::table(orders, &ORDERS)))?;
    }
    Ok(())
}

/// The rungs of a clock, each with what was promised.
fn rungs(clock: &Value) -> impl Iterator<Item = Value> {
    let commitment = clock.get("commitment").cloned().unwrap_or_default();
    rows(clock, "rungs").iter().map(move |rung| {
        let mut rung = rung.as_object().cloned().unwrap_or_default();
        rung.insert("commitment".to_owned(), commitment.clone());
        rung.into()
    })
}

async fn act(api: &Api, late: Late, verb: &str, body: Value, done: &str) -> Result<()> {
    let Late { case, commitment } = late;
    let mut body: Map<String, Value> = body.as_object().cloned().unwrap_or_default();
    body.extend(commitment.map(|word| ("commitment".to_owned(), word.into())));
    let answer = api.post(&format!("/cases/{case}/ladder/{verb}"), &body.into()).await?;
    if api.format == Format::Json {
        return output::json(&answer);
    }
    print::line(format_args!("{case} {done}."))
}

fn rows<'a>(answer: &'a Value, list: &str) -> &'a [Value] {
    answer.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
