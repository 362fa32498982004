//! `yizhan case`.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Api, alarms, complaint, desk, explain, open,
    output::{self, Column, Format},
    questions, similar,
};
use crate::print;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open a case: an item and a place are enough.
    Open(Box<open::Open>),
    /// Show a case with its timeline.
    Show {
        /// Its number or id.
        #[arg(value_parser = reference)]
        case: String,
    },
    /// List cases, the newest first.
    List(List),
    /// What others reported that may be the same: join it, rather than open another.
    Similar(similar::Similar),
    /// Explain urgency, promises, clocks and rungs of a case.
    Explain {
        /// Its number or id.
        #[arg(value_parser = reference)]
        case: String,
    },
    /// End a case: its requester does not want it any more.
    Withdraw(Because),
    /// Say "not solved" of a closed case: its next cycle.
    Reopen(Because),
    /// Ask again for what is not done yet (催单).
    Chase(desk::Chase),
    /// Complain of how a case was handled (投诉): a complaint of its own, linked to it.
    Complain(complaint::Complain),
    /// Make somebody who reports the same a co-reporter (共同报修人).
    Join(desk::Join),
    /// Undo that: they hear of the case no more.
    Unjoin(desk::Unjoin),
    /// Raise the urgency of a case, or lower it with a reason.
    Urgency(desk::ChangeUrgency),
    /// Leave a note for others who work on a case.
    Note(desk::Note),
    /// End a case for another reason than that the work is done.
    CloseAs(desk::CloseAs),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// `open`, `resolved` or `closed`.
    #[arg(long)]
    state: Option<String>,
    /// `normal`, `urgent` or `critical`.
    #[arg(long)]
    urgency: Option<String>,
    #[arg(long)]
    item: Option<String>,
    /// This place and all inside it.
    #[arg(long)]
    place: Option<String>,
    #[arg(long)]
    department: Option<String>,
    /// At most so many; 50 by default.
    #[arg(long)]
    limit: Option<u32>,
}

#[derive(Debug, Args)]
pub(crate) struct Because {
    /// The case's number or id.
    #[arg(value_parser = reference)]
    case: String,
    /// Why, in words.
    #[arg(long)]
    reason: Option<String>,
}

const LIST: [Column; 9] = [
    ("NUMBER", "number"),
    ("ITEM", "item"),
    ("PLACE", "place"),
    ("URGENCY", "urgency"),
    ("STATE", "state"),
    ("CYCLE", "cycle"),
    ("DUE", "due"),
    ("HOLDER", "holder.name"),
    ("RUNG", "rung"),
];

/// Where more than one post works on it.
const PARTS: [Column; 4] =
    [("POST", "post"), ("HOLDER", "holder.name"), ("WORK", "work"), ("WAITS FOR", "held_for")];

const CASE: [Column; 26] = [
    ("Case", "case.number"),
    ("Item", "case.item"),
    ("Place", "case.place"),
    ("Not shown", "details_missing"),
    ("Text", "details.text"),
    ("For", "details.on_behalf_of.name"),
    ("Their phone", "details.on_behalf_of.phone"),
    ("Caller", "details.caller.name"),
    ("Phone", "details.caller.phone"),
    ("Urgency", "case.urgency"),
    ("Because", "details.urgency_reason"),
    ("State", "case.state"),
    ("End", "case.end"),
    ("Duplicate of", "details.duplicate_of"),
    ("Whose", "details.referral.department"),
    ("Window", "details.referral.window"),
    ("Follows", "details.linked_to"),
    ("Cycle", "case.cycle"),
    ("Received", "case.received_at"),
    ("Entered late", "case.entered_late_at"),
    ("Due", "case.due"),
    ("Department", "case.department"),
    ("Holder", "case.holder.name"),
    ("Work", "case.work"),
    ("Waits for", "case.held_for"),
    ("Rung", "case.rung"),
];

pub(super) const PROMISES: [Column; 3] =
    [("PROMISED", "commitment"), ("UNTIL", "due"), ("PROVISIONAL", "provisional")];

const REMARKS: [Column; 4] =
    [("AT", "at"), ("SAID BY", "by.name"), ("WITH", "action"), ("TEXT", "text")];

const TIMELINE: [Column; 6] = [
    ("AT", "at"),
    ("CYCLE", "cycle"),
    ("SERVICE", "service"),
    ("WHAT", "what"),
    ("WHO", "actor.name"),
    ("DETAIL", "detail"),
];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Open(open) => open.run(api).await,
        Command::Show { case } => show(api, &api.get(&format!("/cases/{case}"), &[]).await?),
        Command::List(list) => {
            let answer = api.get("/cases", &list.query()).await?;
            output::list(api.format, &answer, "cases", &LIST)
        }
        Command::Similar(similar) => similar.run(api).await,
        Command::Explain { case } => {
            explain::show(api, &api.get(&format!("/cases/{case}/explain"), &[]).await?)
        }
        Command::Withdraw(because) => end(api, "withdraw", "withdrawn", &because).await,
        Command::Reopen(because) => end(api, "reopen", "reopened", &because).await,
        Command::Chase(chase) => chase.run(api).await,
        Command::Complain(complain) => complain.run(api).await,
        Command::Join(join) => join.run(api).await,
        Command::Unjoin(unjoin) => unjoin.run(api).await,
        Command::Urgency(urgency) => urgency.run(api).await,
        Command::Note(note) => note.run(api).await,
        Command::CloseAs(close) => close.run(api).await,
    }
}

