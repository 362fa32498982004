//! `yizhan callback`.

use anyhow::{Context as _, Result};
use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Map, Value};

use super::{
    Api, Refused, alarms, cases, complaint, figures,
    output::{self, Column, Format},
};
use crate::print;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show whom to call next.
    Next,
    /// List the callbacks to make, the most urgent first.
    List(List),
    /// Record what came of a call.
    Record(Record),
    /// Count what the callbacks of a month came to: reach, satisfaction, reopened.
    Figures(figures::Figures),
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// `due` by default; `answered`, `unreachable` or `withdrawn`.
    #[arg(long)]
    state: Option<String>,
    /// Those about this case, by its number or id; in any state by default.
    #[arg(long)]
    case: Option<String>,
    /// At most so many; 50 by default.
    #[arg(long)]
    limit: Option<u32>,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("outcome").required(true).args(["unreached", "solved", "not_solved"]))]
pub(crate) struct Record {
    /// The callback's id, or the number of its case.
    #[arg(value_parser = cases::reference)]
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
    /// They want to complain, and of what: opens a complaint that is linked to the case.
    #[arg(long, conflicts_with_all = ["unreached", "quality_note"])]
    complain: Option<String>,
    /// They are dissatisfied and do not want to complain: what is to be known of it.
    #[arg(long, conflicts_with = "unreached")]
    quality_note: Option<String>,
}

const CALLBACK: [Column; 9] = [
    ("CALLBACK", "id"),
    ("CASE", "case_number"),
    ("CYCLE", "cycle"),
    ("ITEM", "item"),
    ("PLACE", "place"),
    ("STATE", "state"),
    ("FIRST BY", "first_attempt_by"),
    ("SOLVED", "answer.solved"),
    ("BY LINK", "answer.by_link"),
];

/// What was said of it before, the newest first.
const ANSWERS: [Column; 8] = [
    ("SAID AT", "at"),
    ("BY LINK", "answer.by_link"),
    ("SOLVED", "answer.solved"),
    ("ON TIME", "answer.on_time"),
    ("SCORE", "answer.score"),
    ("COMPLAINS", "answer.complains"),
    ("WORDS", "answer.words"),
    ("NOTE", "answer.quality_note"),
];

/// Whom the case is of: whoever it was reported for, or else who reported it.
const PERSON: [Column; 4] = [
    ("FOR", "details.on_behalf_of.name"),
    ("THEIR PHONE", "details.on_behalf_of.phone"),
    ("CALLER", "details.caller.name"),
    ("PHONE", "details.caller.phone"),
];

pub(super) async fn run(api: &Api, command: Command) -> Result<()> {
    match command {
        Command::Next => {
            let answer = api.get("/callbacks/next", &[]).await?;
            if api.format == Format::Json {
                return output::json(&answer);
            }
            let next = answer.get("callback").filter(|callback| !callback.is_null());
            let Some(callback) = next else {
                return print::line("Nobody is to be called now.");
            };
            // Whom to phone only intake knows.
            let case = output::cell(callback, "case_id");
            let case = api.get(&format!("/cases/{case}"), &[]).await?;
            print::text(to_call(callback, &case))
        }
        Command::List(List { state, case, limit }) => {
            let case = match case {
                Some(case) => Some(cases::id(api, case).await?),
                None => None,
            };
            let limit = limit.map(|limit| limit.to_string());
            let given = [("state", state), ("case", case), ("limit", limit)];
            let query: Vec<_> =
                given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
            output::list(api.format, &api.get("/callbacks", &query).await?, "callbacks", &CALLBACK)
        }
        Command::Record(record) => {
            let id = record.find(api).await?;
            let answer = api.post(&format!("/callbacks/{id}/attempts"), &record.body()).await?;
            let complaint = answer.get("complaint").filter(|complaint| !complaint.is_null());
            if api.format == Format::Json {
                return output::json(&answer);
            }
            print::line(format_args!(
                "Recorded for {}: {}.",
                record.callback,
                record.outcome(&answer)
            ))?;
            complaint.map_or(Ok(()), complaint::told)?;
            alarms::cards(&answer)
        }
        Command::Figures(figures) => figures.run(api).await,
    }
}

