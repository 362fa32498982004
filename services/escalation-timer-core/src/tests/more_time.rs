//! More time before it is due: extensions, and pauses of work on hold. It is critical, received on the
//! 1st at 09:00 and due at 21:00, around the clock.

use events::words::{Commitment, HoldReason, MoveCause, PauseRefusal, Urgency};

use super::case::{
    Case, accepted, approve_extension, approve_pause, ask_extension, ask_pause, at, completed,
    held, refuse_extension, refuse_pause, released, resumed, rungs,
};
use crate::{Event, Moved, Pause, Rejected};

fn reason(refused: Result<Vec<Event>, Rejected>) -> &'static str {
    refused.unwrap_err().reason()
}

fn due(case: &Case) -> jiff::Timestamp {
    case.timer(Commitment::Complete).promise().due
}

/// Held at 15:00 for this reason.
fn waiting(reason: HoldReason) -> (Case, Vec<Event>) {
    let mut case = Case::promised(Commitment::Complete);
    let events = case.hears("1T15:00", &held(1, reason, "1T15:00"));
    (case, events)
}

#[test]
fn an_extension_is_asked_by_the_department_and_granted_by_the_post_that_the_policy_names() {
    let mut case = Case::promised(Commitment::Complete);
    case.is_told("1T20:00", &ask_extension("2T09:00")).unwrap();
    assert_eq!(due(&case), at("1T21:00"), "nothing has moved");
    let again = case.is_told("1T20:01", &ask_extension("2T10:00"));
    assert_eq!(reason(again), "extension-pending");
    assert_eq!(reason(case.is_told("1T20:02", &approve_extension("chief"))), "not-approver");
    let events = case.is_told("1T20:10", &approve_extension("head")).unwrap();
    let [Event::Armed { armed, .. }, Event::PromiseMoved(moved)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((armed.promise, armed.first_rung), (2, 1));
    assert_eq!((moved.why, moved.reason), (MoveCause::Extension, Some(HoldReason::Parts)));
    assert_eq!((moved.old, moved.new), (at("1T21:00"), at("2T09:00")));
    let complete = case.timer(Commitment::Complete);
    let (why, reason) = (MoveCause::Extension, Some(HoldReason::Parts));
    assert_eq!((complete.first.moved, complete.first.due), (None, at("1T21:00")), "it is kept");
    assert_eq!(complete.promise().why_moved(), Some(Moved { why, reason }));
    assert_eq!(rungs(&case.is_awake_until(at("2T09:00"))), ["complete 1.0 2T09:00"]);
    case.hears("2T09:01", &completed(1, "2T08:00"));
    let run = case.timer(Commitment::Complete).run;
    let late = crate::Run::Stopped { at: at("2T08:00"), on_time: Some(false) };
    assert_eq!(run, late, "statistics count the first promise");
}

#[test]
fn a_refused_extension_leaves_the_promise_and_may_be_asked_for_again() {
    let mut case = Case::promised(Commitment::Complete);
    assert_eq!(reason(case.is_told("1T19:00", &refuse_extension("head"))), "extension-not-asked");
    case.is_told("1T20:00", &ask_extension("2T09:00")).unwrap();
    case.is_told("1T20:10", &refuse_extension("head")).unwrap();
    assert_eq!(due(&case), at("1T21:00"));
    case.is_told("1T20:20", &ask_extension("2T10:00")).unwrap();
}

#[test]
fn an_extension_is_asked_before_the_due_for_later_and_for_no_longer_than_the_policy_gives() {
    let mut case = Case::promised(Commitment::Complete);
    for (now, until, refusal) in [
        ("1T20:00", "1T21:00", "until-not-later"),
        ("1T20:00", "3T21:01", "until-too-far"),
        ("1T21:00", "2T09:00", "promise-expired"),
    ] {
        assert_eq!(reason(case.is_told(now, &ask_extension(until))), refusal, "{until}");
    }
    case.is_told("1T20:00", &ask_extension("3T21:00")).unwrap();
}

#[test]
fn nothing_is_due_at_an_hour_that_does_not_count() {
    let mut case = Case::new();
    case.hears("1T09:00", &accepted(Urgency::Urgent, &[Commitment::Complete], "1T09:00"));
    assert_eq!(due(&case), at("2T09:00"));
    assert_eq!(reason(case.is_told("1T10:00", &ask_extension("3T03:00"))), "until-off-hours");
    case.is_told("1T10:00", &ask_extension("3T23:00")).unwrap();
}

#[test]
fn a_hold_whose_reason_the_policy_grants_moves_the_same_promise_by_the_cap_and_back_by_the_rest() {
    let (mut case, events) = waiting(HoldReason::NoAccess);
    let [Event::Held(_), Event::PauseGranted { granted, .. }, Event::PromiseMoved(moved)] =
        &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!((granted.from, granted.until, granted.by), (at("1T15:00"), at("3T15:00"), None));
    assert_eq!((moved.promise, moved.old, moved.new), (1, at("1T21:00"), at("3T21:00")));
    assert_eq!(case.timer(Commitment::Complete).next().unwrap().at, at("3T21:00"));
    let events = case.hears("1T18:00", &resumed(1, "1T18:00"));
    let [Event::HoldEnded { .. }, Event::PromiseMoved(moved)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!((moved.promise, moved.new, moved.why), (1, at("2T00:00"), MoveCause::Pause));
    let (why, reason) = (MoveCause::Pause, Some(HoldReason::NoAccess));
    let complete = case.timer(Commitment::Complete);
    assert_eq!(
        (complete.first.why_moved(), complete.later.len()),
        (Some(Moved { why, reason }), 0)
    );
    assert_eq!(rungs(&case.is_awake_until(at("2T00:00"))), ["complete 1.0 2T00:00"]);
}

#[test]
fn a_pause_ends_at_its_cap_although_nobody_resumes() {
    let (mut case, _) = waiting(HoldReason::NoAccess);
    let events = case.hears("3T18:00", &resumed(1, "3T18:00"));
    assert!(matches!(&events[..], [Event::HoldEnded { .. }]), "{events:?}");
    assert_eq!(due(&case), at("3T21:00"));
}

#[test]
fn somebody_who_may_is_asked_and_says_yes_or_no() {
    let (mut case, events) = waiting(HoldReason::RequesterAnswer);
    let [Event::Held(_), Event::PauseAsked(asked)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(asked.approver.to_string(), "logistics/head");
    assert_eq!(due(&case), at("1T21:00"));
    assert_eq!(reason(case.is_told("1T16:00", &approve_pause("chief"))), "not-approver");
    assert_eq!(reason(case.is_told("1T16:00", &ask_pause(false))), "pause-pending");
    let events = case.is_told("1T16:00", &refuse_pause("head")).unwrap();
    let [Event::PauseRefused(refused)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(refused.from, Some(at("1T15:00")), "it says of which hold");
    assert_eq!(due(&case), at("1T21:00"), "one that was refused moves nothing");
    assert_eq!(reason(case.is_told("1T16:10", &approve_pause("head"))), "pause-not-asked");
    case.is_told("1T16:20", &ask_pause(false)).unwrap();
    case.is_told("1T17:00", &approve_pause("head")).unwrap();
    assert_eq!(due(&case), at("3T21:00"), "it begins with the hold");
    assert_eq!(reason(case.is_told("1T17:10", &ask_pause(false))), "pause-granted");
}

#[test]
fn evidence_comes_before_a_yes_where_the_policy_asks_for_it() {
    let (mut case, _) = waiting(HoldReason::OutsideAuthority);
    assert_eq!(reason(case.is_told("1T16:00", &approve_pause("head"))), "evidence-missing");
    case.is_told("1T16:10", &ask_pause(true)).unwrap();
    case.is_told("1T16:20", &approve_pause("head")).unwrap();
    assert_eq!(due(&case), at("3T21:00"));
}

#[test]
fn what_the_department_lacks_pauses_nothing() {
    let (mut case, events) = waiting(HoldReason::Parts);
    assert!(matches!(&events[..], [Event::Held(_)]), "{events:?}");
    assert_eq!(reason(case.is_told("1T16:00", &ask_pause(true))), "reason-never-pauses");
    assert_eq!(due(&case), at("1T21:00"));
}

#[test]
fn a_pause_after_the_due_is_refused() {
    let mut case = Case::promised(Commitment::Complete);
    case.is_awake_until(at("1T21:00"));
    let events = case.hears("1T21:10", &held(1, HoldReason::NoAccess, "1T21:10"));
    let [Event::Held(_), Event::PauseRefused(refused)] = &events[..] else { panic!("{events:?}") };
    assert_eq!((refused.cause, refused.from), (PauseRefusal::AfterDue, Some(at("1T21:10"))));
    assert_eq!(reason(case.is_told("1T21:20", &ask_pause(false))), "promise-expired");
    assert_eq!(due(&case), at("1T21:00"));
}

#[test]
fn a_request_that_nobody_decides_until_the_due_is_refused_by_the_hour() {
    let (mut case, _) = waiting(HoldReason::RequesterAnswer);
    let events = case.is_awake_until(at("1T21:00"));
    let [Event::AtRisk(_), Event::PauseRefused(refused), Event::RungFired { .. }] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!((refused.cause, refused.from), (PauseRefusal::Undecided, Some(at("1T15:00"))));
}

#[test]
fn two_pauses_that_overlap_take_their_time_away_once() {
    let (mut case, _) = waiting(HoldReason::NoAccess);
    case.hears("1T16:00", &held(2, HoldReason::NoAccess, "1T16:00"));
    case.hears("1T17:00", &resumed(1, "1T17:00"));
    case.hears("1T19:00", &resumed(2, "1T19:00"));
    assert_eq!(due(&case), at("2T01:00"), "from 15:00 to 19:00");
}

#[test]
fn the_cap_of_what_the_policy_grants_by_itself_is_one_for_all_such_holds_of_a_cycle() {
    let (mut case, _) = waiting(HoldReason::NoAccess);
    // Of two days a day and a half are taken.
    case.hears("3T03:00", &resumed(1, "3T03:00"));
    let before = due(&case);
    let events = case.hears("3T04:00", &held(1, HoldReason::NoAccess, "3T04:00"));
    let granted = events.iter().find_map(|event| {
        if let Event::PauseGranted { granted, .. } = event { Some(granted.until) } else { None }
    });
    assert_eq!(granted, Some(at("3T16:00")), "half a day is left");
    assert!(due(&case) > before);
    case.hears("3T16:00", &resumed(1, "3T16:00"));
    let before = due(&case);
    let events = case.hears("3T17:00", &held(1, HoldReason::NoAccess, "3T17:00"));
    let refused = events.iter().any(|event| {
        matches!(event, Event::PauseRefused(refused) if refused.cause == PauseRefusal::NotInPolicy)
    });
    assert!(refused && due(&case) == before, "{events:?}");
}

#[test]
fn work_that_is_with_another_post_waits_no_more() {
    let (mut case, _) = waiting(HoldReason::NoAccess);
    case.hears("1T16:00", &released(1, 1, "1T16:00"));
    assert_eq!(due(&case), at("1T22:00"));
    assert_eq!(reason(case.is_told("1T16:10", &ask_pause(false))), "not-on-hold");
}

#[test]
fn a_hold_that_is_heard_twice_is_noted_and_danger_never_waits() {
    let mut case = Case::new();
    let both = [Commitment::Contain, Commitment::Complete];
    case.hears("1T09:00", &accepted(Urgency::Critical, &both, "1T09:00"));
    let hold = held(1, HoldReason::NoAccess, "1T10:00");
    case.hears("1T10:00", &hold);
    let again = case.hears("1T10:00", &hold);
    assert!(matches!(&again[..], [Event::Noted { .. }]), "{again:?}");
    assert_eq!(case.timer(Commitment::Contain).promise().due, at("1T11:00"));
    let holds = &case.state.watch().unwrap().holds;
    assert!(matches!(&holds[..], [hold] if matches!(hold.pause, Pause::Granted { .. })));
}