impl List {
    fn query(self) -> Vec<(&'static str, String)> {
        let given = [
            ("state", self.state),
            ("urgency", self.urgency),
            ("item", self.item),
            ("place", self.place),
            ("department", self.department),
            ("limit", self.limit.map(|limit| limit.to_string())),
        ];
        given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }
}

fn show(api: &Api, answer: &Value) -> Result<()> {
    if api.format == Format::Json {
        return output::json(answer);
    }
    print::text(shown(answer))
}

/// The steps, each with what no other column shows and what is not the same of all.
fn timeline(steps: &[Value]) -> String {
    let steps: Vec<_> = steps.iter().map(without_what_is_known).collect();
    output::table(&steps, &TIMELINE)
}

fn without_what_is_known(step: &Value) -> Value {
    let mut step = step.clone();
    let instant = |value: &Value| value.as_str()?.parse::<jiff::Timestamp>().ok();
    let (at, cycle) = (step.get("at").and_then(instant), step.pointer("/detail/cycle").cloned());
    if let Some(detail) = step.get_mut("detail").and_then(Value::as_object_mut) {
        let of_all = |key: &str, value: &Value| {
            key == "cycle" || key == "level" || (key == "subject" && value == "case")
        };
        detail.retain(|key, value| !of_all(key, value) && (at.is_none() || instant(value) != at));
    }
    if let Some(step) = step.as_object_mut() {
        step.extend(cycle.map(|cycle| ("cycle".to_owned(), cycle)));
    }
    step
}

