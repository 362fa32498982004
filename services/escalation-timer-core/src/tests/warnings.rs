//! Who has the work hears that little time is left, while there is some.

use events::words::{Commitment, HoldReason, Urgency};

use super::case::{
    Case, accepted, approve_extension, arrived, ask_extension, at, completed, held, offered,
    resumed, urgency_changed,
};
use crate::{Event, next_at};

/// What was said to be at risk, and the local times at which that was planned.
fn warnings(case: &Case) -> Vec<String> {
    let zone = calendar::zone("Asia/Shanghai").unwrap();
    let said = case
        .log
        .iter()
        .filter_map(|event| if let Event::AtRisk(risk) = event { Some(risk) } else { None });
    said.map(|risk| {
        let planned = risk.planned.to_zoned(zone.clone()).strftime("%-dT%H:%M");
        format!("{} {} {planned}", risk.commitment, risk.promise)
    })
    .collect()
}

#[test]
fn three_quarters_of_the_time_are_counted_as_the_promise_counts() {
    let whole = [
        // Thirty minutes, and twelve hours, around the clock.
        (Urgency::Critical, ["arrive 1 1T09:22", "complete 1 1T18:00"]),
        // Two hours, and sixteen of which the last two are tomorrow's, from 07:00 to 23:00.
        (Urgency::Urgent, ["arrive 1 1T10:30", "complete 1 1T21:00"]),
    ];
    for (urgency, planned) in whole {
        let mut case = Case::new();
        let both = [Commitment::Arrive, Commitment::Complete];
        case.hears("1T09:00", &accepted(urgency, &both, "1T09:00"));
        case.is_awake_until(at("2T23:00"));
        assert_eq!(warnings(&case), planned);
    }
}

#[test]
fn no_night_and_no_day_of_rest_brings_a_warning_nearer() {
    let mut case = Case::new();
    // From Friday to the close of Wednesday there are 6 hours and three times 7, of which 20 and a
    // quarter have passed on Wednesday morning.
    case.hears("4T09:00", &accepted(Urgency::Normal, &[Commitment::Complete], "4T09:00"));
    case.is_awake_until(at("9T23:00"));
    assert_eq!(warnings(&case), ["complete 1 9T08:15"]);
}

#[test]
fn what_is_done_by_then_is_at_no_risk() {
    let mut case = Case::promised(Commitment::Arrive);
    case.hears("1T09:20", &arrived(1, 1, "1T09:20"));
    case.is_awake_until(at("1T20:00"));
    assert!(warnings(&case).is_empty());
}

#[test]
fn who_wakes_after_the_due_says_that_it_is_late_and_not_that_it_is_at_risk() {
    let mut case = Case::promised(Commitment::Complete);
    case.wakes("1T21:00");
    assert!(warnings(&case).is_empty());
    assert_eq!(case.standing().len(), 1);
    let mut case = Case::promised(Commitment::Complete);
    case.wakes("1T20:59");
    assert_eq!(warnings(&case), ["complete 1 1T18:00"]);
}

#[test]
fn an_offer_that_nobody_has_taken_is_at_nobodys_risk() {
    let mut case = Case::promised(Commitment::Complete);
    case.hears("1T09:00", &offered(1, 1, "1T09:00"));
    case.is_awake_until(at("1T10:00"));
    assert!(warnings(&case).is_empty());
}

#[test]
fn what_a_pause_moves_is_warned_of_later_and_only_once() {
    let mut case = Case::promised(Commitment::Complete);
    case.hears("1T15:00", &held(1, HoldReason::NoAccess, "1T15:00"));
    case.hears("1T18:00", &resumed(1, "1T18:00"));
    // Three hours rested: nine of the twelve have passed at 21:00.
    assert_eq!(next_at(&case.state), Some(at("1T21:00")));
    case.is_awake_until(at("1T23:00"));
    case.hears("1T23:00", &held(1, HoldReason::NoAccess, "1T23:00"));
    case.hears("1T23:30", &resumed(1, "1T23:30"));
    case.is_awake_until(at("2T00:29"));
    assert_eq!(warnings(&case), ["complete 1 1T21:00"]);
}

#[test]
fn each_promise_has_a_warning_of_its_own() {
    let mut case = Case::promised(Commitment::Complete);
    case.is_awake_until(at("1T20:00"));
    case.is_told("1T20:00", &ask_extension("2T08:00")).unwrap();
    case.is_told("1T20:00", &approve_extension("head")).unwrap();
    case.is_awake_until(at("2T07:00"));
    let said = warnings(&case);
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[1].starts_with("complete 2 "), "{said:?}");
}

#[test]
fn more_haste_brings_the_warning_forward() {
    let mut case = Case::new();
    case.hears("1T09:00", &accepted(Urgency::Urgent, &[Commitment::Complete], "1T09:00"));
    let to_critical = [Urgency::Urgent, Urgency::Critical];
    let times = ["1T10:00", "1T10:00"];
    case.hears("1T10:00", &urgency_changed(1, to_critical, &[Commitment::Complete], times));
    case.is_awake_until(at("1T21:59"));
    assert_eq!(warnings(&case), ["complete 2 1T19:00"]);
    case.hears("1T22:00", &completed(1, "1T21:59"));
    assert!(case.standing().is_empty());
}
