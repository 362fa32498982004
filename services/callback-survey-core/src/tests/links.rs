//! Who may answer by a link, what they may still say, and when it leads nowhere.

use events::{
    intake::CaseResolvedV1,
    words::{End, Level, Verdict},
};
use jiff::SignedDuration;

use super::{
    case::{
        Case, Reporter, Step, accepted, calling, calling_and, closed, in_vain, reopened, resolved,
    },
    sentences::{NOT_SOLVED, SOLVED, verdicts},
};
use crate::{Event, Fact, Fate, Rejected, Takes};

const FIRST_SOLVED: Step = Step::Links(Reporter::First, 1, true);
const FIRST_NOT_SOLVED: Step = Step::Links(Reporter::First, 1, false);
const SECOND_SOLVED: Step = Step::Links(Reporter::Second, 1, true);
const SECOND_NOT_SOLVED: Step = Step::Links(Reporter::Second, 1, false);

fn takes(case: &Case, reporter: Reporter) -> Option<Takes> {
    case.follows(reporter, 1).map(|followed| followed.takes)
}

#[test]
fn all_who_reported_it_are_given_a_link_and_nobody_of_a_case_that_the_desk_may_not_see() {
    let [_, Step::Hears(Fact::Resolved(done))] = &calling()[..] else { panic!() };
    for (level, linked) in
        [(Level::Public, 2), (Level::Internal, 2), (Level::Restricted, 0), (Level::Confidential, 0)]
    {
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
fn a_co_reporter_who_says_that_it_is_solved_does_not_spare_the_first_the_callback() {
    let mut case = Case::after(&calling());
    assert_eq!(verdicts(&mut case, &SECOND_SOLVED), []);
    assert_eq!(case.call(1).1, None, "it is still to be made");
    assert_eq!(verdicts(&mut case, &FIRST_SOLVED), [Verdict::Solved]);
}

#[test]
fn whoever_says_that_it_is_not_solved_reopens_it() {
    for first_of_all in [FIRST_NOT_SOLVED, SECOND_NOT_SOLVED] {
        let mut case = Case::after(&calling());
        assert_eq!(verdicts(&mut case, &first_of_all), [Verdict::NotSolved]);
        let followed = case.follows(Reporter::First, 1).unwrap();
        assert!(followed.is_reopened);
    }
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
fn a_link_leads_nowhere_once_its_callback_is_withdrawn() {
    for fact in [reopened(2), closed(1, End::Withdrawn)] {
        let mut case = Case::after(&calling_and(&[fact]));
        assert_eq!(case.call(1).1, Some(Fate::Withdrawn));
        assert_eq!(case.follows(Reporter::First, 1), None);
        assert_eq!(case.step(&FIRST_NOT_SOLVED).unwrap_err().reason(), "link-over");
    }
}

#[test]
fn an_answer_by_the_link_of_an_earlier_cycle_is_kept_and_judges_nothing() {
    let mut case = Case::after(&calling_and(&[NOT_SOLVED, reopened(2), resolved(2)]));
    assert_eq!(verdicts(&mut case, &SECOND_SOLVED), []);
    assert_eq!(takes(&case, Reporter::Second), Some(Takes::Nothing));
    assert_eq!(verdicts(&mut case, &FIRST_NOT_SOLVED), []);
    assert_eq!(case.call(2).1, None);
}
