//! Every state, every fact and every command: a missing cell is seen.

use std::{collections::BTreeSet, fmt::Write};

use events::words::Verdict::{self, NotSolved, Solved, Unreachable};

use super::case::{Case, Step, leak, question};
use crate::{Accept, Event, publish};

fn states() -> Vec<(&'static str, Vec<Step>)> {
    use Step::{Completed, Judged, Waits, Withdraw};
    let open = vec![Step::accept(leak())];
    let then = |before: &[Step], step| before.iter().cloned().chain([step]).collect::<Vec<_>>();
    let resolved = then(&open, Completed(1));
    let again = then(&resolved, Judged(1, NotSolved));
    let resolved_again = then(&again, Completed(2));
    let solved = then(&resolved, Judged(1, Solved));
    let solved_long_ago = then(&solved, Waits(8));
    let unreachable = then(&then(&resolved, Judged(1, Unreachable)), Waits(8));
    let uncalled = vec![Step::accept(question()), Completed(1)];
    let withdrawn = then(&open, Withdraw);
    vec![
        ("new", Vec::new()),
        ("open", open),
        ("resolved", resolved),
        ("open in cycle 2", again),
        ("resolved in cycle 2", resolved_again),
        ("closed, solved", solved),
        ("closed, solved 8 days ago", solved_long_ago),
        ("closed, unreachable 8 days ago", unreachable),
        ("closed, uncalled", uncalled),
        ("closed, withdrawn", withdrawn),
    ]
}

fn inputs() -> Vec<(String, Step)> {
    let nowhere = Accept { place: None, ..leak() };
    let commands = [
        ("accept", Step::accept(leak())),
        ("accept, no place", Step::accept(nowhere)),
        ("withdraw", Step::Withdraw),
        ("reopen", Step::Reopen),
    ];
    let commands = commands.map(|(name, step)| (name.to_owned(), step));
    let completed = [1, 2].map(|cycle| (format!("completed({cycle})"), Step::Completed(cycle)));
    let of_cycle = |cycle| Verdict::ALL.iter().map(move |verdict| (cycle, *verdict));
    let judged = [1, 2].into_iter().flat_map(of_cycle).map(|(cycle, verdict)| {
        (format!("judged({cycle}, {verdict})"), Step::Judged(cycle, verdict))
    });
    commands.into_iter().chain(completed).chain(judged).collect()
}

#[test]
fn every_state_answers_every_fact_and_every_command() {
    let (mut table, mut refusals) = (String::new(), BTreeSet::new());
    for (name, steps) in states() {
        writeln!(table, "{name}").unwrap();
        for (input, step) in inputs() {
            let mut case = Case::after(&steps);
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
            writeln!(table, "  {input:<22} {answer}{moved}").unwrap();
        }
    }
    for refusal in refusals {
        writeln!(table, "{refusal}").unwrap();
    }
    insta::assert_snapshot!(table);
}

/// What others hear by its subject, with what matters most of it.
fn told(event: &Event) -> String {
    let subject = || publish(event).unwrap().subject();
    match event {
        Event::Accepted { .. } | Event::Resolved(_) => subject(),
        Event::Closed { closed, .. } => format!("{} {}", subject(), closed.end),
        Event::Reopened { reopened, .. } => {
            format!("{} {} {}", subject(), reopened.cycle, reopened.cause)
        }
        Event::Noted { reason, .. } => {
            format!("noted {}", serde_json::to_value(reason).unwrap().as_str().unwrap())
        }
    }
}
