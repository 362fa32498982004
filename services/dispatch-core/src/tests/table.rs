//! Every state, every fact and every command: a missing cell is seen.

use std::{collections::BTreeSet, fmt::Write};

use events::words::End;

use super::case::{Case, Step, Verb, Who, accepted, closed, reopened, rung_fired, rung_told};
use crate::{Event, publish};

fn states() -> Vec<(&'static str, Vec<Step>)> {
    use Verb::{Arrive, Claim, Complete};
    let offered = vec![accepted("dorm-7")];
    let then = |before: &[Step], step| before.iter().cloned().chain([step]).collect::<Vec<_>>();
    let claimed = then(&offered, Step::Asks(Who::Wang, Claim));
    let in_progress = then(&claimed, Step::Asks(Who::Wang, Arrive));
    let done = then(&in_progress, Step::Asks(Who::Wang, Complete));
    let again = then(&done, reopened(2));
    let withdrawn = then(&claimed, closed(1, End::Withdrawn));
    let solved = then(&done, closed(1, End::Solved));
    vec![
        ("new", Vec::new()),
        ("working, offered", offered),
        ("working, claimed by Wang", claimed),
        ("working, Wang in progress", in_progress),
        ("done by Wang", done),
        ("working in cycle 2, offered", again),
        ("ended, withdrawn after Wang claimed", withdrawn),
        ("ended, solved by Wang", solved),
    ]
}

fn inputs() -> Vec<(String, Step)> {
    let facts = [
        ("accepted", accepted("dorm-7")),
        ("reopened(1)", reopened(1)),
        ("reopened(2)", reopened(2)),
        ("reopened(3)", reopened(3)),
        ("closed(1)", closed(1, End::Withdrawn)),
        ("rung fired", rung_fired("logistics/head")),
        ("rung told", rung_told("logistics/head")),
    ];
    let asks = |who| Verb::ALL.map(|verb| (format!("{who:?}: {verb:?}"), Step::Asks(who, verb)));
    let facts = facts.map(|(name, step)| (name.to_owned(), step));
    facts.into_iter().chain(asks(Who::Wang)).chain(asks(Who::Li)).collect()
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
            writeln!(table, "  {input:<15} {answer}{moved}").unwrap();
        }
    }
    for refusal in refusals {
        writeln!(table, "{refusal}").unwrap();
    }
    insta::assert_snapshot!(table);
}

/// What others hear by its subject, all else in brackets by its own word.
fn told(event: &Event) -> String {
    if let Event::Noted { reason, .. } = event {
        return format!("noted {}", serde_json::to_value(reason).unwrap().as_str().unwrap());
    }
    let word = || {
        serde_json::to_value(event)
            .unwrap()
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<String>()
    };
    publish(event).map_or_else(|| format!("({})", word()), |fact| fact.subject())
}
