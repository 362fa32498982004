//! A case with two work orders: what is an offer's is its own, and what is the case's ends once.

use events::words::{Asked, Commitment, HoldReason, Subject, Urgency};
use jiff::SignedDuration;

use super::case::{
    Case, accepted, arrived, asked, at, claimed, completed, contained, done, held, merged, offered,
    rungs,
};
use crate::{Event, Reason, State, Timer};

/// A critical case of 09:00 that the plumbers claimed, a part of which another post is offered.
fn split() -> Case {
    let mut case = Case::new();
    let promised = [Commitment::Arrive, Commitment::Contain, Commitment::Complete];
    for fact in [
        accepted(Urgency::Critical, &promised, "1T09:00"),
        offered(1, 1, "1T09:01"),
        claimed(1, 1, "1T09:03"),
        offered(2, 1, "1T09:04"),
    ] {
        case.hears("1T09:05", &fact);
    }
    case
}

fn running(case: &Case) -> Vec<Commitment> {
    let timers = &case.state.watch().unwrap().timers;
    let running = timers.iter().filter(|timer| timer.stopped_at().is_none());
    running.map(|timer| timer.commitment).collect()
}

fn of_the_case(case: &Case) -> Vec<Timer> {
    let timers = &case.state.watch().unwrap().timers;
    let of_case = |timer: &&Timer| timer.subject == Subject::Case;
    timers.iter().filter(of_case).cloned().collect()
}

#[test]
fn a_part_has_a_clock_to_accept_of_its_own_and_restarts_none_of_the_case() {
    let mut case = Case::new();
    let promised = [Commitment::Arrive, Commitment::Contain, Commitment::Complete];
    case.hears("1T09:00", &accepted(Urgency::Critical, &promised, "1T09:00"));
    case.hears("1T09:01", &offered(1, 1, "1T09:01"));
    let before = of_the_case(&case);
    case.hears("1T09:04", &offered(2, 1, "1T09:04"));
    assert_eq!(of_the_case(&case), before);
    let accepts = running(&case).into_iter().filter(|one| *one == Commitment::Accept).count();
    assert_eq!(accepts, 2, "each offer waits for its own claim");
    case.hears("1T09:06", &claimed(1, 1, "1T09:06"));
    let fired = case.is_awake_until(at("1T09:14"));
    assert_eq!(rungs(&fired), ["accept 1.0 1T09:14"], "the part is late, not the rest");
}

#[test]
fn the_first_to_come_and_to_make_it_safe_keep_what_was_promised_and_the_last_to_be_done_completes()
{
    let mut case = split();
    case.hears("1T09:10", &claimed(2, 1, "1T09:10"));
    case.hears("1T09:12", &arrived(2, 1, "1T09:12"));
    case.hears("1T09:13", &arrived(1, 1, "1T09:13"));
    assert_eq!(case.timer(Commitment::Arrive).stopped_at(), Some(at("1T09:12")));
    case.hears("1T09:20", &contained(1, 1, "1T09:20"));
    let due = case.timer(Commitment::Complete).promise().due;
    case.hears("1T09:40", &contained(2, 1, "1T09:40"));
    assert_eq!(case.timer(Commitment::Contain).stopped_at(), Some(at("1T09:20")));
    assert_eq!(case.timer(Commitment::Complete).promise().due, due, "once");
    case.hears("1T10:00", &done(2, 1, "1T10:00"));
    assert_eq!(running(&case), [Commitment::Complete], "the rest is not done");
    case.hears("1T10:30", &done(1, 1, "1T10:30"));
    case.hears("1T10:30", &completed(1, "1T10:30"));
    assert_eq!(case.timer(Commitment::Complete).stopped_at(), Some(at("1T10:30")));
}

#[test]
fn nobody_waits_for_the_claim_of_what_was_merged_and_the_case_goes_on() {
    let mut case = split();
    let before = of_the_case(&case);
    let events = case.hears("1T09:08", &merged([2, 1], 1, "1T09:08"));
    let [Event::Stopped(stopped)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((stopped.commitment, stopped.on_time), (Commitment::Accept, None));
    assert_eq!(of_the_case(&case), before);
    let fired = case.is_awake_until(at("1T09:29"));
    assert!(rungs(&fired).is_empty(), "{fired:?}");
}

#[test]
fn a_rung_that_fired_before_the_merge_was_heard_of_is_taken_back() {
    let mut case = split();
    let fired = case.is_awake_until(at("1T09:14"));
    assert_eq!(rungs(&fired), ["accept 1.0 1T09:14"]);
    let events = case.hears("1T09:16", &merged([2, 1], 1, "1T09:08"));
    assert!(matches!(&events[..], [Event::RungRetracted(_), Event::Stopped(_)]), "{events:?}");
}

#[test]
fn what_was_asked_of_a_work_order_that_is_over_nobody_answers_and_no_leader_hears_of_it() {
    for over in [done(1, 1, "1T09:30"), merged([1, 2], 1, "1T09:30")] {
        let mut case = split();
        case.hears("1T09:06", &asked(1, Asked::Desk, "1T09:06"));
        case.hears("1T09:10", &claimed(2, 1, "1T09:10"));
        let events = case.hears("1T09:30", &over);
        let [Event::Stopped(stopped)] = &events[..] else { panic!("{events:?}") };
        assert_eq!(stopped.commitment, Commitment::Reply);
        assert!(matches!(case.state, State::Watching(_)));
        let again = case.hears("1T09:31", &over);
        let [Event::Noted { reason: Reason::NothingRuns, .. }] = &again[..] else {
            panic!("{again:?}")
        };
    }
}

#[test]
fn a_hold_of_one_is_over_with_it_and_that_of_another_stays() {
    let mut case = split();
    case.hears("1T09:08", &claimed(2, 1, "1T09:08"));
    for number in [1, 2] {
        case.hears("1T09:09", &held(number, HoldReason::Parts, "1T09:09"));
    }
    let events = case.hears("1T09:30", &merged([2, 1], 1, "1T09:30"));
    assert!(matches!(&events[..], [Event::HoldEnded { .. }]), "{events:?}");
    let open = case.state.watch().unwrap().holds.iter().filter(|hold| hold.is_open()).count();
    assert_eq!(open, 1);
}

#[test]
fn a_pause_for_one_ends_when_it_is_merged_though_another_goes_on() {
    let mut case = split();
    case.hears("1T09:08", &claimed(2, 1, "1T09:08"));
    let due = case.timer(Commitment::Complete).promise().due;
    case.hears("1T09:10", &held(2, HoldReason::NoAccess, "1T09:10"));
    assert!(case.timer(Commitment::Complete).promise().due > due, "it rests to its cap at first");
    case.hears("1T10:10", &merged([2, 1], 1, "1T10:10"));
    let rested = case.timer(Commitment::Complete).promise().due;
    assert_eq!(rested.duration_since(due), SignedDuration::from_mins(60));
}

#[test]
fn that_one_waits_rests_no_promise_that_somebody_comes_while_another_may_come_first() {
    let mut case = split();
    case.hears("1T09:08", &claimed(2, 1, "1T09:08"));
    let arrive = case.timer(Commitment::Arrive).promise().due;
    case.hears("1T09:10", &held(2, HoldReason::NoAccess, "1T09:10"));
    assert_eq!(case.timer(Commitment::Arrive).promise().due, arrive);
    assert!(case.timer(Commitment::Complete).promise().due > at("1T21:00"), "that rests for it");
}
