//! What the clocks of a work order do while it goes from hand to hand.

use events::words::{Asked, Commitment, End, MoveCause, Urgency};

use super::case::{
    Case, accepted, arrived, asked, assigned, at, claimed, closed, completed, contained, disputed,
    offered, released, reopened, replied, rungs,
};
use crate::{Event, Fact, Run};

/// A critical case of the 1st at 09:00 that was offered at once.
fn offered_case() -> Case {
    let mut case = Case::promised(Commitment::Complete);
    case.hears("1T09:01", &offered(1, 1, "1T09:01"));
    case
}

/// A critical case of the 1st at 09:00, with all that is promised of one.
fn danger() -> Case {
    let promised = [Commitment::Arrive, Commitment::Contain, Commitment::Complete];
    let mut case = Case::new();
    case.hears("1T09:00", &accepted(Urgency::Critical, &promised, "1T09:00"));
    case.hears("1T09:20", &arrived(1, 1, "1T09:20"));
    case
}

fn is_noted(events: &[Event]) -> bool {
    matches!(events, [Event::Noted { .. }])
}

#[test]
fn an_assignment_and_a_release_stop_the_clock_of_their_offer_as_a_claim_does() {
    for ended in [claimed(1, 1, "1T09:05"), assigned(1, 1, "1T09:05"), released(1, 1, "1T09:05")] {
        let mut case = offered_case();
        case.hears("1T09:05", &ended);
        let run = case.timer(Commitment::Accept).run;
        assert_eq!(run, Run::Stopped { at: at("1T09:05"), on_time: Some(true) });
        // Assigned after a claim, or released after either: nobody waits any more.
        for later in [assigned(1, 1, "1T09:06"), released(1, 1, "1T09:07")] {
            assert!(is_noted(&case.hears("1T09:07", &later)));
        }
    }
}

#[test]
fn each_offer_has_a_new_clock_and_what_was_promised_of_the_case_runs_on() {
    let mut case = danger();
    case.hears("1T09:21", &offered(1, 1, "1T09:21"));
    case.hears("1T09:25", &released(1, 1, "1T09:25"));
    case.hears("1T09:25", &offered(11, 1, "1T09:25"));
    let accept = case.timer(Commitment::Accept);
    assert_eq!((accept.first.due, accept.fired.len()), (at("1T09:35"), 0));
    assert_eq!(case.timer(Commitment::Contain).promise().due, at("1T11:00"));
    assert_eq!(case.timer(Commitment::Complete).promise().due, at("1T21:00"));
    assert_eq!(case.state.watch().unwrap().running().count(), 3);
}

#[test]
fn an_offer_of_which_the_end_was_not_heard_is_over_with_the_next_one() {
    let mut case = offered_case();
    case.hears("1T09:05", &offered(11, 1, "1T09:05"));
    case.hears("1T09:05", &offered(2, 1, "1T09:05"));
    let first = &case.state.watch().unwrap().timers[1];
    assert_eq!(first.run, Run::Stopped { at: at("1T09:05"), on_time: Some(true) });
    assert_eq!(
        rungs(&case.is_awake_until(at("1T09:15"))),
        ["accept 1.0 1T09:15", "accept 1.0 1T09:15"]
    );
}

#[test]
fn a_dispute_is_promised_to_be_decided_until_it_is_offered_again() {
    let mut case = offered_case();
    case.hears("1T09:05", &released(1, 1, "1T09:05"));
    case.hears("1T09:05", &disputed(1, 1, "1T09:05"));
    assert_eq!(
        rungs(&case.is_awake_until(at("1T09:40"))),
        ["adjudicate 1.0 1T09:10", "adjudicate 2.0 1T09:40"]
    );
    assert!(is_noted(&case.hears("1T09:41", &disputed(1, 1, "1T09:05"))));
    // That of another work order decides nothing.
    case.hears("1T09:45", &offered(2, 1, "1T09:45"));
    assert!(case.timer(Commitment::Adjudicate).run.is_on());
    case.hears("1T09:50", &offered(11, 1, "1T09:50"));
    let run = case.timer(Commitment::Adjudicate).run;
    assert_eq!(run, Run::Stopped { at: at("1T09:50"), on_time: Some(false) });
    assert_eq!(case.timer(Commitment::Accept).first.due, at("1T10:00"));
}

