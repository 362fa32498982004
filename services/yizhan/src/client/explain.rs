//! `yizhan case explain`: urgency, promises, clocks and rungs of a case.

use anyhow::Result;
use serde_json::Value;

use super::{
    Api,
    cases::rows,
    output::{self, Column, Format},
};
use crate::print;

const EXPLAINED: [Column; 3] =
    [("Case", "number"), ("Urgency", "urgency"), ("Because", "urgency_reason")];

const CLOCKS: [Column; 6] = [
    ("COMMITMENT", "commitment"),
    ("CYCLE", "cycle"),
    ("STATE", "state"),
    ("DUE", "promises.last.due"),
    ("STOPPED", "stopped_at"),
    ("ON TIME", "on_time"),
];

const NUMBERED: [Column; 9] = [
    ("COMMITMENT", "commitment"),
    ("CYCLE", "cycle"),
    ("PROMISE", "number"),
    ("DUE", "due"),
    ("PROVISIONAL", "provisional"),
    ("MOVED BY", "why"),
    ("FOR", "reason"),
    ("FIRST RUNG", "first_rung"),
    ("COUNTED", "counted"),
];

const HOLDS: [Column; 7] = [
    ("ON HOLD", "from"),
    ("UNTIL", "ended"),
    ("REASON", "reason"),
    ("PAUSE", "pause"),
    ("ASKS", "approver"),
    ("AT MOST", "until"),
    ("REFUSED", "refused_by"),
];

const SEGMENTS: [Column; 4] =
    [("SPENT", "kind"), ("FROM", "from"), ("TO", "to"), ("FOR", "reason")];

const RUNGS: [Column; 6] = [
    ("RUNG", "rung"),
    ("ROUND", "round"),
    ("POST", "post"),
    ("PLANNED", "planned"),
    ("FIRED", "fired"),
    ("RETRACTED", "retracted"),
];

pub(super) fn show(api: &Api, answer: &Value) -> Result<()> {
    if api.format == Format::Json {
        return output::json(answer);
    }
    print::text(explained(answer))
}

fn explained(answer: &Value) -> String {
    let clocks = rows(answer, "clocks");
    let promises: Vec<Value> = clocks.iter().flat_map(promises).collect();
    let holds = rows(answer, "holds");
    let mut parts = vec![output::fields(answer, &EXPLAINED), output::table(clocks, &CLOCKS)];
    if !promises.is_empty() {
        parts.push(output::table(&promises, &NUMBERED));
    }
    if !holds.is_empty() {
        parts.push(output::table(holds, &HOLDS));
    }
    for clock in clocks {
        let (commitment, cycle) = (output::cell(clock, "commitment"), output::cell(clock, "cycle"));
        let (segments, rungs) = (rows(clock, "segments"), rows(clock, "rungs"));
        if !segments.is_empty() {
            let segments = output::table(segments, &SEGMENTS);
            parts.push(format!("The time of {commitment}\n{segments}"));
        }
        if !rungs.is_empty() {
            let rungs = output::table(rungs, &RUNGS);
            parts.push(format!("{commitment}, cycle {cycle}\n{rungs}"));
        }
    }
    parts.join("\n")
}

/// The promises of a clock, each with what was promised and in which cycle.
fn promises(clock: &Value) -> impl Iterator<Item = Value> {
    let of = |key: &str| (key.to_owned(), clock.get(key).cloned().unwrap_or_default());
    let clock_of = [of("commitment"), of("cycle")];
    rows(clock, "promises").iter().map(move |promise| {
        let mut promise = promise.as_object().cloned().unwrap_or_default();
        promise.extend(clock_of.clone());
        Value::Object(promise)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_promise_is_listed_with_why_it_moved_and_the_one_that_statistics_count() {
        let promise = |number: u32, due: &str, why: Value, reason: Value| {
            json!({ "number": number, "due": due, "provisional": false, "counted": number == 1,
                    "why": why, "reason": reason, "first_rung": number })
        };
        let answer = json!({
            "number": "2026-09-000001", "urgency": "urgent", "urgency_reason": null,
            "clocks": [{
                "commitment": "complete", "cycle": 1, "state": "running",
                "promises": [
                    promise(1, "2026-09-01T13:00:00Z", Value::Null, Value::Null),
                    promise(2, "2026-09-02T01:00:00Z", json!("extension"), json!("parts")),
                ],
                "segments": [{ "kind": "working", "from": "2026-09-01T01:00:00Z",
                               "to": "2026-09-01T02:00:00Z", "reason": null }],
                "rungs": [],
            }],
            "holds": [], "orders": [],
        });
        insta::assert_snapshot!(explained(&answer), @r"
        Case     2026-09-000001
        Urgency  urgent

        COMMITMENT  CYCLE  STATE    DUE                   STOPPED  ON TIME
        complete    1      running  2026-09-02 01:00:00Z  -        -

        COMMITMENT  CYCLE  PROMISE  DUE                   PROVISIONAL  MOVED BY   FOR    FIRST RUNG  COUNTED
        complete    1      1        2026-09-01 13:00:00Z  no           -          -      1           yes
        complete    1      2        2026-09-02 01:00:00Z  no           extension  parts  2           no

        The time of complete
        SPENT    FROM                  TO                    FOR
        working  2026-09-01 01:00:00Z  2026-09-01 02:00:00Z  -
        ");
    }
}
