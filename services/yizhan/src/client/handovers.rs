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
    Show,
    /// Sign that you leave the desk, or that you take it over.
    Sign(Sign),
}

#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// As what you sign.
    #[arg(value_enum)]
    signature: Signature,
    /// What who leaves writes down: duty log, keys and devices; nothing restricted, for all at the desk
    /// read it.
    #[arg(long, default_value = "", hide_default_value = true)]
    log: String,
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

const HANDOVERS: [Column; 8] = [
    ("LEFT", "left_at"),
    ("BY", "left_by.name"),
    ("SIGNED BY", "left_signed_by.name"),
    ("TAKEN OVER", "taken_at"),
    ("BY", "taken_by.name"),
    ("WORK ORDERS", "work_orders"),
    ("QUESTIONS", "questions"),
    ("LOG", "log"),
];

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

/// What may be left, and where it is in the answer.
const LEFT: [(&str, &[Column]); 4] = [
    ("work_orders", &WORK_ORDERS),
    ("questions", &QUESTIONS),
    ("callbacks", &CALLBACKS),
    ("phone_calls", &PHONE_CALLS),
];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Show => {
            let answer = api.get("/handover", &[]).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            print::text(shown(&answer))
        }
        Command::Sign(Sign { signature, log, shown, left_by }) => {
            let (word, done) = match signature {
                Signature::Leaving => ("leaving", "you leave the desk; who takes over signs next"),
                Signature::TakingOver => ("taking-over", "you have the desk"),
            };
            let body =
                json!({ "signature": word, "log": log, "version": shown, "left_by": left_by });
            let answer = api.post("/handover/sign", &body).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            print::line(format!("Signed: {done}."))
        }
    }
}

/// The desk as people read it; what no service says is not passed over in silence.
fn shown(answer: &Value) -> String {
    let mut parts = vec![output::fields(answer, &DESK)];
    let handovers = rows(answer, "handovers");
    if !handovers.is_empty() {
        parts.push(output::table(handovers, &HANDOVERS));
    }
    for (list, columns) in LEFT {
        let left = answer.pointer(&format!("/left/{list}"));
        match left.and_then(Value::as_array).map(Vec::as_slice) {
            None => {
                let list = list.replace('_', " ");
                parts.push(format!("Nobody says now which {list} are left.\n"));
            }
            Some([]) => {}
            Some(rows) => parts.push(output::table(rows, columns)),
        }
    }
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() {
        return "Nobody has signed for the desk yet, and nothing is left to be done.\n".to_owned();
    }
    parts.join("\n")
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
                            "log": "two keys" }],
            "left": {
                "work_orders": [{ "case_number": "2026-09-000001", "item": "water-leak",
                                  "place": "dorm-7-402", "urgency": "urgent", "state": "offered",
                                  "due": "2026-09-02T02:00:00Z" }],
                "questions": [], "callbacks": null, "phone_calls": [],
            },
        });
        insta::assert_snapshot!(shown(&answer), @r"
        Counsellor from  2026-09-01 09:15:00Z

        LEFT                  BY      SIGNED BY  TAKEN OVER  BY  WORK ORDERS  QUESTIONS  LOG
        2026-09-01 09:00:00Z  安小台  安小台     -           -   1            0          two keys

        WORK ORDER      ITEM        PLACE       URGENCY  STATE    DUE
        2026-09-000001  water-leak  dorm-7-402  urgent   offered  2026-09-02 02:00:00Z

        Nobody says now which callbacks are left.
        ");
        let nothing =
            json!({ "work_orders": [], "questions": [], "callbacks": [], "phone_calls": [] });
        let nothing = json!({ "on_shift": null, "handovers": [], "left": nothing });
        assert!(shown(&nothing).starts_with("Nobody has signed"));
    }
}
