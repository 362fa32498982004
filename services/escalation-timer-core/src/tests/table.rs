//! Every state, every fact, every command and the hour: a missing cell is seen.

use std::fmt::Write;

use events::words::{Asked, Commitment, End, HoldReason, Urgency};

use super::case::{
    Case, accept_risk, accepted, answered, approve_extension, approve_pause, arrived,
    ask_extension, ask_pause, asked, assigned, at, attempted, claimed, closed, completed,
    contained, disputed, done, extend, held, judged, merged, offered, order, refuse_extension,
    refuse_pause, released, reopened, replied, reported, resumed, take_over, urgency_changed,
};
use crate::{Command, Event, Fact};

fn accept() -> Fact {
    let promised = [Commitment::Arrive, Commitment::Contain, Commitment::Complete];
    accepted(Urgency::Critical, &promised, "1T09:00")
}

/// What was critical has this urgency at 11.
fn urgency(cycle: u16, to: Urgency) -> Fact {
    let promised = [Commitment::Arrive, Commitment::Complete];
    urgency_changed(cycle, [Urgency::Critical, to], &promised, ["1T09:00", "1T11:00"])
}

fn states() -> Vec<(&'static str, Case)> {
    let after = |facts: &[Fact]| {
        let mut case = Case::new();
        for fact in facts {
            case.hears("1T09:00", fact);
        }
        case
    };
    let offer = || offered(1, 1, "1T09:01");
    let complete = || completed(1, "1T09:20");
    let part = || offered(2, 1, "1T09:04");
    let mut late = after(&[accept(), offer()]);
    late.is_awake_until(at("1T09:30"));
    let waiting = |reason| after(&[accept(), offer(), held(1, reason, "1T09:08")]);
    let mut extending = after(&[accept()]);
    extending.is_told("1T09:10", &ask_extension("2T09:00")).unwrap();
    let mut overdue = after(&[accept()]);
    overdue.is_awake_until(at("1T22:30"));
    vec![
        ("new", after(&[])),
        ("watching, accepted", after(&[accept()])),
        ("watching, offered", after(&[accept(), offer()])),
        ("watching, claimed", after(&[accept(), offer(), claimed(1, 1, "1T09:05")])),
        (
            "watching, claimed, a part offered",
            after(&[accept(), offer(), claimed(1, 1, "1T09:03"), part()]),
        ),
        ("watching, disputed", after(&[accept(), offer(), disputed(1, 1, "1T09:07")])),
        ("watching, contained", after(&[accept(), contained(1, 1, "1T09:15")])),
        ("watching, late to accept and to arrive", late),
        ("watching, an extension asked for", extending),
        ("watching, overdue and told to the top", overdue),
        ("watching, the desk is asked", after(&[accept(), asked(1, Asked::Desk, "1T09:06")])),
        ("watching, on hold for parts", waiting(HoldReason::Parts)),
        ("watching, a pause asked for", waiting(HoldReason::RequesterAnswer)),
        ("watching, a pause with evidence asked for", waiting(HoldReason::OutsideAuthority)),
        ("watching, paused", waiting(HoldReason::NoAccess)),
        (
            "watching, another answer promised",
            after(&[accept(), reported(1, "1T09:10", Some("1T12:00"))]),
        ),
        (
            "watching, completed before that answer",
            after(&[accept(), reported(1, "1T09:10", Some("1T12:00")), complete()]),
        ),
        ("watching, completed", after(&[accept(), offer(), complete()])),
        ("watching, called back", after(&[accept(), complete(), attempted(1, "1T10:00")])),
        ("watching, reopened", after(&[accept(), complete(), reopened(2, "1T10:00")])),
        ("ended, withdrawn", after(&[accept(), closed(1, End::Withdrawn, "1T09:10")])),
        ("ended, solved", after(&[accept(), complete(), closed(1, End::Solved, "1T10:00")])),
    ]
}

