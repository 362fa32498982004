//! What leaders do who were told that it is late. It is critical and due on the 1st at 21:00; a rung
//! follows each half hour.

use events::words::{Commitment, MoveCause};

use super::case::{
    Case, accept_risk, approve_extension, ask_extension, at, contained, extend, order, rungs,
    take_over,
};
use crate::{Event, Rejected};

/// Late since 21:00, and told up to this time.
fn late(until: &str) -> Case {
    let mut case = Case::promised(Commitment::Complete);
    case.is_awake_until(at(until));
    case
}

fn reason(refused: Result<Vec<Event>, Rejected>) -> &'static str {
    refused.unwrap_err().reason()
}

#[test]
fn a_leader_who_extends_at_rung_2_is_told_first_when_it_is_late_again() {
    let mut case = late("1T21:30");
    let events = case.is_told("1T21:40", &extend("chief", "2T08:00")).unwrap();
    let [Event::Armed { armed, .. }, Event::PromiseMoved(moved)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((armed.promise, armed.first_rung), (2, 2));
    assert_eq!(
        (moved.old, moved.new, moved.why),
        (at("1T21:00"), at("2T08:00"), MoveCause::Leader)
    );
    assert_eq!(
        rungs(&case.is_awake_until(at("2T08:30"))),
        ["complete 2.0 2T08:00", "complete 3.0 2T08:30"]
    );
    assert_eq!(case.timer(Commitment::Complete).first.due, at("1T21:00"), "statistics count it");
}

#[test]
fn a_leader_who_was_not_told_extends_nothing() {
    let mut case = late("1T21:00");
    assert_eq!(reason(case.is_told("1T21:10", &extend("chief", "2T08:00"))), "not-told");
    case.is_told("1T21:10", &extend("leader", "2T08:00")).unwrap();
    // The promise that holds now is not late.
    assert_eq!(reason(case.is_told("1T21:20", &extend("leader", "2T09:00"))), "not-told");
}

#[test]
fn more_time_is_later_than_now_and_not_next_year() {
    let mut case = late("1T21:30");
    for (until, refusal) in [("1T21:40", "until-not-later"), ("1T20:00", "until-not-later")] {
        assert_eq!(reason(case.is_told("1T21:40", &extend("chief", until))), refusal);
    }
    let far = extend("chief", "1T21:00");
    let crate::Command::Extend(mut far) = far else { panic!("{far:?}") };
    far.until = "2027-10-01T00:00:00Z".parse().unwrap();
    let refused = case.is_told("1T21:40", &crate::Command::Extend(far));
    assert_eq!(reason(refused), "until-too-far");
}

#[test]
fn an_order_is_on_record_and_the_ladder_runs_on() {
    let mut case = late("1T21:00");
    let before = case.state.clone();
    let events = case.is_told("1T21:10", &order("leader")).unwrap();
    assert!(matches!(&events[..], [Event::Ordered(fact)] if fact.rung == 1), "{events:?}");
    assert_eq!(case.state, before);
    assert_eq!(rungs(&case.is_awake_until(at("1T21:30"))), ["complete 2.0 1T21:30"]);
}

#[test]
fn what_a_leader_took_over_runs_on_from_the_rung_above_also_when_it_is_promised_anew() {
    let mut case = late("1T21:00");
    case.is_told("1T21:10", &take_over("leader")).unwrap();
    assert_eq!(reason(case.is_told("1T21:11", &take_over("leader"))), "taken-over");
    assert_eq!(rungs(&case.is_awake_until(at("1T21:29"))), [""; 0]);
    case.hears("1T21:29", &contained(1, 1, "1T21:20"));
    let anew = *case.timer(Commitment::Complete).promise();
    assert_eq!(anew.first_rung, 2);
    assert!(case.is_awake_until(anew.due).iter().any(|event| {
        matches!(event, Event::RungFired { fired, .. } if (fired.promise, fired.rung) == (2, 2))
    }));
}

#[test]
fn a_higher_leader_takes_over_from_a_lower_one_and_above_the_top_there_is_only_the_top() {
    let mut case = late("1T22:00");
    case.is_told("1T22:10", &take_over("leader")).unwrap();
    case.is_told("1T22:11", &take_over("head")).unwrap();
    assert_eq!(reason(case.is_told("1T22:12", &take_over("chief"))), "taken-over");
    assert_eq!(case.timer(Commitment::Complete).taken_over.unwrap().above, 3);
    assert_eq!(rungs(&case.is_awake_until(at("2T00:00"))), ["complete 3.1 2T00:00"]);
}

#[test]
fn the_ladder_rests_until_the_date_of_an_accepted_risk_and_goes_on_from_there() {
    let mut case = late("1T21:30");
    let events = case.is_told("1T21:40", &accept_risk("chief", "3T09:00")).unwrap();
    assert!(matches!(&events[..], [Event::RiskAccepted { .. }]), "{events:?}");
    assert_eq!(
        rungs(&case.is_awake_until(at("3T13:00"))),
        ["complete 3.0 3T09:00", "complete 3.1 3T11:00", "complete 3.2 3T13:00"]
    );
}

#[test]
fn at_the_top_the_rounds_go_on_after_the_date_and_none_is_made_up_for() {
    let mut case = late("2T00:00");
    case.is_told("2T00:10", &accept_risk("head", "3T09:00")).unwrap();
    assert_eq!(
        rungs(&case.is_awake_until(at("3T11:00"))),
        ["complete 3.2 3T09:00", "complete 3.3 3T11:00"]
    );
}

#[test]
fn only_the_top_two_rungs_accept_a_risk_and_only_for_longer() {
    let mut case = late("1T22:00");
    let refused = case.is_told("1T22:10", &accept_risk("leader", "3T09:00")).unwrap_err();
    assert_eq!(refused, Rejected::RungTooLow { command: "accept the risk", rung: 1 });
    case.is_told("1T22:10", &accept_risk("chief", "3T09:00")).unwrap();
    let again = case.is_told("1T22:20", &accept_risk("head", "3T08:00"));
    assert_eq!(reason(again), "until-not-later");
    case.is_told("1T22:20", &accept_risk("head", "3T10:00")).unwrap();
    assert_eq!(rungs(&case.is_awake_until(at("3T10:00"))), ["complete 3.1 3T10:00"]);
}

#[test]
fn an_accepted_risk_ends_with_the_promise_that_it_was_accepted_for() {
    let mut case = late("1T21:30");
    case.is_told("1T21:40", &accept_risk("chief", "5T09:00")).unwrap();
    case.is_told("1T21:50", &extend("chief", "2T08:00")).unwrap();
    assert_eq!(case.timer(Commitment::Complete).rest(), None);
    assert_eq!(rungs(&case.is_awake_until(at("2T08:00"))), ["complete 2.0 2T08:00"]);
}

#[test]
fn an_extension_that_is_approved_after_the_due_loses_no_rung() {
    let mut case = Case::promised(Commitment::Complete);
    case.is_told("1T20:00", &ask_extension("2T09:00")).unwrap();
    case.is_awake_until(at("1T21:30"));
    case.is_told("1T21:40", &approve_extension("head")).unwrap();
    assert_eq!(rungs(&case.is_awake_until(at("2T09:00"))), ["complete 2.0 2T09:00"]);
}