#[test]
fn a_dispute_is_decided_within_working_hours_unless_it_is_critical() {
    let mut case = Case::new();
    case.hears("1T09:00", &accepted(Urgency::Urgent, &[Commitment::Complete], "1T09:00"));
    case.hears("1T11:30", &disputed(1, 1, "1T11:30"));
    // Half an hour before noon, and the rest from 14:30.
    assert_eq!(case.timer(Commitment::Adjudicate).first.due, at("1T16:00"));
}

#[test]
fn desk_and_department_are_promised_each_others_answer_and_a_late_one_is_heard_of() {
    for of in [Asked::Desk, Asked::Department] {
        let mut case = offered_case();
        case.hears("1T09:05", &asked(1, of, "1T09:05"));
        assert!(is_noted(&case.hears("1T09:05", &asked(1, of, "1T09:05"))));
        assert_eq!(case.timer(Commitment::Reply).first.due, at("1T09:15"));
        // Another question has a clock of its own.
        case.hears("1T09:06", &asked(2, of, "1T09:06"));
        case.hears("1T09:10", &replied(1, "1T09:10"));
        assert_eq!(
            rungs(&case.is_awake_until(at("1T09:20"))),
            ["accept 1.0 1T09:11", "reply 1.0 1T09:16"]
        );
    }
}

#[test]
fn nobody_promises_what_a_requester_says_and_the_work_does_not_wait_for_it() {
    let mut case = offered_case();
    assert!(is_noted(&case.hears("1T09:05", &asked(1, Asked::Requester, "1T09:05"))));
    assert!(is_noted(&case.hears("1T09:06", &replied(1, "1T09:06"))));
    assert_eq!(case.timer(Commitment::Complete).promise().due, at("1T21:00"));
}

#[test]
fn what_nobody_answered_by_the_end_of_the_work_was_not_answered_in_time() {
    let mut case = offered_case();
    case.hears("1T09:05", &asked(1, Asked::Desk, "1T09:05"));
    case.hears("1T09:08", &completed(1, "1T09:08"));
    let run = case.timer(Commitment::Reply).run;
    assert_eq!(run, Run::Stopped { at: at("1T09:08"), on_time: None });
}

#[test]
fn what_was_asked_of_work_that_was_done_before_its_case_ended_is_over_with_the_work() {
    let mut case = offered_case();
    case.hears("1T09:05", &asked(1, Asked::Desk, "1T09:05"));
    let told = rungs(&case.is_awake_until(at("1T09:20")));
    assert_eq!(told, ["accept 1.0 1T09:11", "reply 1.0 1T09:15"]);
    case.hears("1T09:30", &closed(1, End::Withdrawn, "1T09:30"));
    let events = case.hears("1T09:31", &completed(1, "1T09:08"));
    let retracted = |event: &&Event| matches!(event, Event::RungRetracted(one) if one.commitment == Commitment::Reply);
    assert_eq!(events.iter().filter(retracted).count(), 1, "{events:?}");
    let run = case.timer(Commitment::Reply).run;
    assert_eq!(run, Run::Stopped { at: at("1T09:08"), on_time: None });
}

