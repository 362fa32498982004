//! A case that gets another urgency, and its clocks.

use events::words::{
    Commitment::{Accept, Arrive, CallBack, Complete, Contain},
    Urgency::{Critical, Normal, Urgent},
};
use jiff::SignedDuration;

use super::case::{
    Case, accepted, arrived, at, claimed, completed, contained, offered, rungs, urgency_changed,
};
use crate::{Event, Run};

/// Raised on the 2nd at 09:00.
fn raised(promised: &[events::words::Commitment]) -> crate::Fact {
    urgency_changed(1, [Normal, Critical], promised, ["2T09:00", "2T09:00"])
}

fn normal() -> Case {
    let mut case = Case::new();
    case.hears("1T09:00", &accepted(Normal, &[Complete, Arrive], "1T09:00"));
    case
}

#[test]
fn more_haste_is_the_next_promise_of_each_running_clock_and_statistics_keep_the_first() {
    let mut case = normal();
    case.hears("1T09:01", &offered(1, 1, "1T09:01"));
    let first = case.timer(Complete).first.due;
    case.hears("2T09:00", &raised(&[Complete, Arrive, Contain]));
    let complete = case.timer(Complete);
    assert_eq!((complete.first.due, complete.first.number), (first, 1));
    assert_eq!((complete.promise().number, complete.promise().due), (2, at("2T21:00")));
    assert_eq!(case.timer(Arrive).promise().due, at("2T09:30"));
    let contain = case.timer(Contain);
    assert_eq!((contain.promise().number, contain.promise().due), (1, at("2T11:00")));
    assert_eq!(case.timer(Accept).promise().number, 2, "an offer is hurried too");
}

#[test]
fn what_was_done_before_is_not_begun_again() {
    let mut case = normal();
    case.hears("1T09:01", &offered(1, 1, "1T09:01"));
    case.hears("1T09:02", &claimed(1, 1, "1T09:02"));
    case.hears("1T10:00", &arrived(1, 1, "1T10:00"));
    case.hears("2T09:00", &raised(&[Complete, Arrive, Contain]));
    for done in [Arrive, Accept] {
        assert!(matches!(case.timer(done).run, Run::Stopped { .. }), "{done}");
        assert!(case.timer(done).later.is_empty(), "{done}");
    }
    let mut case = normal();
    case.hears("1T11:00", &completed(1, "1T11:00"));
    let before = case.timer(CallBack).clone();
    let events = case.hears("2T09:00", &raised(&[Complete, Arrive, Contain]));
    assert!(matches!(&events[..], [Event::UrgencyChanged { .. }]), "{events:?}");
    assert_eq!(*case.timer(CallBack), before);
}

#[test]
fn a_ladder_climbs_at_the_pace_of_the_new_urgency_from_the_new_due() {
    let mut case = normal();
    case.hears("2T09:00", &raised(&[Complete]));
    let fired = rungs(&case.is_awake_until(at("2T22:00")));
    let complete: Vec<_> = fired.iter().filter(|rung| rung.starts_with("complete")).collect();
    assert_eq!(complete[..2], ["complete 1.0 2T21:00", "complete 2.0 2T21:30"]);
}

#[test]
fn what_is_late_already_is_due_at_the_raise_and_fires_nothing_for_the_time_before() {
    let mut case = Case::new();
    case.hears("1T09:00", &accepted(Urgent, &[Arrive], "1T09:00"));
    let late = rungs(&case.is_awake_until(at("2T09:00")));
    let told = case.standing().last().unwrap().rung;
    assert!(told > 1, "{late:?}");
    let raise = urgency_changed(1, [Urgent, Critical], &[Arrive], ["2T09:00", "2T09:00"]);
    case.hears("2T09:00", &raise);
    assert_eq!(case.timer(Arrive).promise().due, at("2T09:00"));
    let fired = rungs(&case.wakes("2T09:00"));
    assert_eq!(fired, [format!("arrive {told}.0 2T09:00")], "who was told last hears of the haste");
}

#[test]
fn less_haste_makes_no_promise_earlier_and_ends_the_danger() {
    let mut case = Case::new();
    case.hears("1T09:00", &accepted(Critical, &[Complete, Contain], "1T09:00"));
    let lower = urgency_changed(1, [Critical, Normal], &[Complete], ["1T09:00", "1T10:00"]);
    case.hears("1T10:00", &lower);
    let before = case.timer(Complete).first.due;
    assert!(case.timer(Complete).promise().due > before);
    let Run::Stopped { at: stopped, .. } = case.timer(Contain).run else { panic!() };
    assert_eq!(stopped, at("1T10:00"));
}

#[test]
fn what_was_made_safe_keeps_its_limit_when_it_is_found_less_urgent() {
    let mut case = Case::new();
    case.hears("1T09:00", &accepted(Critical, &[Complete, Contain], "1T09:00"));
    case.hears("1T10:00", &contained(1, 1, "1T10:00"));
    let safe = case.timer(Complete).promise().due;
    let lower = urgency_changed(1, [Critical, Urgent], &[Complete], ["1T09:00", "1T11:00"]);
    case.hears("1T11:00", &lower);
    assert_eq!(case.timer(Complete).promise().due, safe);
}

#[test]
fn what_is_raised_to_critical_later_is_still_promised_as_urgent_once_it_is_safe() {
    let mut case = Case::new();
    case.hears("1T09:00", &accepted(Normal, &[Complete], "1T09:00"));
    case.hears("1T10:00", &urgency_changed(1, [Normal, Urgent], &[Complete], ["1T10:00"; 2]));
    let both = [Complete, Contain];
    case.hears("1T11:00", &urgency_changed(1, [Urgent, Critical], &both, ["1T11:00"; 2]));
    let critical = case.timer(Complete).promise().due;
    assert_eq!(critical, at("1T11:00") + SignedDuration::from_hours(12));
    case.hears("1T12:00", &contained(1, 1, "1T12:00"));
    assert!(case.timer(Complete).promise().due > critical);
}
