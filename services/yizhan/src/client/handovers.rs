//! `yizhan handover`: who has the desk, what is left, and who signs for it.

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{
    Api,
    cases::rows,
    output::{self, Column, Format},
};
use crate::print;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show who has the desk, who handed it to whom, and what is left to be done.
    ///
    /// The version names the work orders and questions that are left, also those that a long list leaves
    /// out. Callbacks, calls to phone and answers that are owed are shown beside them, and nobody signs for
    /// those.
    Show,
    /// Sign that you leave the desk, or that you take it over.
    ///
    /// Who leaves signs for what they were shown within the last 10 minutes, and is told what came since:
    /// it is signed for with the rest. Where the desk has a check list, who leaves says of each thing on
    /// it whether it is there.
    Sign(Sign),
}

#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// As what you sign.
    #[arg(value_enum)]
    signature: Signature,
    /// What who leaves writes down, the duty log; nothing restricted, for all at the desk read it.
    #[arg(long, default_value = "", hide_default_value = true)]
    log: String,
    /// What of the check list is there, of who leaves: `keys,radio`.
    #[arg(long, value_name = "CHECKS", value_delimiter = ',')]
    checked: Vec<String>,
    /// What of it is missing; each thing is in one of both.
    #[arg(long, value_name = "CHECKS", value_delimiter = ',')]
    missing: Vec<String>,
    /// What you sign for: the version that `yizhan handover show` said.
    #[arg(long)]
    shown: String,
    /// As the duty counsellor, for who went without: the account that leaves.
    #[arg(long = "for")]
    left_by: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Signature {
    /// You leave, and sign for what is left.
    Leaving,
    /// You take over, and sign for the same.
    TakingOver,
}

const DESK: [Column; 4] = [
    ("On shift", "on_shift.name"),
    ("Account", "on_shift.id"),
    ("Counsellor from", "falls_to_counsellor_at"),
    ("Version", "version"),
];

const HANDOVERS: [Column; 9] = [
    ("LEFT", "left_at"),
    ("BY", "left_by.name"),
    ("SIGNED BY", "left_signed_by.name"),
    ("TAKEN OVER", "taken_at"),
    ("BY", "taken_by.name"),
    ("WORK ORDERS", "work_orders"),
    ("QUESTIONS", "questions"),
    ("MISSING", "missing"),
    ("LOG", "log"),
];

const CHECK_LIST: [Column; 3] = [("CHECK", "check"), ("NAME", "name"), ("LAST", "last")];

const WORK_ORDERS: [Column; 6] = [
    ("WORK ORDER", "case_number"),
    ("ITEM", "item"),
    ("PLACE", "place"),
    ("URGENCY", "urgency"),
    ("STATE", "state"),
    ("DUE", "due"),
];

const QUESTIONS: [Column; 4] =
    [("QUESTION", "case_number"), ("OF", "of"), ("DUE", "due"), ("TEXT", "text")];

const CALLBACKS: [Column; 4] = [
    ("CALLBACK", "case_number"),
    ("ITEM", "item"),
    ("PLACE", "place"),
    ("FIRST ATTEMPT BY", "first_attempt_by"),
];

const PHONE_CALLS: [Column; 4] =
    [("PHONE CALL", "case_number"), ("TO", "to"), ("WHY", "why"), ("SINCE", "since")];

const FOLLOW_UPS: [Column; 4] =
    [("FOLLOW UP", "number"), ("ITEM", "item"), ("PLACE", "place"), ("DUE", "follow_up_due")];

/// What may be left, and where it is in the answer: what the version names, and what it does not.
const SIGNED_FOR: [(&str, &[Column]); 2] =
    [("work_orders", &WORK_ORDERS), ("questions", &QUESTIONS)];
const SHOWN_ONLY: [(&str, &[Column]); 3] =
    [("callbacks", &CALLBACKS), ("phone_calls", &PHONE_CALLS), ("follow_ups", &FOLLOW_UPS)];

const CAME_SINCE: [Column; 3] =
    [("CAME SINCE", "case_number"), ("WORK ORDER", "work_order"), ("QUESTION", "question")];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Show => {
            let answer = api.get("/handover", &[]).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            print::text(shown(&answer))
        }
        Command::Sign(Sign { signature, log, checked, missing, shown, left_by }) => {
            let (word, done) = match signature {
                Signature::Leaving => ("leaving", "you leave the desk; who takes over signs next"),
                Signature::TakingOver => ("taking-over", "you have the desk"),
            };
            let body = json!({ "signature": word, "log": log, "checked": checked,
                               "missing": missing, "version": shown, "left_by": left_by });
            let answer = api.post("/handover/sign", &body).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            print::text(signed(done, &answer))
        }
    }
}

