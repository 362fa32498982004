//! Every state, every fact and every command: a missing cell is seen.

use std::{collections::BTreeSet, fmt::Write};

use events::words::End;

use super::case::{
    Case, Reporter, Step, Who, accepted, at, calling, calling_and, closed, in_vain, joined,
    reopened, resolved, resolved_for, unjoined,
};
use crate::{Event, publish};

const DESK: Who = Who::Zhao;
const WORKER: Who = Who::Wang;

fn states() -> Vec<(&'static str, Vec<Step>)> {
    let uncalled = [accepted("water-hours"), resolved_for("water-hours", 1)];
    let ended = closed(1, End::Uncalled);
    let not_solved = calling_and(&[Step::Answers(DESK, 1, false)]);
    let again = [&not_solved[..], &[reopened(2)]].concat();
    let calling_again = [&again[..], &[resolved(2)]].concat();
    let twice: Vec<_> = in_vain().into_iter().take(4).collect();
    vec![
        ("new", Vec::new()),
        ("idle", vec![accepted("water-leak")]),
        ("calling", calling()),
        ("calling, tried twice today", calling_and(&twice)),
        ("judged solved", calling_and(&[Step::Answers(DESK, 1, true)])),
        ("judged not solved", not_solved),
        ("judged unreachable", calling_and(&in_vain())),
        ("idle in cycle 2", again),
        ("calling in cycle 2", calling_again),
        ("ended, withdrawn while calling", calling_and(&[closed(1, End::Test)])),
        ("ended, uncalled", uncalled.into_iter().chain([ended]).collect()),
    ]
}

/// What comes, and at what time if not at once.
fn inputs() -> Vec<(&'static str, Option<&'static str>, Step)> {
    let night = Some("2026-09-03T23:00:00+08:00");
    let attempt = Step::Attempts(Who::Zhao, 1);
    vec![
        ("accepted", None, accepted("water-leak")),
        ("resolved(1)", None, resolved(1)),
        ("resolved(1), uncalled", None, resolved_for("water-hours", 1)),
        ("resolved(2)", None, resolved(2)),
        ("reopened(1)", None, reopened(1)),
        ("reopened(2)", None, reopened(2)),
        ("reopened(3)", None, reopened(3)),
        ("closed(1)", None, closed(1, End::Solved)),
        ("closed(2)", None, closed(2, End::Solved)),
        ("unjoined", None, unjoined()),
        ("joined", None, joined()),
        ("attempt at 1", None, attempt.clone()),
        ("attempt at 1 by night", night, attempt),
        ("attempt at 1 by worker", None, Step::Attempts(Who::Wang, 1)),
        ("solved(1) to desk", None, Step::Answers(DESK, 1, true)),
        ("solved(1) to worker", None, Step::Answers(WORKER, 1, true)),
        ("solved(1) by link", None, Step::Links(Reporter::First, 1, true)),
        ("not solved(1) to desk", None, Step::Answers(DESK, 1, false)),
        ("not solved(1) by link", None, Step::Links(Reporter::First, 1, false)),
        ("solved(1) by co-reporter", None, Step::Links(Reporter::Second, 1, true)),
        ("not solved(1) by co-r.", None, Step::Links(Reporter::Second, 1, false)),
    ]
}

#[test]
fn every_state_answers_every_fact_and_every_command() {
    let (mut table, mut refusals) = (String::new(), BTreeSet::new());
    for (name, steps) in states() {
        writeln!(table, "{name}").unwrap();
        for (input, time, step) in inputs() {
            let mut case = Case::after(&steps);
            if let Some(time) = time {
                case.step(&Step::Until(at(time))).unwrap();
            }
            let before = case.state.word();
            let answer = match case.step(&step) {
                Ok(events) => events.iter().map(told).collect::<Vec<_>>().join(", "),
                Err(rejected) => {
                    refusals.insert(rejected.to_string());
                    format!("rejected {}", rejected.reason())
                }
            };
            let after = case.state.word();
            let moved = if after == before { String::new() } else { format!(" -> {after}") };
            writeln!(table, "  {input:<23} {answer}{moved}").unwrap();
        }
    }
    for refusal in refusals {
        writeln!(table, "{refusal}").unwrap();
    }
    insta::assert_snapshot!(table);
}

/// What others hear by its subject, all else in brackets by its own word.
fn told(event: &Event) -> String {
    match event {
        Event::Opened { .. }
        | Event::Attempted { .. }
        | Event::Answered { .. }
        | Event::Withdrawn(_) => publish(event).unwrap().subject(),
        Event::Judged(judged) => {
            format!("{} {}", publish(event).unwrap().subject(), judged.verdict)
        }
        Event::Followed { cycle, .. } => format!("(followed in {cycle})"),
        Event::Unjoined { .. } => "(unjoined)".to_owned(),
        Event::Rejoined { .. } => "(rejoined)".to_owned(),
        Event::Ended { end, .. } => format!("(ended, {end})"),
        Event::Noted { reason, .. } => {
            format!("noted {}", serde_json::to_value(reason).unwrap().as_str().unwrap())
        }
    }
}