/// A callback as people read it: what it is about, and whom to phone.
fn to_call(callback: &Value, case: &Value) -> String {
    let answers = callback.get("answers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let said = if answers.is_empty() { String::new() } else { output::table(answers, &ANSWERS) };
    [output::fields(callback, &CALLBACK), output::fields(case, &PERSON), said].concat()
}

impl Record {
    fn outcome(&self, answer: &Value) -> &'static str {
        let judged = answer.get("judged").is_some_and(|judged| judged == true);
        match (self.solved, self.not_solved, judged) {
            (true, _, true) => "solved",
            (true, _, false) => "solved, kept with the answers before it",
            (false, true, true) => "not solved, the case is reopened",
            (false, true, false) => "not solved, kept with the answers before it",
            (false, false, _) => "nobody reached",
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
        give("complaint", self.complain.clone().map(Value::from));
        give("quality_note", self.quality_note.clone().map(Value::from));
        body.into()
    }

    /// The id; that of the case's newest callback if a case is named.
    async fn find(&self, api: &Api) -> Result<String> {
        if self.callback.parse::<events::words::CaseNumber>().is_err() {
            return Ok(self.callback.clone());
        }
        let case = cases::id(api, self.callback.clone()).await?;
        let asked = api.get("/callbacks", &[("case", case)]).await;
        let answer =
            asked.map_err(|error| Refused::of(error, "list-callbacks", "record-attempt"))?;
        let callbacks = answer.get("callbacks").and_then(Value::as_array);
        let newest = callbacks.into_iter().flatten().max_by_key(|one| one["cycle"].as_u64());
        let id = newest.and_then(|callback| callback.get("id")?.as_str());
        let id = id.with_context(|| format!("{} has no callback", self.callback))?;
        Ok(id.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_next_callback_says_what_it_is_about_and_whom_to_phone() {
        let callback = json!({
            "id": "0190a5b2-0000-7000-8000-000000000002",
            "case_id": "0190a5b2-0000-7000-8000-000000000001",
            "case_number": "2026-09-000001", "cycle": 1, "item": "water-leak",
            "place": "dorm-7-402", "state": "due", "first_attempt_by": "2026-09-02T06:00:00.25Z",
        });
        let case = json!({ "details": {
            "caller": { "name": "The Caller", "phone": "10000000001" },
            "on_behalf_of": { "name": "来电同学", "phone": "10000000002" },
        } });
        insta::assert_snapshot!(to_call(&callback, &case), @r"
        CALLBACK  0190a5b2-0000-7000-8000-000000000002
        CASE      2026-09-000001
        CYCLE     1
        ITEM      water-leak
        PLACE     dorm-7-402
        STATE     due
        FIRST BY  2026-09-02 06:00:00Z
        FOR          来电同学
        THEIR PHONE  10000000002
        CALLER       The Caller
        PHONE        10000000001
        ");
    }

    #[test]
    fn the_next_callback_of_a_case_without_a_name_has_the_number_alone() {
        let callback = json!({ "case_number": "2026-09-000002", "cycle": 2, "state": "due" });
        let case = json!({ "details": { "caller": { "name": null, "phone": "10000000001" } } });
        insta::assert_snapshot!(to_call(&callback, &case), @r"
        CASE      2026-09-000002
        CYCLE     2
        STATE     due
        PHONE        10000000001
        ");
    }

    #[test]
    fn what_a_reporter_said_by_their_link_is_shown_to_who_calls_the_first() {
        let [newest, first] = [false, true].map(|solved| {
            let answer = json!({ "solved": solved, "by_link": true, "complains": false,
                                 "words": format!("solved: {solved}") });
            json!({ "at": "2026-09-02T06:00:00Z", "answer": answer })
        });
        let callback = json!({
            "case_number": "2026-09-000003", "state": "due", "answer": newest["answer"],
            "answers": [newest, first],
        });
        insta::assert_snapshot!(to_call(&callback, &json!({})), @r"
        CASE      2026-09-000003
        STATE     due
        SOLVED    no
        BY LINK   yes
        SAID AT               BY LINK  SOLVED  ON TIME  SCORE  COMPLAINS  WORDS          NOTE
        2026-09-02 06:00:00Z  yes      no      -        -      no         solved: false  -
        2026-09-02 06:00:00Z  yes      yes     -        -      no         solved: true   -
        ");
    }

    #[test]
    fn an_answer_that_changes_nothing_is_said_to_be_kept() {
        let record = |unreached, solved, not_solved| Record {
            callback: "2026-09-000123".to_owned(),
            unreached,
            solved,
            not_solved,
            on_time: None,
            attitude: None,
            score: None,
            words: None,
            complain: None,
            quality_note: None,
        };
        let judged = json!({ "verdict": "not-solved", "judged": true });
        let kept = json!({ "verdict": "not-solved", "judged": false });
        let not_solved = record(false, false, true);
        assert_eq!(not_solved.outcome(&judged), "not solved, the case is reopened");
        assert_eq!(not_solved.outcome(&kept), "not solved, kept with the answers before it");
        let solved = record(false, true, false);
        assert_eq!(solved.outcome(&kept), "solved, kept with the answers before it");
        assert_eq!(record(true, false, false).outcome(&kept), "nobody reached");
    }
}
