//! `yizhan work`.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Api,
    output::{self, Column, Format},
};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List work orders, the most urgent first.
    List(List),
    /// Take an offered work order.
    Claim(Order),
    /// Tell somebody of the department to do it.
    Assign {
        #[command(flatten)]
        order: Order,
        /// The account that is to do it.
        to: String,
    },
    /// Record the arrival on site.
    Arrive(Order),
    /// Record that it is done.
    Complete {
        #[command(flatten)]
        order: Order,
        /// What was done, in words.
        #[arg(long)]
        note: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// `offered`, `claimed`, `assigned`, `in-progress`, `contained`, `on-hold`, `disputed`, `completed`
    /// or `cancelled`.
    #[arg(long)]
    state: Option<String>,
    #[arg(long)]
    department: Option<String>,
    /// Those of this case, by its number or id.
    #[arg(long)]
    case: Option<String>,
    /// Only those that you have: claimed or assigned.
    #[arg(long)]
    mine: bool,
    /// At most so many; 50 by default.
    #[arg(long)]
    limit: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Order {
    /// The work order's id, or the number of its case.
    work_order: String,
}

const LIST: [Column; 10] = [
    ("WORK ORDER", "id"),
    ("CASE", "case_number"),
    ("CYCLE", "cycle"),
    ("ITEM", "item"),
    ("PLACE", "place"),
    ("URGENCY", "urgency"),
    ("POST", "post"),
    ("STATE", "state"),
    ("WORKER", "worker.name"),
    ("DUE", "due"),
];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::List(list) => {
            let answer = api.get("/work-orders", &list.query()).await?;
            output::list(api.format, &answer, "work_orders", &LIST)
        }
        Command::Claim(order) => act(api, &order, "claim", "claimed", json!({})).await,
        Command::Assign { order, to } => {
            act(api, &order, "assign", &format!("assigned to {to}"), json!({ "to": to })).await
        }
        Command::Arrive(order) => act(api, &order, "arrive", "in progress", json!({})).await,
        Command::Complete { order, note } => {
            let body = json!({ "note": note.unwrap_or_default() });
            act(api, &order, "complete", "completed", body).await
        }
    }
}

impl List {
    fn query(self) -> Vec<(&'static str, String)> {
        let given = [
            ("state", self.state),
            ("department", self.department),
            ("case", self.case),
            ("mine", self.mine.then(|| true.to_string())),
            ("limit", self.limit.map(|limit| limit.to_string())),
        ];
        given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }
}

async fn act(api: &Api, order: &Order, verb: &str, done: &str, body: Value) -> Result<()> {
    let id = order.find(api).await?;
    let answer = api.post(&format!("/work-orders/{id}/{verb}"), &body).await?;
    if api.format == Format::Json {
        return output::json(&answer);
    }
    println!("{} is {done}.", order.work_order);
    Ok(())
}

impl Order {
    /// The id; that of a case's newest work order if a case is named.
    async fn find(&self, api: &Api) -> Result<String> {
        if self.work_order.parse::<events::words::CaseNumber>().is_err() {
            return Ok(self.work_order.clone());
        }
        let of_case = [("case", self.work_order.clone())];
        let answer = api.get("/work-orders", &of_case).await?;
        let orders = answer.get("work_orders").and_then(Value::as_array);
        let newest = orders.into_iter().flatten().max_by_key(|order| order["cycle"].as_u64());
        match newest.and_then(|order| order.get("id")?.as_str()) {
            Some(id) => Ok(id.to_owned()),
            None => anyhow::bail!("you see no work order of the case {}", self.work_order),
        }
    }
}