fn facts() -> Vec<(&'static str, Fact)> {
    vec![
        ("accepted", accept()),
        ("reopened(1)", reopened(1, "1T11:00")),
        ("reopened(2)", reopened(2, "1T11:00")),
        ("reopened(3)", reopened(3, "1T11:00")),
        ("urgency(1) the same", urgency(1, Urgency::Critical)),
        ("urgency(1) normal", urgency(1, Urgency::Normal)),
        ("urgency(2) normal", urgency(2, Urgency::Normal)),
        ("reported(1)", reported(1, "1T11:00", None)),
        ("reported(1) for now", reported(1, "1T11:00", Some("1T15:00"))),
        ("reported(1) again", reported(1, "1T09:10", Some("1T12:00"))),
        ("reported(2)", reported(2, "1T11:00", Some("1T15:00"))),
        ("closed(1)", closed(1, End::Solved, "1T11:00")),
        ("closed(2)", closed(2, End::Solved, "1T11:00")),
        ("offered(1) first", offered(1, 1, "1T09:01")),
        ("offered(1) second", offered(2, 1, "1T09:01")),
        ("offered(1) first anew", offered(11, 1, "1T11:00")),
        ("offered(2)", offered(3, 2, "1T11:00")),
        ("claimed first", claimed(1, 1, "1T11:00")),
        ("claimed second", claimed(2, 1, "1T11:00")),
        ("assigned first", assigned(1, 1, "1T11:00")),
        ("released first", released(1, 1, "1T11:00")),
        ("disputed(1) first", disputed(1, 1, "1T11:00")),
        ("disputed(2) third", disputed(3, 2, "1T11:00")),
        ("arrived(1)", arrived(1, 1, "1T11:00")),
        ("contained(1)", contained(1, 1, "1T11:00")),
        ("contained(2)", contained(3, 2, "1T11:00")),
        ("held for parts", held(1, HoldReason::Parts, "1T10:50")),
        ("held without access", held(1, HoldReason::NoAccess, "1T10:50")),
        ("held for an answer", held(1, HoldReason::RequesterAnswer, "1T10:50")),
        ("resumed first", resumed(1, "1T11:00")),
        ("asked the desk", asked(1, Asked::Desk, "1T10:50")),
        ("asked the department", asked(2, Asked::Department, "1T10:50")),
        ("asked the requester", asked(3, Asked::Requester, "1T10:50")),
        ("replied first", replied(1, "1T11:00")),
        ("done first", done(1, 1, "1T11:00")),
        ("merged first", merged([1, 2], 1, "1T11:00")),
        ("merged second", merged([2, 1], 1, "1T11:00")),
        ("completed(1)", completed(1, "1T11:00")),
        ("completed(1) early", completed(1, "1T09:10")),
        ("completed(2)", completed(2, "1T11:00")),
        ("attempted(1)", attempted(1, "1T11:00")),
        ("answered(1)", answered(1, "1T11:00")),
        ("judged(1)", judged(1, "1T11:00")),
    ]
}

fn commands() -> Vec<(&'static str, Command)> {
    vec![
        ("ask extension", ask_extension("2T09:00")),
        ("approve extension", approve_extension("head")),
        ("refuse extension", refuse_extension("head")),
        ("refuse as chief", refuse_extension("chief")),
        ("ask pause", ask_pause(false)),
        ("ask with evidence", ask_pause(true)),
        ("approve pause", approve_pause("head")),
        ("refuse pause", refuse_pause("head")),
        ("refuse as chief", refuse_pause("chief")),
        ("extend as chief", extend("chief", "2T09:00")),
        ("take over as chief", take_over("chief")),
        ("order as chief", order("chief")),
        ("accept as leader", accept_risk("leader", "2T09:00")),
        ("accept as head", accept_risk("head", "2T09:00")),
    ]
}

