//! Others who report the same, and how much haste that makes.

use events::{
    intake::CaseUrgencyChangedV1,
    words::{Commitment, Urgency, UrgencyCause, Verdict},
};
use jiff::SignedDuration;

use super::case::{Case, Step, leak, person, question};
use crate::{Accept, Event, Ground};

const FLOODED: &str = "三楼被水淹了";

fn accept() -> Step {
    Step::accept(Accept { caller: Some(person(8)), ..leak() })
}

fn changed(events: &[Event]) -> CaseUrgencyChangedV1 {
    let changed = events.iter().find_map(|event| match event {
        Event::UrgencyChanged { changed, .. } => Some(changed.clone()),
        Event::Accepted { .. }
        | Event::Resolved(_)
        | Event::Closed { .. }
        | Event::Reopened { .. }
        | Event::Chased(_)
        | Event::Joined(_)
        | Event::Unjoined(_)
        | Event::NoteLeft(_)
        | Event::Replied(_)
        | Event::Absorbed { .. }
        | Event::Called { .. }
        | Event::IncidentUpdated(_)
        | Event::Noted { .. } => None,
    });
    changed.unwrap()
}

#[test]
fn who_reports_the_same_is_a_reporter_of_it_in_all_cycles_from_then_on() {
    let mut case = Case::after(&[accept(), Step::Join(5, "也在漏")]);
    assert_eq!(case.case().reporters, [person(8), person(5)]);
    let events = case.step(&Step::Completed(1)).unwrap();
    let [Event::Resolved(resolved)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(resolved.reporters, [person(8), person(5)]);
    let events = case.step(&Step::Judged(1, Verdict::NotSolved)).unwrap();
    let [Event::Reopened { reopened, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(reopened.reporters, [person(8), person(5)]);
}

#[test]
fn nobody_joins_twice_and_its_caller_not_at_all() {
    let mut case = Case::after(&[accept(), Step::Join(5, "")]);
    for seed in [5, 8] {
        assert_eq!(case.step(&Step::Join(seed, "")).unwrap_err().reason(), "already-joined");
    }
}

#[test]
fn nobody_withdraws_what_others_wait_for_but_who_answers_for_all() {
    let mut case = Case::after(&[accept(), Step::Join(5, "")]);
    assert_eq!(case.step(&Step::WithdrawAsOne).unwrap_err().reason(), "others-reported");
    case.step(&Step::Unjoin(5)).unwrap();
    case.step(&Step::WithdrawAsOne).unwrap();

    let mut case = Case::after(&[accept(), Step::Join(5, "")]);
    case.step(&Step::Withdraw).unwrap();
}

#[test]
fn a_joining_is_undone_even_after_the_end_but_its_caller_stays() {
    let ended = [accept(), Step::Join(5, ""), Step::Completed(1), Step::Judged(1, Verdict::Solved)];
    let mut case = Case::after(&ended);
    case.step(&Step::Unjoin(5)).unwrap();
    assert_eq!(case.case().reporters, [person(8)]);
    for seed in [5, 8, 7] {
        assert_eq!(case.step(&Step::Unjoin(seed)).unwrap_err().reason(), "not-joined");
    }
}

#[test]
fn what_is_done_takes_no_more_reporters_but_a_linked_case_does() {
    for steps in [vec![Step::Completed(1)], vec![Step::Withdraw]] {
        let mut case = Case::after(&[&[accept()], &steps[..]].concat());
        let refusal = case.step(&Step::Join(5, FLOODED)).unwrap_err();
        assert!(["case-completed", "case-closed"].contains(&refusal.reason()));
        assert!(
            refusal.to_string().ends_with("a new case that is linked to this one"),
            "{refusal}"
        );
    }
}

#[test]
fn a_higher_urgency_of_a_co_reporter_raises_the_case_and_counts_from_when_it_was_said() {
    let mut case = Case::after(&[accept(), Step::Waits(1)]);
    let before = case.due(Commitment::Complete).unwrap();
    let events = case.step(&Step::Join(5, FLOODED)).unwrap();
    let changed = changed(&events);
    assert_eq!((changed.before, changed.urgency), (Urgency::Normal, Urgency::Critical));
    assert_eq!((changed.cause, changed.at), (UrgencyCause::CoReporter, case.now));
    assert_eq!(case.case().ground, Ground::Rule("flooding".parse().unwrap()));
    let due = case.due(Commitment::Complete).unwrap();
    assert_eq!(due, case.now + SignedDuration::from_hours(12));
    assert!(due < before);
    assert_eq!(case.due(Commitment::Contain), Some(case.now + SignedDuration::from_hours(2)));

    let events = case.step(&Step::Join(6, "")).unwrap();
    assert!(matches!(&events[..], [Event::Joined(_)]), "less haste lowers nothing: {events:?}");
}

#[test]
fn a_raised_urgency_never_makes_a_promise_later() {
    // The close of the third working day is an hour away, and 16 hours of duty time are not.
    let mut case = Case::after(&[accept(), Step::Waits(3)]);
    case.now += SignedDuration::from_hours(7);
    let before = case.due(Commitment::Complete).unwrap();
    case.step(&Step::Urgency(Urgency::Urgent, false)).unwrap();
    assert_eq!(case.due(Commitment::Complete), Some(before));
}

#[test]
fn a_lowered_urgency_needs_a_reason_counts_from_the_receipt_and_never_makes_it_earlier() {
    let normal = Case::after(&[accept()]);
    let critical = Accept { text: FLOODED.to_owned(), caller: Some(person(8)), ..leak() };
    let mut case = Case::after(&[Step::accept(critical), Step::Waits(1)]);
    let refusal = case.step(&Step::Urgency(Urgency::Normal, false)).unwrap_err();
    assert_eq!(refusal.reason(), "reason-missing");
    let changed = changed(&case.step(&Step::Urgency(Urgency::Normal, true)).unwrap());
    assert_eq!((changed.before, changed.urgency), (Urgency::Critical, Urgency::Normal));
    assert_eq!(changed.cause, UrgencyCause::Decision);
    assert_eq!(case.case().ground, Ground::Authority);
    assert_eq!(case.due(Commitment::Complete), normal.due(Commitment::Complete));
    assert_eq!(case.due(Commitment::Contain), None, "what is not dangerous is not contained");
}

#[test]
fn an_answer_that_is_hurried_is_promised_anew_too() {
    let mut case = Case::after(&[Step::accept(question())]);
    case.step(&Step::Urgency(Urgency::Critical, false)).unwrap();
    let due = case.now + SignedDuration::from_hours(1);
    assert_eq!(case.due(Commitment::Answer), Some(due));
    assert_eq!(case.case().told().unwrap().due, due);
}