/// A case as people read it: what it is, what was remarked, and every step that was taken.
fn shown(answer: &Value) -> String {
    let remarks = answer.get("details").map(|details| rows(details, "remarks"));
    let remarks = remarks.filter(|remarks| !remarks.is_empty());
    let work = answer.get("case").map(|case| rows(case, "parts")).filter(|work| !work.is_empty());
    let parts = [
        Some(output::fields(answer, &CASE)),
        work.map(|work| output::table(work, &PARTS)),
        remarks.map(|remarks| output::table(remarks, &REMARKS)),
        answer.pointer("/details/alarm").and_then(alarms::card),
        questions::of_case(answer),
        Some(timeline(rows(answer, "timeline"))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

async fn end(api: &Api, verb: &str, done: &str, because: &Because) -> Result<()> {
    let Because { case, reason } = because;
    let body = json!({ "reason": reason.as_deref().unwrap_or_default() });
    let answer = api.post(&format!("/cases/{case}/{verb}"), &body).await?;
    if api.format == Format::Json {
        return output::json(&answer);
    }
    match answer.get("cycle") {
        Some(cycle) => print::line(format_args!("{case} is {done}: cycle {cycle}."))?,
        None => print::line(format_args!("{case} is {done}."))?,
    }
    if !rows(&answer, "promises").is_empty() {
        print::text(output::table(rows(&answer, "promises"), &PROMISES))?;
    }
    Ok(())
}

/// What a case, a work order, a callback or a letter is called by; whether it is there the portal says.
pub(super) fn reference(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if text.is_empty() || !text.chars().all(allowed) {
        return Err("a number such as 2026-09-000123, or an id".to_owned());
    }
    Ok(text.to_owned())
}

/// The id of a case that may be named by its number.
pub(super) async fn id(api: &Api, case: String) -> Result<String> {
    if case.parse::<events::words::CaseNumber>().is_err() {
        return Ok(case);
    }
    let shown = api.get(&format!("/cases/{case}"), &[]).await?;
    Ok(output::cell(&shown, "case.id"))
}

pub(super) fn rows<'a>(answer: &'a Value, list: &str) -> &'a [Value] {
    answer.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_shown_with_what_was_remarked_and_every_step_in_order() {
        let by = |name: &str| json!({ "id": "0190a5b2-0000-7000-8000-000000000007", "name": name });
        let step = |at: &str, service: &str, what: &str, actor: Value, detail: Value| {
            json!({
                "at": at, "service": service, "what": what, "actor": actor, "detail": detail,
            })
        };
        let answer = json!({
            "case": {
                "id": "0190a5b2-0000-7000-8000-000000000001", "number": "2026-09-000001",
                "item": "water-leak", "place": "dorm-7-402", "urgency": "urgent",
                "state": "open", "end": null, "cycle": 2, "department": "logistics",
                "received_at": "2026-09-01T02:00:00Z", "due": "2026-09-02T02:00:00.5Z",
                "holder": by("江水生"), "work": "claimed", "rung": 2,
            },
            "details": {
                "text": "水从天花板流下来", "caller": { "name": "The Caller", "phone": "10000000001" },
                "on_behalf_of": null, "urgency_reason": "`流` is among the words",
                "remarks": [{
                    "at": "2026-09-01T02:05:00Z", "by": by("安小台"), "action": "note",
                    "text": "the key is at the porter's",
                }],
            },
            "timeline": [
                step("2026-09-01T02:00:00.123Z", "intake", "accepted", by("安小台"),
                     json!({ "cycle": 1, "urgency": "urgent" })),
                step("2026-09-01T02:00:01Z", "dispatch", "offered", Value::Null,
                     json!({ "post": "logistics/plumbing", "offer": null })),
                step("2026-09-01T02:10:00Z", "dispatch", "claimed", by("江水生"), json!({})),
            ],
        });
        insta::assert_snapshot!(shown(&answer), @r"
        Case          2026-09-000001
        Item          water-leak
        Place         dorm-7-402
        Text          水从天花板流下来
        Caller        The Caller
        Phone         10000000001
        Urgency       urgent
        Because       `流` is among the words
        State         open
        Cycle         2
        Received      2026-09-01 02:00:00Z
        Due           2026-09-02 02:00:00Z
        Department    logistics
        Holder        江水生
        Work          claimed
        Rung          2

        AT                    SAID BY  WITH  TEXT
        2026-09-01 02:05:00Z  安小台   note  the key is at the porter's

        AT                    CYCLE  SERVICE   WHAT      WHO     DETAIL
        2026-09-01 02:00:00Z  1      intake    accepted  安小台  urgency=urgent
        2026-09-01 02:00:01Z  -      dispatch  offered   -       post=logistics/plumbing
        2026-09-01 02:10:00Z  -      dispatch  claimed   江水生
        ");
    }

    #[test]
    fn a_case_in_parts_shows_each_post_with_who_has_it() {
        let part = |post: &str, holder: Value, work: &str| json!({ "post": post, "holder": holder, "work": work, "held_for": null });
        let parts = [
            part("logistics/plumbing", json!({ "name": "江水生" }), "claimed"),
            part("logistics/electrical", Value::Null, "offered"),
        ];
        let answer = json!({
            "case": { "number": "2026-09-000003", "parts": parts }, "timeline": [],
        });
        let text = shown(&answer);
        let lines: Vec<_> = text.lines().map(str::trim_end).collect();
        assert!(lines.contains(&"logistics/plumbing    江水生  claimed  -"), "{text}");
        assert!(lines.contains(&"logistics/electrical  -       offered  -"), "{text}");
    }

    #[test]
    fn a_case_of_which_little_is_known_is_shown_without_what_is_absent() {
        let answer = json!({
            "case": { "number": "2026-09-000002", "item": "door-lock", "state": "closed",
                      "end": "withdrawn", "cycle": 1 },
            "details": null, "timeline": [],
        });
        insta::assert_snapshot!(shown(&answer), @r"
        Case          2026-09-000002
        Item          door-lock
        State         closed
        End           withdrawn
        Cycle         1

        AT  CYCLE  SERVICE  WHAT  WHO  DETAIL
        ");
    }

    #[test]
    fn a_step_shows_once_what_it_has_to_say() {
        let at = "2026-09-01T08:00:00.5Z";
        let steps = [
            json!({ "at": at, "service": "intake", "what": "case.accepted", "actor": { "name": "An" },
                    "detail": { "cycle": 1, "level": "internal", "received_at": at, "channel": "web" } }),
            json!({ "at": at, "service": "escalation-timer", "what": "case.armed", "actor": null,
                    "detail": { "subject": "case", "due": "2026-09-02T08:00:00Z" } }),
        ];
        assert_eq!(
            timeline(&steps),
            "AT                    CYCLE  SERVICE           WHAT           WHO  DETAIL\n\
             2026-09-01 08:00:00Z  1      intake            case.accepted  An   channel=web\n\
             2026-09-01 08:00:00Z  -      escalation-timer  case.armed     -    due=2026-09-02 08:00:00Z\n"
        );
    }

    #[test]
    fn a_case_is_named_by_its_number_or_its_id_and_by_no_part_of_a_path() {
        for right in ["2026-09-000123", "01a21246-6330-76b9-93a8-97b17e6ab340"] {
            assert_eq!(reference(right), Ok(right.to_owned()));
        }
        for wrong in ["", "../login", "a b", "?limit=1"] {
            assert!(reference(wrong).is_err(), "{wrong}");
        }
    }
}