#[test]
fn every_state_answers_every_fact_every_command_and_the_hour() {
    let mut table = String::new();
    for index in 0..states().len() {
        let (name, mut case) = states().swap_remove(index);
        writeln!(table, "{name}").unwrap();
        let woken = case.wakes("1T09:30");
        writeln!(table, "  {:<22} {}", "wakes at 09:30", told(&woken)).unwrap();
        for (input, fact) in facts() {
            let (_, mut case) = states().swap_remove(index);
            let before = case.state.word();
            let answer = told(&case.hears("1T11:00", &fact));
            let after = case.state.word();
            let moved = if after == before { String::new() } else { format!(" -> {after}") };
            writeln!(table, "  {input:<22} {answer}{moved}").unwrap();
        }
        for (input, command) in commands() {
            let (_, mut case) = states().swap_remove(index);
            let answer = match case.is_told("1T11:00", &command) {
                Ok(events) => told(&events),
                Err(rejected) => format!("refused {}", rejected.reason()),
            };
            writeln!(table, "  {input:<22} {answer}").unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

fn told(events: &[Event]) -> String {
    let all: Vec<_> = events.iter().map(word).collect();
    if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
}

/// What happened; what nobody else hears is in brackets.
fn word(event: &Event) -> String {
    match event {
        Event::Armed { armed, .. } if armed.promise == 1 => {
            format!("armed {} from rung {}", armed.commitment, armed.first_rung)
        }
        Event::Armed { armed, .. } => {
            let (commitment, number, rung) = (armed.commitment, armed.promise, armed.first_rung);
            format!("promised {commitment} for time {number} from rung {rung}")
        }
        Event::RungFired { fired, .. } => {
            format!("fired {} {}.{}", fired.commitment, fired.rung, fired.round)
        }
        Event::RungRetracted(fact) => {
            format!("retracted {} {}.{}", fact.commitment, fact.rung, fact.round)
        }
        Event::RungTold(fact) => format!("told rung {}", fact.rung),
        Event::Stopped(fact) => match fact.on_time {
            Some(true) => format!("stopped {} on time", fact.commitment),
            Some(false) => format!("stopped {} late", fact.commitment),
            None => format!("dropped {}", fact.commitment),
        },
        Event::UrgencyChanged { urgency, .. } => format!("({urgency})"),
        Event::PromiseMoved(fact) => format!("moved {} by {}", fact.commitment, fact.why),
        Event::Counted { calendars } => format!("(counted by {calendars})"),
        Event::Confirmed { .. } => "(confirmed)".to_owned(),
        Event::PausesCarried(_) => "(pauses carried)".to_owned(),
        Event::ExtensionAsked(fact) => format!("asked {}", fact.approver),
        Event::ExtensionRefused(_) => "refused the extension".to_owned(),
        Event::Held(hold) => format!("(held for {})", hold.reason),
        Event::HoldEnded { .. } => "(held no more)".to_owned(),
        Event::PauseAsked(fact) => format!("asked {} for a pause", fact.approver),
        Event::EvidenceGiven { .. } => "(evidence given)".to_owned(),
        Event::PauseGranted { rested, .. } => format!("paused {} clocks", rested.len()),
        Event::PauseRefused(fact) => format!("refused the pause: {}", fact.cause),
        Event::Ordered(fact) => format!("ordered by rung {}", fact.rung),
        Event::TakenOver { taken, above } => {
            format!("taken over by rung {}, on from {above}", taken.rung)
        }
        Event::RiskAccepted { accepted, .. } => format!("accepted by rung {}", accepted.rung),
        Event::Watched(watched) => format!("(watched cycle {})", watched.cycle),
        Event::Rested { .. } => "(rested)".to_owned(),
        Event::WarningPlanned { .. } => "(warning planned)".to_owned(),
        Event::AtRisk(fact) => format!("at risk {}", fact.commitment),
        Event::Ended { .. } => "(ended)".to_owned(),
        Event::Noted { reason, .. } => {
            format!("noted {}", serde_json::to_value(reason).unwrap().as_str().unwrap())
        }
    }
}