#[test]
fn nobody_is_late_with_what_the_definitions_do_not_promise() {
    let mut fact = accepted(Urgency::Critical, &[Commitment::Complete], "1T09:00");
    let Fact::Accepted(accepted) = &mut fact else { panic!("{fact:?}") };
    accepted.item = "bench".parse().unwrap();
    let mut case = Case::new();
    case.hears("1T09:00", &fact);
    for fact in [offered(1, 1, "1T09:01"), disputed(1, 1, "1T09:02")] {
        assert!(is_noted(&case.hears("1T09:02", &fact)));
    }
    // Without a promise to contain, the completion is urgent from then on all the same.
    case.hears("1T10:00", &contained(1, 1, "1T10:00"));
    assert_eq!(case.timer(Commitment::Complete).promise().number, 2);
}

#[test]
fn what_was_contained_is_completed_as_something_urgent_from_then_on() {
    let mut case = danger();
    let events = case.hears("1T10:00", &contained(1, 1, "1T10:00"));
    let [Event::Stopped(stopped), Event::Armed { armed, .. }, Event::PromiseMoved(moved)] =
        &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!((stopped.commitment, stopped.on_time), (Commitment::Contain, Some(true)));
    assert_eq!((moved.new, moved.why), (armed.due, MoveCause::Containment));
    // Sixteen hours of duty time: thirteen until 23:00, three from 07:00.
    let promised = (armed.commitment, armed.promise, armed.due, armed.first_rung);
    assert_eq!(promised, (Commitment::Complete, 2, at("2T10:00"), 1));
    assert_eq!(
        rungs(&case.is_awake_until(at("3T19:00"))),
        [
            "complete 1.0 2T10:00",
            "complete 2.0 2T14:00",
            "complete 3.0 2T18:00",
            "complete 3.1 3T18:00"
        ]
    );
    assert_eq!(case.state.watch().unwrap().urgency, Urgency::Critical);
}

#[test]
fn whether_a_contained_case_was_completed_on_time_is_said_of_its_first_promise() {
    for (done, on_time) in [("1T21:00", Some(true)), ("1T21:01", Some(false))] {
        let mut case = danger();
        case.hears("1T10:00", &contained(1, 1, "1T10:00"));
        case.hears(done, &completed(1, done));
        let run = case.timer(Commitment::Complete).run;
        assert_eq!(run, Run::Stopped { at: at(done), on_time });
    }
}

#[test]
fn a_second_containment_wins_no_time() {
    let mut case = danger();
    case.hears("1T10:00", &contained(1, 1, "1T10:00"));
    assert!(is_noted(&case.hears("1T20:00", &contained(2, 1, "1T20:00"))));
    assert_eq!(case.timer(Commitment::Complete).promise().due, at("2T10:00"));
}

#[test]
fn a_case_that_is_contained_late_goes_on_with_the_leader_who_heard_last() {
    let mut case = danger();
    case.is_awake_until(at("1T21:30"));
    case.hears("1T21:40", &contained(1, 1, "1T21:40"));
    let contain = case.timer(Commitment::Contain);
    assert_eq!(contain.run, Run::Stopped { at: at("1T21:40"), on_time: Some(false) });
    let complete = case.timer(Commitment::Complete);
    assert_eq!((complete.fired.len(), complete.promise().first_rung), (2, 2));
    assert_eq!(complete.next().unwrap().at, at("2T21:40"));
}

#[test]
fn a_reopened_case_is_contained_anew() {
    let mut case = danger();
    case.hears("1T10:00", &contained(1, 1, "1T10:00"));
    case.hears("1T12:00", &completed(1, "1T12:00"));
    case.hears("2T09:00", &reopened(2, "2T09:00"));
    assert_eq!(case.timer(Commitment::Complete).promise().number, 1);
    case.hears("2T10:00", &contained(3, 2, "2T10:00"));
    let complete = case.timer(Commitment::Complete).promise();
    assert_eq!((complete.due, complete.first_rung), (at("3T10:00"), 3));
}

#[test]
fn a_containment_by_a_clock_that_is_behind_counts_from_the_receipt() {
    let mut case = danger();
    case.hears("1T09:30", &contained(1, 1, "1T08:00"));
    assert_eq!(case.timer(Commitment::Complete).promise().since, at("1T09:00"));
}