/// That it is signed, and what was signed for without having been seen.
fn signed(done: &str, answer: &Value) -> String {
    let came = rows(answer, "came_since");
    if came.is_empty() {
        return format!("Signed: {done}.\n");
    }
    let came = output::table(came, &CAME_SINCE);
    format!(
        "Signed: {done}. This came since you were shown what is left, and is left with it:\n\n{came}"
    )
}

/// The desk as people read it; what no service says is not passed over in silence.
fn shown(answer: &Value) -> String {
    let mut parts = vec![output::fields(answer, &DESK)];
    let handovers = rows(answer, "handovers");
    if !handovers.is_empty() {
        parts.push(output::table(handovers, &HANDOVERS));
    }
    let check_list = rows(answer, "check_list");
    if !check_list.is_empty() {
        parts.push(output::table(check_list, &CHECK_LIST));
    }
    parts.extend(left(answer, &SIGNED_FOR));
    let shown_only = left(answer, &SHOWN_ONLY);
    if !shown_only.is_empty() {
        parts.push("Shown beside, and not signed for:\n".to_owned());
        parts.extend(shown_only);
    }
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() {
        return "Nobody has signed for the desk yet, and nothing is left to be done.\n".to_owned();
    }
    parts.join("\n")
}

/// These lists of what is left, and of each that it goes on where it does.
fn left(answer: &Value, lists: &[(&str, &[Column])]) -> Vec<String> {
    let cut = answer.pointer("/left/cut").and_then(Value::as_array);
    let is_cut = |list: &str| cut.is_some_and(|cut| cut.iter().any(|one| one == list));
    let mut parts = Vec::new();
    for (list, columns) in lists {
        let name = list.replace('_', " ");
        let rows = answer.pointer(&format!("/left/{list}")).and_then(Value::as_array);
        match rows.map(Vec::as_slice) {
            None => parts.push(format!("Nobody says now which {name} are left.\n")),
            Some([]) => {}
            Some(rows) => parts.push(output::table(rows, columns)),
        }
        if is_cut(list) {
            parts.push(format!("There are more {name} than are shown here.\n"));
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_desk_that_was_left_shows_since_when_and_what_is_left_to_be_done() {
        let answer = json!({
            "on_shift": null, "falls_to_counsellor_at": "2026-09-01T09:15:00Z",
            "handovers": [{ "left_at": "2026-09-01T09:00:00Z", "left_by": { "name": "安小台" },
                            "left_signed_by": { "name": "安小台" },
                            "taken_at": null, "taken_by": null, "work_orders": 1, "questions": 0,
                            "checked": ["keys"], "missing": [], "log": "quiet" }],
            "check_list": [{ "check": "keys", "name": "钥匙 Keys", "last": "checked" },
                           { "check": "torch", "name": "手电 Torch", "last": null }],
            "left": {
                "work_orders": [{ "case_number": "2026-09-000001", "item": "water-leak",
                                  "place": "dorm-7-402", "urgency": "urgent", "state": "offered",
                                  "due": "2026-09-02T02:00:00Z" }],
                "questions": [], "callbacks": null, "phone_calls": [], "follow_ups": [],
                "cut": ["work_orders"],
            },
        });
        insta::assert_snapshot!(shown(&answer), @r"
        Counsellor from  2026-09-01 09:15:00Z

        LEFT                  BY      SIGNED BY  TAKEN OVER  BY  WORK ORDERS  QUESTIONS  MISSING  LOG
        2026-09-01 09:00:00Z  安小台  安小台     -           -   1            0          -        quiet

        CHECK  NAME        LAST
        keys   钥匙 Keys   checked
        torch  手电 Torch  -

        WORK ORDER      ITEM        PLACE       URGENCY  STATE    DUE
        2026-09-000001  water-leak  dorm-7-402  urgent   offered  2026-09-02 02:00:00Z

        There are more work orders than are shown here.

        Shown beside, and not signed for:

        Nobody says now which callbacks are left.
        ");
        let nothing = json!({ "work_orders": [], "questions": [], "callbacks": [], "phone_calls": [],
                    "follow_ups": [] });
        let nothing = json!({ "on_shift": null, "handovers": [], "left": nothing });
        assert!(shown(&nothing).starts_with("Nobody has signed"));
    }

    #[test]
    fn whoever_signs_reads_what_came_since_they_were_shown_the_list() {
        assert_eq!(signed("you leave", &json!({ "came_since": [] })), "Signed: you leave.\n");
        let came = json!({ "came_since": [
            { "case_number": "2026-09-000002", "work_order": "0199", "question": null },
        ] });
        insta::assert_snapshot!(signed("you leave", &came), @r"
        Signed: you leave. This came since you were shown what is left, and is left with it:

        CAME SINCE      WORK ORDER  QUESTION
        2026-09-000002  0199        -
        ");
    }
}
