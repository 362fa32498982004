//! Who may answer by a link, what they may still say, and when it leads nowhere.

use events::{
    intake::CaseResolvedV1,
    words::{End, Level, Verdict},
};
use jiff::SignedDuration;

use super::{
    case::{
        Case, Reporter, Step, accepted, calling, calling_and, closed, in_vain, joined, reopened,
        resolved, unjoined,
    },
    sentences::{NOT_SOLVED, SOLVED, verdicts},
};
use crate::{Event, Fact, Fate, Rejected, Standing, Takes};

const FIRST_SOLVED: Step = Step::Links(Reporter::First, 1, true);
const FIRST_NOT_SOLVED: Step = Step::Links(Reporter::First, 1, false);
const SECOND_SOLVED: Step = Step::Links(Reporter::Second, 1, true);
const SECOND_NOT_SOLVED: Step = Step::Links(Reporter::Second, 1, false);

/// What may still be said by the link of the first cycle.
fn takes(case: &Case, reporter: Reporter) -> Option<Takes> {
    case.follows(reporter, 1).map(|followed| followed.takes)
}

/// How it stands with what that link asks after.
fn stands(case: &Case, reporter: Reporter) -> Option<Standing> {
    case.follows(reporter, 1).map(|followed| followed.standing)
}

#[test]
fn all_who_reported_it_are_given_a_link_and_nobody_of_a_case_that_the_desk_may_not_see() {
    let [_, Step::Hears(Fact::Resolved(done))] = &calling()[..] else { panic!() };
    for &level in Level::ALL {
        let linked = if [Level::Public, Level::Internal].contains(&level) { 2 } else { 0 };
        let resolved = CaseResolvedV1 { level, ..done.clone() };
        let mut case = Case::after(&[accepted("water-leak")]);
        let events = case.step(&Step::Hears(Fact::Resolved(resolved))).unwrap();
        let [Event::Opened { due, .. }] = &events[..] else { panic!("{events:?}") };
        assert_eq!(due.linked.len(), linked, "{level}");
        for reporter in [Reporter::First, Reporter::Second] {
            assert_eq!(case.follows(reporter, 1).is_some(), linked > 0, "{level}");
        }
    }
}

#[test]
fn who_did_not_report_it_has_no_link() {
    let mut case = Case::after(&calling());
    assert_eq!(case.follows(Reporter::Nobody, 1), None);
    let refused = case.step(&Step::Links(Reporter::Nobody, 1, false)).unwrap_err();
    assert!(matches!(refused, Rejected::LinkOver { .. }), "{refused:?}");
}

#[test]
fn who_says_by_a_link_that_it_is_solved_does_not_spare_the_first_reporter_the_callback() {
    let mut case = Case::after(&calling());
    for solved in [SECOND_SOLVED, FIRST_SOLVED] {
        assert_eq!(verdicts(&mut case, &solved), []);
        assert_eq!(case.call(1).1, None, "it is still to be made");
    }
    assert_eq!(stands(&case, Reporter::First), Some(Standing::ToCall));
    assert_eq!(stands(&case, Reporter::Second), Some(Standing::ToCallFirst));
    assert_eq!(verdicts(&mut case, &SOLVED), [Verdict::Solved]);
    for reporter in [Reporter::First, Reporter::Second] {
        assert_eq!(stands(&case, reporter), Some(Standing::Judged));
    }
}

#[test]
fn whoever_says_that_it_is_not_solved_reopens_it() {
    for first_of_all in [FIRST_NOT_SOLVED, SECOND_NOT_SOLVED] {
        let mut case = Case::after(&calling());
        assert_eq!(verdicts(&mut case, &first_of_all), [Verdict::NotSolved]);
        for reporter in [Reporter::First, Reporter::Second] {
            assert_eq!(stands(&case, reporter), Some(Standing::TakenUp));
        }
    }
}

#[test]
fn who_is_unreachable_said_by_no_link_that_it_is_solved() {
    let steps = [vec![FIRST_SOLVED], in_vain()].concat();
    let case = Case::after(&calling_and(&steps));
    assert_eq!(case.call(1).1, Some(Fate::Judged(Verdict::Unreachable)));
}

#[test]
fn who_is_no_reporter_any_more_has_no_link_and_the_others_have_theirs() {
    let mut case = Case::after(&calling_and(&[unjoined()]));
    assert_eq!(case.follows(Reporter::Second, 1), None);
    assert_eq!(case.step(&SECOND_NOT_SOLVED).unwrap_err().reason(), "link-over");
    assert_eq!(takes(&case, Reporter::First), Some(Takes::Answer));
    let mut later = Case::after(&calling_and(&[reopened(2), unjoined(), resolved(2)]));
    assert_eq!(later.follows(Reporter::Second, 1), None);
    assert!(later.follows(Reporter::Second, 2).is_some(), "who reported that is named anew");
    later.step(&unjoined()).unwrap();
    assert_eq!(later.follows(Reporter::Second, 2), None);
}

