//! `yizhan work`.

use std::fmt;

use anyhow::{Result, anyhow, bail};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::{
    Api, cases,
    output::{self, Column, Format},
    questions,
};
use crate::print;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List work orders, the most urgent first.
    List(List),
    /// Show a work order: who has it, what it waits for, why it came back.
    Show(Order),
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
    /// Record that a critical one is safe; the repair goes on.
    Contain(Order),
    /// Let the work wait.
    Hold {
        #[command(flatten)]
        order: Order,
        /// What it waits for: `no-access`, `requester-answer`, `outside-authority`, `parts`, `budget` or
        /// `staff`.
        #[arg(long)]
        reason: String,
        /// When somebody comes, as agreed with the requester, who is told it:
        /// `2026-09-07T14:00:00+08:00`.
        #[arg(long, value_name = "TIME")]
        visit: Option<String>,
    },
    /// Go on with it as before the hold.
    Resume(Order),
    /// Ask its requester or the desk, who has the work; or ask the department, as the desk.
    Ask(questions::Ask),
    /// Answer what was asked.
    Answer(questions::Answer),
    /// List what is asked, the oldest first.
    Questions(questions::List),
    /// Record that it is done.
    Complete {
        #[command(flatten)]
        order: Order,
        /// What was done, in words.
        #[arg(long)]
        note: Option<String>,
        /// What comes next, in words: its requester is told it.
        #[arg(long)]
        next: Option<String>,
    },
    /// Give back what another post transferred; the second refusal is adjudicated.
    Return {
        #[command(flatten)]
        order: Order,
        /// Why it is not yours, in words.
        #[arg(long)]
        reason: String,
    },
    /// Give it to the post whose it is, which may return it once.
    Transfer {
        #[command(flatten)]
        moved: Moved,
        /// Why, in words.
        #[arg(long)]
        reason: String,
    },
    /// Offer it to another post, or anew to its own, by a dispatcher's or leader's authority.
    #[command(visible_alias = "offer")]
    Reassign(Moved),
    /// Ask another post for a part of it; what it is split off goes on.
    Split {
        #[command(flatten)]
        moved: Moved,
        /// What is asked of that post, in words.
        #[arg(long)]
        task: String,
    },
    /// Let another open work order of its case have its part; it is cancelled.
    Merge {
        #[command(flatten)]
        order: Order,
        /// The id of the work order that has its part from now on.
        #[arg(long)]
        into: String,
    },
    /// Decide whose it is after the second refusal; that is final.
    Adjudicate {
        #[command(flatten)]
        moved: Moved,
        /// Why, in words.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// `offered`, `claimed`, `assigned`, `in-progress`, `contained`, `on-hold`, `disputed`, `completed`
    /// or `cancelled`; by default all but the last two.
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
    #[arg(value_parser = cases::reference)]
    work_order: String,
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.work_order)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Moved {
    #[command(flatten)]
    order: Order,
    /// The post that gets it: `<department>/<post>`.
    to: String,
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

const ORDER: [Column; 25] = [
    ("Work order", "id"),
    ("Case", "case_number"),
    ("Cycle", "cycle"),
    ("Item", "item"),
    ("Place", "place"),
    ("Urgency", "urgency"),
    ("Post", "post"),
    ("State", "state"),
    ("Waits for", "held_for"),
    ("Held", "held_at"),
    ("Visit", "visit_at"),
    ("Worker", "worker.name"),
    ("Since", "claimed_at"),
    ("Arrived", "arrived_at"),
    ("Made safe", "contained_at"),
    ("Completed", "completed_at"),
    ("Due", "due"),
    ("Rung", "rung"),
    ("Refusals", "refusals"),
    ("Adjudicated", "adjudication"),
    ("Part of", "split_from"),
    ("Asked for", "task"),
    ("Merged into", "merged_into"),
    ("Note", "note"),
    ("Next", "next_steps"),
];

/// By what the work orders of one case are told apart.
const OPEN: [Column; 4] =
    [("WORK ORDER", "id"), ("POST", "post"), ("STATE", "state"), ("WORKER", "worker.name")];

const RELEASES: [Column; 6] = [
    ("AT", "at"),
    ("LEFT", "post"),
    ("BECAUSE", "cause"),
    ("BY", "by.name"),
    ("WORKER", "worker.name"),
    ("REASON", "reason"),
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
        Command::Complete { order, note, next } => {
            let (note, next) = (note.unwrap_or_default(), next.unwrap_or_default());
            let body = json!({ "note": note, "next_steps": next });
            act(api, &order, "complete", "completed", body).await
        }
        Command::Show(order) => show(api, &order).await,
        Command::Ask(ask) => ask.run(api).await,
        Command::Answer(answer) => answer.run(api).await,
        Command::Questions(list) => list.run(api).await,
        Command::Contain(order) => act(api, &order, "contain", "made safe", json!({})).await,
        Command::Hold { order, reason, visit } => {
            let body = json!({ "reason": reason, "visit_at": visit });
            act(api, &order, "hold", "on hold", body).await
        }
        Command::Resume(order) => act(api, &order, "resume", "resumed", json!({})).await,
        Command::Return { order, reason } => {
            act(api, &order, "return", "returned", json!({ "reason": reason })).await
        }
        Command::Transfer { moved, reason } => {
            moved.act(api, "transfer", "transferred", Some(("reason", reason))).await
        }
        Command::Reassign(moved) => moved.act(api, "reassign", "reassigned", None).await,
        Command::Split { moved, task } => {
            moved.act(api, "split", "split", Some(("task", task))).await
        }
        Command::Merge { order, into } => {
            act(api, &order, "merge", "merged", json!({ "into": into })).await
        }
        Command::Adjudicate { moved, reason } => {
            moved.act(api, "adjudicate", "adjudicated", Some(("reason", reason))).await
        }
    }
}

