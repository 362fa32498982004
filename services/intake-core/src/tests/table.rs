//! Every state, every fact and every command: a missing cell is seen.

use std::{collections::BTreeSet, fmt::Write};

use clock::{Ids as _, SeededIds};
use events::{
    intake::CaseUrgencyChangedV1,
    words::{
        CaseNumber, Urgency,
        Verdict::{self, NotSolved, Solved, Unreachable},
    },
};

use super::case::{Case, Step, leak, outage, question, referral};
use crate::{Accept, Disposal, Event, publish};

fn states() -> Vec<(&'static str, Vec<Step>)> {
    use Step::{Completed, Judged, Waits, Withdraw};
    let open = vec![Step::accept(leak())];
    let then = |before: &[Step], step| before.iter().cloned().chain([step]).collect::<Vec<_>>();
    let joined = then(&open, Step::Join(5, "水淹了"));
    let resolved = then(&open, Completed(1));
    let again = then(&resolved, Judged(1, NotSolved));
    let resolved_again = then(&again, Completed(2));
    let solved = then(&resolved, Judged(1, Solved));
    let solved_long_ago = then(&solved, Waits(8));
    let unreachable = then(&then(&resolved, Judged(1, Unreachable)), Waits(8));
    let asked = vec![Step::accept(question())];
    let uncalled = then(&asked, Completed(1));
    let referred = vec![Step::accept(referral())];
    let unreported = then(&referred, Completed(1));
    let reported = then(&referred, Step::Reply(None));
    let withdrawn = then(&open, Withdraw);
    let incident = vec![Step::accept(outage())];
    let mended = then(&incident, Completed(1));
    let over = then(&incident, Step::Over);
    vec![
        ("new", Vec::new()),
        ("open", open),
        ("open, joined and critical", joined),
        ("resolved", resolved),
        ("open in cycle 2", again),
        ("resolved in cycle 2", resolved_again),
        ("closed, solved", solved),
        ("closed, solved 8 days ago", solved_long_ago),
        ("closed, unreachable 8 days ago", unreachable),
        ("open, a question", asked),
        ("closed, uncalled", uncalled),
        ("open, a referral", referred),
        ("open, a referral that is reported", reported),
        ("resolved, a referral", unreported),
        ("closed, withdrawn", withdrawn),
        ("open, an incident", incident),
        ("resolved, an incident", mended),
        ("closed, an incident", over),
    ]
}

pub(super) fn duplicate(serial: u32) -> Disposal {
    let number = CaseNumber::new(2026, 9, serial).unwrap();
    Disposal::Duplicate { of: SeededIds::new(6).id(), number }
}

fn not_ours(department: &str) -> Disposal {
    Disposal::NotOurs { department: department.parse().unwrap() }
}

fn news(places: &[&'static str], expected_end: Option<&'static str>) -> Step {
    Step::News { places: places.to_vec(), expected_end, is_worded: false }
}

fn inputs() -> Vec<(String, Step)> {
    let nowhere = Accept { place: None, ..leak() };
    let commands = [
        ("accept", Step::accept(leak())),
        ("accept, no place", Step::accept(nowhere)),
        ("withdraw", Step::Withdraw),
        ("reopen", Step::Reopen),
        ("chase", Step::Chase),
        ("join", Step::Join(5, "")),
        ("join, flooded", Step::Join(5, "水淹了")),
        ("unjoin", Step::Unjoin(5)),
        ("note", Step::Note),
        ("reply", Step::Reply(None)),
        ("reply for now", Step::Reply(Some("2026-10-12T10:00:00+08:00"))),
        ("reply, next past", Step::Reply(Some("2026-09-01T08:00:00+08:00"))),
        ("reply, next at night", Step::Reply(Some("2026-10-12T03:00:00+08:00"))),
        ("reply, next in years", Step::Reply(Some("2028-10-12T10:00:00+08:00"))),
        ("close as duplicate", Step::CloseAs(duplicate(124))),
        ("close as itself", Step::CloseAs(duplicate(123))),
        ("close as not ours", Step::CloseAs(not_ours("logistics"))),
        ("close as nobody's", Step::CloseAs(not_ours("moon"))),
        ("refuse, no reason", Step::CloseAs(Disposal::Refused)),
        ("close as test", Step::CloseAs(Disposal::Test)),
        ("absorb", Step::Absorb(6, Urgency::Critical, None)),
        ("absorb, its places", Step::Absorb(6, Urgency::Critical, Some("dorm-7"))),
        ("urgency, the same", Step::Urgency(Urgency::Normal, true)),
        ("urgency, higher", Step::Urgency(Urgency::Urgent, false)),
        ("join incident", Step::Call(&[5], Some("dorm-7"), "")),
        ("join incident, no name", Step::Call(&[], None, "")),
        ("join incident, far", Step::Call(&[5], Some("east"), "")),
        ("join incident, nowhere", Step::Call(&[5], Some("moon"), "")),
        ("update incident", news(&["east"], None)),
        ("update incident, known", news(&[], None)),
        ("update incident, past", news(&["moon"], Some("2026-09-01T08:00:00+08:00"))),
        ("close incident", Step::Over),
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
        Event::Accepted { .. } | Event::Resolved(_) | Event::NoteLeft(_) => subject(),
        Event::Closed { closed, .. } => format!("{} {}", subject(), closed.end),
        Event::Reopened { reopened, .. } => {
            format!("{} {} {}", subject(), reopened.cycle, reopened.cause)
        }
        Event::Replied(replied) => {
            let until = replied.next.as_ref().map_or("", |_| ", and promised the next");
            format!("{}{until}", subject())
        }
        Event::Chased(chased) => format!("{} {}", subject(), chased.chases),
        Event::Joined(joined) => format!("{} as {}", subject(), joined.reporters.len()),
        Event::Unjoined(unjoined) => format!("{} to {}", subject(), unjoined.reporters.len()),
        Event::UrgencyChanged { changed, .. } => {
            let CaseUrgencyChangedV1 { before, urgency, cause, .. } = changed;
            format!("{} {before} to {urgency}, {cause}", subject())
        }
        Event::Absorbed { number } => format!("(absorbed {number})"),
        Event::Called { .. } => "(called)".to_owned(),
        Event::IncidentUpdated(updated) => {
            format!("{} at {} places", subject(), updated.incident.places.len())
        }
        Event::Noted { reason, .. } => {
            format!("noted {}", serde_json::to_value(reason).unwrap().as_str().unwrap())
        }
    }
}
