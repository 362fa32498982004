//! Whoever reported it is promised an answer of their own, which nothing else keeps.

use events::words::{Commitment, End, HoldReason, Urgency};

use super::case::{
    Case, accepted, at, closed, completed, held, reopened, reported, resumed, rungs,
    urgency_changed,
};
use crate::{Event, Fact, Run, State, Timer};

/// An urgent case of the 1st at nine, about a door, with a promise to complete.
fn door() -> Case {
    let mut fact = accepted(Urgency::Urgent, &[Commitment::Complete], "1T09:00");
    let Fact::Accepted(accepted) = &mut fact else { panic!("{fact:?}") };
    accepted.item = "broken-door".parse().unwrap();
    let mut case = Case::new();
    case.hears("1T09:00", &fact);
    case
}

/// The same, which is promised at receipt to be reported back on at noon.
fn referral() -> Case {
    let mut fact = accepted(Urgency::Urgent, &[Commitment::Complete], "1T09:00");
    let Fact::Accepted(accepted) = &mut fact else { panic!("{fact:?}") };
    accepted.item = "broken-door".parse().unwrap();
    let mut promise = accepted.promises[0].clone();
    (promise.commitment, promise.due) = (Commitment::FollowUp, at("1T12:00"));
    accepted.promises.push(promise);
    let mut case = Case::new();
    case.hears("1T09:00", &fact);
    case
}

fn follow_ups(case: &Case) -> Vec<&Timer> {
    let timers = case.state.watch().unwrap().timers.iter();
    timers.filter(|timer| timer.commitment == Commitment::FollowUp).collect()
}

fn kept(timer: &Timer) -> Option<bool> {
    match timer.run {
        Run::Running { .. } => panic!("it runs: {timer:?}"),
        Run::Stopped { on_time, .. } => on_time,
    }
}

#[test]
fn the_next_answer_is_due_when_it_was_promised_and_its_leaders_hear_until_there_is_one() {
    let mut case = door();
    case.hears("1T10:00", &reported(1, "1T10:00", Some("1T14:00")));
    let heard = case.is_awake_until(at("1T18:30"));
    assert_eq!(rungs(&heard), ["follow-up 1.0 1T14:00", "follow-up 2.0 1T18:00"]);
    // Counted as what was promised to be done: three of the four hours of duty time.
    let warned = heard.iter().find_map(|event| {
        if let Event::AtRisk(risk) = event { Some((risk.commitment, risk.planned)) } else { None }
    });
    assert_eq!(warned, Some((Commitment::FollowUp, at("1T13:00"))));
    case.hears("1T19:00", &reported(1, "1T19:00", None));
    assert_eq!(kept(case.timer(Commitment::FollowUp)), Some(false));
    assert!(case.timer(Commitment::Complete).run.is_on(), "what was promised before stands");
}

#[test]
fn each_answer_for_now_begins_a_clock_of_its_own_of_which_is_said_whether_it_was_kept() {
    let mut case = door();
    case.hears("1T10:00", &reported(1, "1T10:00", Some("1T14:00")));
    case.hears("1T13:00", &reported(1, "1T13:00", Some("2T10:00")));
    case.is_awake_until(at("2T10:30"));
    case.hears("2T11:00", &reported(1, "2T11:00", Some("2T16:00")));
    case.hears("2T16:00", &reported(1, "2T16:00", None));
    let kept: Vec<_> = follow_ups(&case).into_iter().map(kept).collect();
    assert_eq!(kept, [Some(true), Some(false), Some(true)]);
    assert!(follow_ups(&case).iter().all(|timer| timer.later.is_empty()), "none was moved");
}

#[test]
fn an_answer_that_is_heard_twice_begins_one_clock() {
    let mut case = door();
    let first = reported(1, "1T10:00", Some("1T14:00"));
    case.hears("1T10:00", &first);
    let again = case.hears("1T10:01", &first);
    assert!(matches!(&again[..], [Event::Noted { .. }]), "{again:?}");
    // One from before that came later keeps nothing that was promised since.
    let before = case.hears("1T10:02", &reported(1, "1T09:30", None));
    assert!(matches!(&before[..], [Event::Noted { .. }]), "{before:?}");
    assert_eq!(follow_ups(&case).len(), 1);
    assert!(case.timer(Commitment::FollowUp).run.is_on());
}