impl Moved {
    async fn act(
        &self,
        api: &Api,
        verb: &str,
        done: &str,
        words: Option<(&str, String)>,
    ) -> Result<()> {
        let mut body = Map::from_iter([("to".to_owned(), Value::from(self.to.clone()))]);
        body.extend(words.map(|(field, words)| (field.to_owned(), Value::from(words))));
        act(api, &self.order, verb, done, body.into()).await
    }
}

async fn show(api: &Api, order: &Order) -> Result<()> {
    let shown = order.shown(api).await?;
    if api.format == Format::Json {
        return output::json(&shown);
    }
    print::text(output::fields(&shown, &ORDER))?;
    let releases = shown.get("releases").and_then(Value::as_array).map(Vec::as_slice);
    if let Some(releases @ [_, ..]) = releases {
        print::line("")?;
        print::text(output::table(releases, &RELEASES))?;
    }
    Ok(())
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

pub(super) async fn act(
    api: &Api,
    order: &Order,
    verb: &str,
    done: &str,
    body: Value,
) -> Result<()> {
    let id = order.find(api, verb).await?;
    let answer = api.post(&format!("/work-orders/{id}/{verb}"), &body).await?;
    if api.format == Format::Json {
        return output::json(&answer);
    }
    print::line(format_args!("{order} is {done}."))
}

/// A leader gives the work on a late case to another post: its open work order, or the one that is
/// named where several are open.
pub(super) async fn reassign_late(
    api: &Api,
    case: &str,
    work_order: Option<&str>,
    to: String,
) -> Result<()> {
    let order = match work_order {
        None => of_case(api, case, None).await?,
        Some(id) => {
            let mut of_case = orders(api, "case", case).await?.into_iter();
            let named = of_case.find(|order| order["id"] == id);
            named.ok_or_else(|| anyhow!("you see no work order {id} of the case {case}"))?
        }
    };
    let order = Order { work_order: output::cell(&order, "id") };
    Moved { order, to }.act(api, "reassign", "reassigned", None).await
}

/// The only open work order of a case, or else the newest. Of several it is the only one that whoever asks
/// may mean by this verb; else they must say which.
async fn of_case(api: &Api, case: &str, verb: Option<&str>) -> Result<Value> {
    let found = orders(api, "case", case).await?.into_iter();
    let (open, over): (Vec<_>, Vec<_>) = found.partition(is_open);
    if let [_, _, ..] = &open[..] {
        if let Some(verb) = verb {
            let me = api.get("/me", &[]).await?;
            if let Some(own) = own(&open, verb, &me) {
                return Ok(own.clone());
            }
        }
        let which = output::table(&open, &OPEN);
        bail!("several work orders of the case {case} are open; name one by its id:\n{which}");
    }
    let newest = || over.into_iter().max_by_key(|order| order["cycle"].as_u64());
    let found = open.into_iter().next().or_else(newest);
    found.ok_or_else(|| anyhow!("you see no work order of the case {case}"))
}

/// The only one of these that is theirs: to claim, what is offered to a post that they hold; to give it to
/// somebody, none, for whoever does that has others in mind; else what they have.
fn own<'a>(open: &'a [Value], verb: &str, me: &Value) -> Option<&'a Value> {
    let is_theirs = |order: &&Value| match verb {
        "claim" => order["state"] == "offered" && cases::rows(me, "posts").contains(&order["post"]),
        "assign" | "reassign" | "merge" | "adjudicate" => false,
        _ => order["claimed_by"] == me["id"],
    };
    let mut own = open.iter().filter(is_theirs);
    own.next().filter(|_| own.next().is_none())
}