#[test]
fn who_is_a_reporter_again_answers_by_the_link_that_they_had() {
    let again = [reopened(2), unjoined()];
    let mut case = Case::after(&calling_and(&again));
    assert_eq!(case.follows(Reporter::Second, 1), None);
    let events = case.step(&joined()).unwrap();
    assert!(matches!(events[..], [Event::Rejoined { .. }]), "{events:?}");
    assert_eq!(stands(&case, Reporter::Second), Some(Standing::TakenUp));
    let events = case.step(&joined()).unwrap();
    assert!(matches!(events[..], [Event::Noted { .. }]), "{events:?}");
    case.step(&resolved(2)).unwrap();
    assert_eq!(stands(&case, Reporter::Second), Some(Standing::Newer));
    assert!(case.follows(Reporter::Second, 2).is_some());
}

#[test]
fn an_answer_is_given_once_and_solved_may_still_become_not_solved() {
    let mut case = Case::after(&calling());
    assert_eq!(takes(&case, Reporter::First), Some(Takes::Answer));
    case.step(&FIRST_SOLVED).unwrap();
    assert_eq!(takes(&case, Reporter::First), Some(Takes::NotSolved));
    assert_eq!(takes(&case, Reporter::Second), Some(Takes::Answer), "that is another's");
    let again = case.step(&FIRST_SOLVED).unwrap_err();
    assert!(matches!(again, Rejected::AlreadyAnswered { .. }), "{again:?}");

    assert_eq!(verdicts(&mut case, &FIRST_NOT_SOLVED), [Verdict::NotSolved]);
    for step in [FIRST_SOLVED, FIRST_NOT_SOLVED] {
        assert_eq!(takes(&case, Reporter::First), Some(Takes::Nothing));
        assert_eq!(case.step(&step).unwrap_err().reason(), "already-answered");
    }
    let said: Vec<_> = case.call(1).0.answers.iter().map(|one| one.solved).collect();
    assert_eq!(said, [true, false]);
}

#[test]
fn a_link_is_over_when_not_solved_would_reopen_nothing_any_more() {
    let settled = vec![SECOND_SOLVED, SOLVED];
    for (before, days) in [(vec![SOLVED], 7), (settled, 7), (vec![NOT_SOLVED], 7), (in_vain(), 30)]
    {
        let mut case = Case::after(&calling_and(&before));
        let until = case.now + SignedDuration::from_hours(24 * days);
        case.now = until;
        assert!(case.follows(Reporter::First, 1).is_some(), "{before:?}");
        case.now = until + SignedDuration::from_nanos(1);
        assert_eq!(case.follows(Reporter::First, 1), None, "{before:?}");
        assert_eq!(case.step(&FIRST_SOLVED).unwrap_err().reason(), "link-over");
    }
}

#[test]
fn a_link_leads_nowhere_once_its_case_is_ended_without_a_verdict() {
    let again = [reopened(2), closed(2, End::Withdrawn)];
    for ended in [vec![closed(1, End::Withdrawn)], again.to_vec()] {
        let mut case = Case::after(&calling_and(&ended));
        assert_eq!(case.call(1).1, Some(Fate::Withdrawn));
        assert_eq!(case.follows(Reporter::First, 1), None);
        assert_eq!(case.step(&FIRST_NOT_SOLVED).unwrap_err().reason(), "link-over");
    }
}

#[test]
fn while_it_is_taken_up_again_an_earlier_link_says_so_and_what_comes_by_it_judges_nothing() {
    let mut case = Case::after(&calling_and(&[FIRST_NOT_SOLVED, reopened(2)]));
    for reporter in [Reporter::First, Reporter::Second] {
        assert_eq!(stands(&case, reporter), Some(Standing::TakenUp));
    }
    assert_eq!(verdicts(&mut case, &SECOND_NOT_SOLVED), [], "it was on its way, and is kept");
    assert_eq!(case.call(1).0.answers.len(), 2);
    for step in [FIRST_NOT_SOLVED, SECOND_SOLVED] {
        assert_eq!(case.step(&step).unwrap_err().reason(), "already-answered");
    }
    let mut withdrawn = Case::after(&calling_and(&[reopened(2)]));
    assert_eq!(stands(&withdrawn, Reporter::First), Some(Standing::TakenUp));
    assert_eq!(withdrawn.step(&FIRST_NOT_SOLVED).unwrap_err().reason(), "later-cycle");
}

#[test]
fn once_that_is_done_the_newer_link_asks_and_the_earlier_one_takes_nothing() {
    let mut case = Case::after(&calling_and(&[FIRST_NOT_SOLVED, reopened(2), resolved(2)]));
    for reporter in [Reporter::First, Reporter::Second] {
        assert_eq!(stands(&case, reporter), Some(Standing::Newer));
        assert_eq!(takes(&case, reporter), Some(Takes::Nothing));
    }
    assert_eq!(case.step(&FIRST_NOT_SOLVED).unwrap_err().reason(), "already-answered");
    assert_eq!(case.step(&SECOND_NOT_SOLVED).unwrap_err().reason(), "later-cycle");
    assert_eq!((case.call(1).0.answers.len(), case.call(2).1), (1, None));

    let newer = Step::Links(Reporter::Second, 2, false);
    assert_eq!(verdicts(&mut case, &newer), [Verdict::NotSolved]);
    assert_eq!(stands(&case, Reporter::First), Some(Standing::TakenUp), "again");
    case.now += SignedDuration::from_hours(7 * 24) + SignedDuration::from_nanos(1);
    assert_eq!(case.follows(Reporter::First, 1), None, "it is over with the newer one");
}
