//! When people are called, and by whom.

use clock::AccountId;
use events::words::Verdict;
use jiff::{SignedDuration, Timestamp};

use super::{
    campus::RULES,
    case::{
        Case, Step, Who, accepted, at, attempt_at, calling, calling_and, completed_at, in_vain,
        resolved_for,
    },
};
use crate::{Event, Fate, Rejected, State, next};

/// What becomes of an attempt at a time, after others.
fn attempt(before: &[&str], time: &str) -> Result<Vec<Event>, Rejected> {
    let made: Vec<Step> = before.iter().flat_map(|time| attempt_at(time)).collect();
    let mut case = Case::after(&calling_and(&made));
    let [until, attempts] = attempt_at(time);
    case.step(&until)?;
    case.step(&attempts)
}

fn refusal(before: &[&str], time: &str) -> (&'static str, Timestamp) {
    let refusal = attempt(before, time).unwrap_err();
    match &refusal {
        Rejected::OutsideCallingHours { next } | Rejected::TooSoon { next } => {
            (refusal.reason(), next.timestamp())
        }
        other @ (Rejected::NoSuchCallback { .. }
        | Rejected::NoCallbackOpen { .. }
        | Rejected::CallbackWithdrawn { .. }
        | Rejected::ReopenWindowOver { .. }
        | Rejected::LinkOver { .. }
        | Rejected::LaterCycle { .. }
        | Rejected::AlreadyAnswered { .. }
        | Rejected::WorkerMayNotCallBack { .. }) => panic!("{other:?}"),
    }
}

#[test]
fn the_first_attempt_is_promised_from_the_completion_on() {
    let case = Case::after(&calling());
    let (call, fate) = case.call(1);
    assert_eq!((call.completed_at, fate), (completed_at(), None));
    assert_eq!(call.first_attempt_by, completed_at() + SignedDuration::from_hours(24));
    assert_eq!(call.not_before, case.now);
}

#[test]
fn whoever_is_to_be_called_at_night_is_called_in_the_morning() {
    let until = Step::Until(at("2026-09-01T22:00:00+08:00"));
    let case = Case::after(&[&[until], &calling()[..]].concat());
    assert_eq!(case.call(1).0.not_before, at("2026-09-02T08:30:00+08:00"));
}

#[test]
fn nobody_is_called_outside_the_hours_and_it_is_said_when_they_begin() {
    for (time, next) in [
        ("2026-09-01T08:29:59+08:00", "2026-09-01T08:30:00+08:00"),
        ("2026-09-01T12:00:01+08:00", "2026-09-01T14:30:00+08:00"),
        ("2026-09-01T23:00:00+08:00", "2026-09-02T08:30:00+08:00"),
    ] {
        assert_eq!(refusal(&[], time), ("outside-calling-hours", at(next)));
    }
    for time in ["2026-09-01T12:00:00+08:00", "2026-09-01T21:30:00+08:00"] {
        attempt(&[], time).unwrap();
    }
    let told = attempt(&[], "2026-09-01T23:00:00+08:00").unwrap_err().to_string();
    assert!(told.ends_with("call from 2026-09-02 08:30 on"), "where the campus is: {told}");
}

#[test]
fn the_last_attempt_is_on_another_day_than_the_first_ones() {
    let today = ["2026-09-01T09:10:00+08:00", "2026-09-01T15:00:00+08:00"];
    let tomorrow = ("too-soon", at("2026-09-02T08:30:00+08:00"));
    assert_eq!(refusal(&today, "2026-09-01T16:00:00+08:00"), tomorrow);
    let (reason, next) = refusal(&today, "2026-09-01T23:00:00+08:00");
    assert_eq!((reason, next), ("outside-calling-hours", tomorrow.1));
    attempt(&today, "2026-09-02T09:10:00+08:00").unwrap();
}

#[test]
fn the_last_attempt_is_at_another_hour_than_the_first_ones() {
    let at_nine = ["2026-09-01T09:10:00+08:00", "2026-09-02T09:20:00+08:00"];
    let at_ten = ("too-soon", at("2026-09-02T10:00:00+08:00"));
    assert_eq!(refusal(&at_nine, "2026-09-02T09:59:59+08:00"), at_ten);
    assert_eq!(refusal(&at_nine, "2026-09-03T09:00:00+08:00").1, at("2026-09-03T10:00:00+08:00"));
    attempt(&at_nine, "2026-09-02T10:00:00+08:00").unwrap();
}

#[test]
fn nobody_is_sent_to_an_hour_that_ends_as_it_begins() {
    let at_eleven = ["2026-09-01T11:10:00+08:00", "2026-09-02T11:20:00+08:00"];
    let after_noon = ("too-soon", at("2026-09-02T14:30:00+08:00"));
    assert_eq!(refusal(&at_eleven, "2026-09-02T11:50:00+08:00"), after_noon);
}