#[test]
fn what_is_promised_at_receipt_is_kept_by_an_answer_and_by_nothing_that_is_done() {
    let mut case = referral();
    case.hears("1T10:00", &completed(1, "1T10:00"));
    assert_eq!(kept(case.timer(Commitment::Complete)), Some(true));
    assert!(case.timer(Commitment::FollowUp).run.is_on(), "they still wait");
    let fired = case.is_awake_until(at("1T12:00"));
    assert_eq!(rungs(&fired), ["follow-up 1.0 1T12:00"]);
    case.hears("1T12:30", &reported(1, "1T12:30", None));
    assert_eq!(kept(case.timer(Commitment::FollowUp)), Some(false));
}

#[test]
fn of_answers_at_one_instant_the_last_one_s_promise_is_the_one_that_runs() {
    let mut case = door();
    for next in [Some("1T14:00"), Some("1T14:00"), None, Some("1T15:00"), Some("1T14:00")] {
        case.hears("1T10:00", &reported(1, "1T10:00", next));
    }
    let timers = follow_ups(&case);
    let running: Vec<_> = timers.iter().filter(|timer| timer.run.is_on()).collect();
    assert_eq!(
        running.iter().map(|timer| timer.promise().due).collect::<Vec<_>>(),
        [at("1T14:00")]
    );
    assert_eq!(timers.len(), 3, "what was promised twice has one clock, and then another");
}

#[test]
fn the_end_of_the_case_and_its_next_cycle_end_what_nobody_waits_for() {
    let mut case = referral();
    case.hears("1T10:00", &completed(1, "1T10:00"));
    case.hears("1T11:00", &closed(1, End::Solved, "1T11:00"));
    assert_eq!(kept(case.timer(Commitment::FollowUp)), None);
    // What they were told before the end counts all the same.
    case.hears("1T11:01", &reported(1, "1T10:30", None));
    assert_eq!(kept(case.timer(Commitment::FollowUp)), Some(true));
    assert!(matches!(case.state, State::Ended(_)));

    let mut case = referral();
    case.hears("1T10:00", &completed(1, "1T10:00"));
    case.hears("1T13:00", &reopened(2, "1T13:00"));
    assert_eq!(kept(case.timer(Commitment::FollowUp)), Some(false), "it was late by then");
}

#[test]
fn no_urgency_and_no_pause_moves_an_answer_that_was_promised() {
    let mut case = Case::promised(Commitment::Complete);
    case.hears("1T09:30", &reported(1, "1T09:30", Some("1T14:00")));
    let before = case.timer(Commitment::FollowUp).clone();
    let critical = case.timer(Commitment::Complete).promise().due;
    let to = [Urgency::Critical, Urgency::Urgent];
    let lowered = urgency_changed(1, to, &[Commitment::Complete], ["1T09:00", "1T10:00"]);
    case.hears("1T10:00", &lowered);
    let urgent = case.timer(Commitment::Complete).promise().due;
    case.hears("1T10:10", &held(1, HoldReason::NoAccess, "1T10:10"));
    case.hears("1T11:10", &resumed(1, "1T11:10"));
    let paused = case.timer(Commitment::Complete).promise().due;
    assert!(critical < urgent && urgent < paused);
    let after = case.timer(Commitment::FollowUp);
    assert_eq!((after.promise(), after.run), (before.promise(), before.run));
}

#[test]
fn an_answer_heard_late_takes_back_what_leaders_were_told() {
    let mut case = door();
    case.hears("1T10:00", &reported(1, "1T10:00", Some("1T14:00")));
    case.is_awake_until(at("1T14:30"));
    case.hears("1T15:00", &reported(1, "1T13:50", None));
    let timer = case.timer(Commitment::FollowUp);
    assert_eq!(kept(timer), Some(true));
    assert!(timer.fired.iter().all(|fired| fired.retracted) && !timer.fired.is_empty());
}