/// Those that somebody sees.
async fn orders(api: &Api, key: &str, of: &str) -> Result<Vec<Value>> {
    let answer = api.get("/work-orders", &[(key, of.to_owned())]).await?;
    Ok(cases::rows(&answer, "work_orders").to_vec())
}

fn is_open(order: &Value) -> bool {
    !["completed", "cancelled"].iter().any(|over| order["state"] == *over)
}

impl Order {
    /// The id; that of a case's only open work order, or of the only one that is theirs, or else its
    /// newest, if a case is named.
    pub(super) async fn find(&self, api: &Api, verb: &str) -> Result<String> {
        if !self.names_a_case() {
            return Ok(self.work_order.clone());
        }
        let found = of_case(api, &self.work_order, Some(verb)).await?;
        match found.get("id").and_then(Value::as_str) {
            Some(id) => Ok(id.to_owned()),
            None => bail!("the portal's answer has no id of a work order"),
        }
    }

    /// As it is shown.
    async fn shown(&self, api: &Api) -> Result<Value> {
        if self.names_a_case() {
            return of_case(api, &self.work_order, None).await;
        }
        let found = orders(api, "id", &self.work_order).await?.pop();
        found.ok_or_else(|| anyhow!("you see no work order {}", self.work_order))
    }

    /// What is asked of it, or in its case, and can still be answered.
    pub(super) async fn open_questions(&self, api: &Api) -> Result<Vec<Value>> {
        let key = if self.names_a_case() { "case" } else { "work_order" };
        let query = [("open", true.to_string()), (key, self.work_order.clone())];
        let answer = api.get("/questions", &query).await?;
        Ok(cases::rows(&answer, "questions").to_vec())
    }

    fn names_a_case(&self) -> bool {
        self.work_order.parse::<events::words::CaseNumber>().is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_open_work_orders_the_only_one_that_is_theirs_is_meant_and_else_none() {
        let order = |id: &str, post: &str, state: &str, claimed_by: Value| json!({ "id": id, "post": post, "state": state, "claimed_by": claimed_by });
        let offered = |id: &str, post: &str| order(id, post, "offered", Value::Null);
        let claimed = |id: &str, by: &str| order(id, "logistics/plumbing", "claimed", json!(by));
        let me = json!({ "id": "me", "posts": ["logistics/plumbing", "logistics/night-crew"] });
        let meant = |open: &[Value], verb: &str| {
            own(open, verb, &me).map(|order| order["id"].as_str().unwrap().to_owned())
        };
        let pipe_and_socket = [claimed("pipe", "me"), offered("socket", "logistics/electrical")];
        for verb in ["arrive", "hold", "complete", "questions", "return", "split"] {
            assert_eq!(meant(&pipe_and_socket, verb).as_deref(), Some("pipe"), "{verb}");
        }
        for verb in ["claim", "assign", "reassign", "merge", "adjudicate"] {
            assert_eq!(meant(&pipe_and_socket, verb), None, "{verb}");
        }
        let offers = [offered("pipe", "logistics/plumbing"), claimed("socket", "another")];
        assert_eq!(meant(&offers, "claim").as_deref(), Some("pipe"));
        assert_eq!(meant(&offers, "complete"), None);
        let both_offered =
            [offered("pipe", "logistics/plumbing"), offered("rest", "logistics/night-crew")];
        assert_eq!(meant(&both_offered, "claim"), None, "which of two");
        assert_eq!(meant(&[claimed("pipe", "me"), claimed("rest", "me")], "hold"), None);
    }
}
