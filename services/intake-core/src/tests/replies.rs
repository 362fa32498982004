//! Whoever reported it is answered, for now or for good.

use events::{
    intake::CaseRepliedV1,
    words::{Commitment, End, Urgency, Verdict},
};

use super::case::{Case, Step, at, leak, question, referral};
use crate::{Accept, Event, State};

/// The answer that a step gave, and the end that followed.
fn answered(case: &mut Case, next: Option<&'static str>) -> (CaseRepliedV1, Option<End>) {
    let events = case.step(&Step::Reply(next)).unwrap();
    match &events[..] {
        [Event::Replied(replied)] => (replied.clone(), None),
        [Event::Replied(replied), Event::Closed { closed, .. }] => {
            assert_eq!(closed.by, Some(replied.by), "who answers ends it");
            (replied.clone(), Some(closed.end))
        }
        _ => panic!("{events:?}"),
    }
}

fn is_open(case: &Case) -> bool {
    matches!(case.state, State::Open(_))
}

#[test]
fn an_answer_says_whose_it_is_and_ends_nothing_that_was_promised_to_be_done() {
    let mut case = Case::after(&[Step::accept(leak())]);
    let due = case.due(Commitment::Complete);
    let (replied, end) = answered(&mut case, None);
    assert_eq!(replied.department.unwrap().as_str(), "logistics");
    assert_eq!((replied.next, end), (None, None));
    assert!(is_open(&case) && case.due(Commitment::Complete) == due);
}

#[test]
fn an_answer_for_now_promises_the_next_at_the_very_time_that_was_named() {
    // The close of a Wednesday, and an hour after the last day that is decided.
    for (next, provisional) in
        [("2026-09-02T17:30:00+08:00", false), ("2027-08-02T09:00:00+08:00", true)]
    {
        let mut case = Case::after(&[Step::accept(question())]);
        let (replied, end) = answered(&mut case, Some(next));
        let promise = replied.next.unwrap();
        assert_eq!((promise.commitment, promise.due), (Commitment::FollowUp, at(next)));
        assert_eq!((promise.provisional, end), (provisional, None));
    }
}

#[test]
fn a_next_answer_is_not_promised_for_the_past_for_a_night_for_ever_or_to_nobody() {
    let mut case = Case::after(&[Step::accept(question())]);
    let night = "2026-09-02T03:00:00+08:00";
    for (next, why) in [
        ("2026-09-01T09:02:00+08:00", "is past: the next answer is still to come"),
        (
            night,
            "2026-09-02 03:00 is outside the hours that count for it; the next that counts is \
             2026-09-02 08:00",
        ),
        ("2027-09-06T10:00:00+08:00", "must not be later than"),
    ] {
        let before = case.state.clone();
        let rejected = case.step(&Step::Reply(Some(next))).unwrap_err();
        assert_eq!(rejected.reason(), "reply-invalid");
        assert!(rejected.to_string().contains(why), "{next}: {rejected}");
        assert_eq!(case.state, before);
    }
    // What is named instead is taken.
    case.step(&Step::Reply(Some("2026-09-02T08:00:00+08:00"))).unwrap();
    // No ladder is named for it, so nobody would hear that it is late.
    let mut case = Case::after(&[Step::accept(leak())]);
    let rejected = case.step(&Step::Reply(Some("2026-09-02T10:00:00+08:00"))).unwrap_err();
    assert!(rejected.to_string().contains("no ladder of `follow-up`"), "{rejected}");
}

#[test]
fn who_says_that_it_is_solved_still_gets_the_answer_that_was_promised() {
    let next = Step::Reply(Some("2026-09-02T10:00:00+08:00"));
    let owed = [
        Step::accept(Accept { item: "water-quality".parse().unwrap(), ..leak() }),
        next,
        Step::Completed(1),
    ];
    let mut case = Case::after(&owed);
    case.step(&Step::Judged(1, Verdict::Solved)).unwrap();
    assert!(matches!(case.state, State::Closed { .. }));
    let again = Step::Reply(Some("2026-09-03T10:00:00+08:00"));
    assert_eq!(case.step(&again).unwrap_err().reason(), "case-closed", "not another promise");
    assert_eq!(answered(&mut case, None).1, None);
    assert!(matches!(case.state, State::Closed { .. }), "it stays as it ended");
    assert_eq!(case.step(&Step::Reply(None)).unwrap_err().reason(), "case-closed");
}

#[test]
fn a_case_that_is_done_waits_for_the_answer_that_was_promised_and_ends_with_it() {
    let mut case = Case::after(&[Step::accept(referral()), Step::Completed(1)]);
    assert!(matches!(case.state, State::Resolved { .. }), "it is promised at receipt");
    assert_eq!(answered(&mut case, Some("2026-09-02T10:00:00+08:00")).1, None);
    assert_eq!(answered(&mut case, None).1, Some(End::Uncalled));
    assert_eq!(case.step(&Step::Reply(None)).unwrap_err().reason(), "case-closed");

    let mut case = Case::after(&[
        Step::accept(question()),
        Step::Reply(Some("2026-09-02T10:00:00+08:00")),
        Step::Completed(1),
    ]);
    assert!(matches!(case.state, State::Resolved { .. }), "it is promised with the one before");
    assert_eq!(answered(&mut case, None).1, Some(End::Uncalled));
}

#[test]
fn who_has_the_answer_waits_for_nothing_when_the_work_is_done() {
    for accept in [question(), referral()] {
        let mut case = Case::after(&[Step::accept(accept), Step::Reply(None)]);
        assert!(is_open(&case));
        case.step(&Step::Completed(1)).unwrap();
        assert!(matches!(case.state, State::Closed { .. }), "{:?}", case.state);
    }
}

#[test]
fn who_is_called_back_is_answered_and_still_called_back() {
    let mut case = Case::after(&[Step::accept(leak()), Step::Completed(1)]);
    assert_eq!(answered(&mut case, None).1, None);
    assert!(matches!(case.state, State::Resolved { .. }));
}

#[test]
fn whoever_says_not_solved_is_promised_an_answer_again() {
    let mut case = Case::after(&[
        Step::accept(referral()),
        Step::Reply(None),
        Step::Completed(1),
        Step::Reopen,
        Step::Completed(2),
    ]);
    assert!(matches!(case.state, State::Resolved { .. }), "{:?}", case.state);
    assert!(case.due(Commitment::FollowUp).is_some());
    assert_eq!(answered(&mut case, None).1, Some(End::Uncalled));
    assert_eq!(case.case().replies.len(), 2, "of both cycles");
}

#[test]
fn more_haste_moves_no_answer_that_was_promised() {
    let mut case = Case::after(&[Step::accept(referral())]);
    let [answer, follow_up] =
        [Commitment::Answer, Commitment::FollowUp].map(|commitment| case.due(commitment));
    case.step(&Step::Urgency(Urgency::Critical, true)).unwrap();
    assert!(case.due(Commitment::Answer) < answer);
    assert_eq!(case.due(Commitment::FollowUp), follow_up);
}