#[test]
fn nobody_is_tried_twice_in_an_hour_of_a_day() {
    let once = ["2026-09-01T09:10:00+08:00"];
    let at_ten = ("too-soon", at("2026-09-01T10:00:00+08:00"));
    for time in ["2026-09-01T09:11:00+08:00", "2026-09-01T09:59:59+08:00"] {
        assert_eq!(refusal(&once, time), at_ten);
    }
    attempt(&once, "2026-09-01T10:00:00+08:00").unwrap();
    attempt(&once, "2026-09-02T09:10:00+08:00").unwrap();
}

#[test]
fn after_the_last_attempt_the_person_is_unreachable() {
    let mut case = Case::after(&calling_and(&in_vain()));
    let (call, fate) = case.call(1);
    assert_eq!((call.attempts.len(), fate), (3, Some(Fate::Judged(Verdict::Unreachable))));
    let refusal = case.step(&Step::Attempts(Who::Zhao, 1)).unwrap_err();
    assert_eq!(refusal.reason(), "no-callback-open");
}

#[test]
fn an_attempt_says_when_the_next_one_is_right() {
    let mut case = Case::after(&calling_and(&attempt_at("2026-09-01T09:10:00+08:00")));
    let [until, attempts] = attempt_at("2026-09-01T15:00:00+08:00");
    case.step(&until).unwrap();
    let events = case.step(&attempts).unwrap();
    let [Event::Attempted { attempted, not_before }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((attempted.attempt, attempted.reached), (2, false));
    let tomorrow = at("2026-09-02T08:30:00+08:00");
    assert_eq!((*not_before, case.call(1).0.not_before), (Some(tomorrow), tomorrow));
}

#[test]
fn a_policy_that_asks_for_more_hours_than_there_are_gets_what_there_is() {
    let mut case = Case::after(&[accepted("water-meter"), resolved_for("water-meter", 1)]);
    let noon = |day: u8| attempt_at(&format!("2026-09-0{day}T12:10:00+08:00"));
    for step in (1..=3).flat_map(noon) {
        case.step(&step).unwrap();
    }
    let [afternoon, attempts] = attempt_at("2026-09-04T13:00:00+08:00");
    case.step(&afternoon).unwrap();
    assert_eq!(case.step(&attempts).unwrap_err().reason(), "outside-calling-hours");
    for step in noon(5) {
        case.step(&step).unwrap();
    }
    assert_eq!(case.call(1).1, Some(Fate::Judged(Verdict::Unreachable)));
}

#[test]
fn nobody_asks_after_their_own_work() {
    for step in [
        Step::Attempts(Who::Wang, 1),
        Step::Answers(Who::Wang, 1, true),
        Step::Answers(Who::Wang, 1, false),
    ] {
        let refusal = Case::after(&calling()).step(&step).unwrap_err();
        assert_eq!(refusal.reason(), "worker-may-not-call-back");
    }
    let mut late = Case::after(&calling_and(&[Step::Answers(Who::Zhao, 1, true)]));
    let refusal = late.step(&Step::Answers(Who::Wang, 1, true)).unwrap_err();
    assert_eq!(refusal.reason(), "worker-may-not-call-back");
}

/// Which of these the caller should make at a time, by its place in the list.
fn next_of(cases: &[Case], caller: AccountId, time: &str) -> Option<usize> {
    let states = cases.iter().map(|case| (&case.state, &*RULES));
    let chosen = next(states, caller, at(time))?;
    let ours = |case: &Case| matches!(&case.state, State::Calling { call, .. } if call == chosen);
    cases.iter().position(ours)
}

#[test]
fn of_the_callbacks_that_may_be_made_the_first_due_is_next() {
    let tried = Case::after(&calling_and(&attempt_at("2026-09-01T09:10:00+08:00")));
    let untried = Case::after(&calling());
    let over = Case::after(&calling_and(&in_vain()));
    let idle = Case::after(&[accepted("water-leak")]);
    let cases = [over, idle, untried, tried];
    let zhao = Who::Zhao.account();
    // Tried at 09:10, so due again from ten on; the untried one is due tomorrow at eight.
    assert_eq!(next_of(&cases, zhao, "2026-09-01T15:00:00+08:00"), Some(3));
    assert_eq!(next_of(&cases, zhao, "2026-09-01T13:00:00+08:00"), None, "not at noon");
    assert_eq!(next_of(&cases, Who::Wang.account(), "2026-09-01T15:00:00+08:00"), None);
    assert_eq!(next_of(&cases[..3], zhao, "2026-09-01T15:00:00+08:00"), Some(2));
}

#[test]
fn a_callback_whose_attempt_would_be_refused_is_not_next() {
    let twice = ["2026-09-01T09:10:00+08:00", "2026-09-01T10:10:00+08:00"];
    let made: Vec<Step> = twice.into_iter().flat_map(attempt_at).collect();
    let cases = [Case::after(&calling_and(&made))];
    let zhao = Who::Zhao.account();
    assert_eq!(next_of(&cases, zhao, "2026-09-01T15:00:00+08:00"), None);
    assert_eq!(next_of(&cases, zhao, "2026-09-02T15:00:00+08:00"), Some(0));
}
