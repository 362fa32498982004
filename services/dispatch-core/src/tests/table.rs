//! Every state, every fact and every command: a missing cell is seen.

use std::{collections::BTreeSet, fmt::Write};

use clock::{Ids, SeededIds};
use events::words::{End, Urgency};

use jiff::SignedDuration;

use super::case::{
    Case, Move, Step, Verb, Who, accepted, closed, danger, joined, reopened, rung_fired, rung_told,
    urgency_changed,
};
use crate::{Event, publish};

const PLUMBING: &str = "logistics/plumbing";
const CARETAKERS: &str = "housing/caretakers";

fn states() -> Vec<(&'static str, Vec<Step>)> {
    use Verb::{Arrive, Ask, Assign, Claim, Complete, Contain, Hold};
    let wang = |verb| Step::Asks(Who::Wang, verb);
    let then = |before: &[Step], step| before.iter().cloned().chain([step]).collect::<Vec<_>>();
    let offered = vec![accepted("dorm-7")];
    let claimed = then(&offered, wang(Claim));
    let assigned = then(&offered, wang(Assign));
    let in_progress = then(&claimed, wang(Arrive));
    let critical = vec![danger(), wang(Claim), wang(Arrive)];
    let contained = then(&critical, wang(Contain));
    let asked = then(&claimed, wang(Ask));
    let done = then(&in_progress, wang(Complete));
    let transferred = then(&offered, Step::Moves(Move::Transfer(PLUMBING)));
    let returned = then(&transferred, Step::Moves(Move::Return));
    let disputed = then(&returned, Step::Moves(Move::Transfer(PLUMBING)));
    let adjudicated = then(&disputed, Step::Moves(Move::Adjudicate(CARETAKERS)));
    let split = then(&claimed, Step::Moves(Move::Split(PLUMBING)));
    let merged = then(&split, Step::Moves(Move::Merge));
    let li = |verb| Step::Asks(Who::Li, verb);
    let part_done = then(&then(&split, li(Claim)), li(Complete));
    let split_final = then(&adjudicated, Step::Moves(Move::Split(PLUMBING)));
    let again = then(&done, reopened(2));
    let withdrawn = then(&claimed, closed(1, End::Withdrawn));
    let solved = then(&done, closed(1, End::Solved));
    vec![
        ("new", Vec::new()),
        ("working, offered to the caretakers", offered),
        ("working, claimed by Wang", claimed.clone()),
        ("working, assigned to Wang", assigned),
        ("working, Wang in progress", in_progress),
        ("working, critical, Wang in progress", critical),
        ("working, contained by Wang", contained.clone()),
        ("working, claimed by Wang, on hold", then(&claimed, wang(Hold))),
        ("working, contained by Wang, on hold", then(&contained, wang(Hold))),
        ("working, claimed by Wang, the desk asked", asked.clone()),
        (
            "working, claimed by Wang, the desk asked and answered",
            then(&asked, Step::Moves(Move::Answer)),
        ),
        ("done by Wang, the desk asked", then(&asked, wang(Complete))),
        ("working, transferred to the plumbers", transferred),
        ("working, returned to the caretakers", returned),
        ("working, disputed", disputed),
        ("working, adjudicated to the caretakers", adjudicated),
        ("working, claimed by Wang, a part with the plumbers", split),
        ("working, claimed by Wang, the plumbers' part merged", merged),
        ("working, claimed by Wang, the plumbers' part done", part_done),
        ("working, adjudicated to the caretakers, a part with the plumbers", split_final),
        ("done by Wang", done),
        ("working in cycle 2, offered to the plumbers", again),
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
        ("urgency(1) normal", urgency_changed(1, Urgency::Normal)),
        ("urgency(1) critical", urgency_changed(1, Urgency::Critical)),
        ("urgency(2) critical", urgency_changed(2, Urgency::Critical)),
        ("joined", joined(&[SeededIds::new(8).id()])),
        ("closed(1)", closed(1, End::Withdrawn)),
        ("rung fired", rung_fired("logistics/head")),
        ("rung told", rung_told("logistics/head")),
        ("pause granted", Step::Pauses),
        ("pause refused", Step::PausesNot),
        ("wakes in 3 hours", Step::Wakes(SignedDuration::from_hours(3))),
    ];
    let moves = [
        ("transfer to the plumbers", Move::Transfer(PLUMBING)),
        ("transfer to the caretakers", Move::Transfer(CARETAKERS)),
        ("return", Move::Return),
        ("reassign to the plumbers", Move::Reassign(PLUMBING)),
        ("reassign to the caretakers", Move::Reassign(CARETAKERS)),
        ("split to the plumbers", Move::Split(PLUMBING)),
        ("split to the caretakers", Move::Split(CARETAKERS)),
        ("merge into the one before", Move::Merge),
        ("merge the one before", Move::MergeBefore),
        ("merge into itself", Move::MergeIntoItself),
        ("adjudicate to the plumbers", Move::Adjudicate(PLUMBING)),
        ("ask the department", Move::AskDepartment),
        ("answer", Move::Answer),
    ];
    let asks = |who| Verb::ALL.map(|verb| (format!("{who:?}: {verb:?}"), Step::Asks(who, verb)));
    let facts = facts.map(|(name, step)| (name.to_owned(), step));
    let moves = moves.map(|(name, to)| (name.to_owned(), Step::Moves(to)));
    facts.into_iter().chain(asks(Who::Wang)).chain(asks(Who::Li)).chain(moves).collect()
}

#[test]
fn every_state_answers_every_fact_and_every_command() {
    let (mut table, mut refusals) = (String::new(), BTreeSet::new());
    for (name, steps) in states() {
        writeln!(table, "{name}").unwrap();
        for (input, step) in inputs() {
            let mut case = Case::after(&steps);
            let before = words(&case);
            let answer = match case.step(&step) {
                Ok(events) if events.is_empty() => "nothing".to_owned(),
                Ok(events) => events.iter().map(told).collect::<Vec<_>>().join(", "),
                Err(rejected) => {
                    refusals.insert(rejected.to_string());
                    format!("rejected {}", rejected.reason())
                }
            };
            let after = words(&case);
            let moved = if after == before { String::new() } else { format!(" -> {after}") };
            writeln!(table, "  {input:<26} {answer}{moved}").unwrap();
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

/// How far the case is, and its newest work order.
fn words(case: &Case) -> String {
    let order = case.state.work().and_then(|work| work.orders.last());
    let order = order.map_or("", |order| order.status.word());
    format!("{} {order}", case.state.word()).trim_end().to_owned()
}
