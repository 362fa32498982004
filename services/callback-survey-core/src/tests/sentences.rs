use events::words::{CaseNumber, End, ItemId, Verdict};
use jiff::SignedDuration;

use super::{
    campus::RULES,
    case::{
        Case, Reporter, Step, Who, accepted, accepted_as, at, calling, calling_and, closed,
        in_vain, reopened, resolved, resolved_for,
    },
};
use crate::{Event, Fate, Reason, Rejected, State};

pub(super) const SOLVED: Step = Step::Answers(Who::Zhao, 1, true);
pub(super) const NOT_SOLVED: Step = Step::Answers(Who::Zhao, 1, false);

/// The verdicts that follow from a step.
pub(super) fn verdicts(case: &mut Case, step: &Step) -> Vec<Verdict> {
    let judged = |event: &Event| match event {
        Event::Judged(judged) => Some(judged.verdict),
        Event::Followed { .. }
        | Event::Opened { .. }
        | Event::Attempted { .. }
        | Event::Answered { .. }
        | Event::Unjoined { .. }
        | Event::Rejoined { .. }
        | Event::Withdrawn(_)
        | Event::Ended { .. }
        | Event::Noted { .. } => None,
    };
    case.step(step).unwrap().iter().filter_map(judged).collect()
}

#[test]
fn the_answer_of_a_cycle_judges_it() {
    for (answer, verdict) in [(SOLVED, Verdict::Solved), (NOT_SOLVED, Verdict::NotSolved)] {
        let mut case = Case::after(&calling());
        assert_eq!(verdicts(&mut case, &answer), [verdict]);
        assert_eq!(case.call(1).1, Some(Fate::Judged(verdict)));
    }
}

#[test]
fn an_answer_to_a_call_is_an_attempt_that_reached_somebody_and_one_by_a_link_is_none() {
    let asked = Case::after(&calling_and(&[SOLVED]));
    let [attempt] = asked.call(1).0.attempts[..] else { panic!("{:?}", asked.state) };
    assert_eq!((attempt.by, attempt.at, attempt.reached), (Who::Zhao.account(), asked.now, true));

    let by_link = Case::after(&calling_and(&[Step::Links(Reporter::First, 1, true)]));
    let (call, _) = by_link.call(1);
    assert_eq!((call.attempts.len(), call.answers.len()), (0, 1));
}

#[test]
fn what_somebody_said_is_never_refused_for_the_hour() {
    let night = Step::Until(at("2026-09-01T23:00:00+08:00"));
    let case = Case::after(&calling_and(&[night, NOT_SOLVED]));
    assert_eq!(case.call(1).1, Some(Fate::Judged(Verdict::NotSolved)));
}

#[test]
fn the_first_not_solved_of_a_cycle_turns_its_verdict_and_later_ones_are_kept() {
    let by_link = Step::Links(Reporter::First, 1, false);
    for before in [vec![SOLVED], in_vain()] {
        let mut case = Case::after(&calling_and(&before));
        assert_eq!(verdicts(&mut case, &by_link), [Verdict::NotSolved]);
        assert_eq!(verdicts(&mut case, &Step::Links(Reporter::Second, 1, false)), []);
        assert_eq!(verdicts(&mut case, &SOLVED), []);
        assert_eq!(case.call(1).1, Some(Fate::Judged(Verdict::NotSolved)));
        let kept: Vec<_> =
            case.call(1).0.answers.iter().rev().take(3).map(|one| one.solved).collect();
        assert_eq!(kept, [true, false, false], "newest first");
    }
}

#[test]
fn not_solved_after_the_window_is_refused_and_solved_is_still_kept() {
    for (before, days) in [(vec![SOLVED], 7), (in_vain(), 30)] {
        let mut case = Case::after(&calling_and(&before));
        let until = case.now + SignedDuration::from_hours(24 * days);
        let soon = SignedDuration::from_secs(1);
        let mut late =
            Case::after(&calling_and(&[before, vec![Step::Until(until + soon)]].concat()));
        let refused = late.step(&NOT_SOLVED).unwrap_err();
        assert!(matches!(refused, Rejected::ReopenWindowOver { until: over, .. } if over == until));
        let open = "`yizhan case open water-leak --place east --linked-to 2026-09-000123`";
        assert!(refused.to_string().ends_with(open), "{refused}");
        assert_eq!(verdicts(&mut late, &SOLVED), []);
        case.step(&Step::Until(until)).unwrap();
        assert_eq!(verdicts(&mut case, &NOT_SOLVED), [Verdict::NotSolved]);
    }
}

#[test]
fn whoever_was_unreachable_is_never_counted_as_satisfied() {
    let mut case = Case::after(&calling_and(&in_vain()));
    assert_eq!(verdicts(&mut case, &SOLVED), []);
    assert_eq!(case.call(1).1, Some(Fate::Judged(Verdict::Unreachable)));
}

#[test]
fn an_answer_to_an_earlier_cycle_is_kept_and_judges_nothing() {
    let mut case = Case::after(&calling_and(&[SOLVED, reopened(2), resolved(2)]));
    assert_eq!(verdicts(&mut case, &NOT_SOLVED), []);
    assert_eq!(case.call(1).0.answers.len(), 2);
    assert_eq!(case.call(1).1, Some(Fate::Judged(Verdict::Solved)));
    assert_eq!(case.call(2).1, None);
}

#[test]
fn a_verdict_stays_open_to_answers_after_the_case_is_closed() {
    let mut case = Case::after(&calling_and(&[SOLVED, closed(1, End::Solved)]));
    assert_eq!(verdicts(&mut case, &Step::Links(Reporter::First, 1, false)), [Verdict::NotSolved]);
}

#[test]
fn an_open_callback_is_withdrawn_when_the_case_goes_on_without_it() {
    for (fact, word) in [(reopened(2), "idle"), (closed(1, End::Test), "ended")] {
        let mut case = Case::after(&calling());
        let events = case.step(&fact).unwrap();
        assert!(matches!(&events[..], [Event::Withdrawn(_), _]), "{events:?}");
        assert_eq!(case.state.word(), word);
        assert_eq!(case.call(1).1, Some(Fate::Withdrawn));
        for step in [SOLVED, Step::Attempts(Who::Zhao, 1)] {
            assert_eq!(case.step(&step).unwrap_err().reason(), "callback-withdrawn");
        }
    }
}

#[test]
fn of_an_item_with_a_share_those_cases_are_asked_after_that_are_in_it() {
    let item: ItemId = "water-pressure".parse().unwrap();
    let resolved = resolved_for("water-pressure", 1);
    let (mut called, mut left) = (0, 0);
    for serial in 1..=10 {
        let number = CaseNumber::new(2026, 9, serial).unwrap();
        let mut case = Case::after(&[accepted_as(number, "water-pressure")]);
        case.step(&resolved).unwrap();
        let is_called = RULES.is_called_back(&item, number).unwrap();
        assert_eq!(matches!(case.state, State::Calling { .. }), is_called, "{number}");
        *(if is_called { &mut called } else { &mut left }) += 1;
    }
    assert!(called > 0 && left > 0, "{called} and {left}");
}

#[test]
fn nobody_is_asked_after_an_item_that_is_not_called_back() {
    let steps = [accepted("water-hours"), resolved_for("water-hours", 1)];
    let mut case = Case::after(&steps[..1]);
    let events = case.step(&steps[1]).unwrap();
    assert!(matches!(&events[..], [Event::Noted { reason: Reason::NotDue, .. }]), "{events:?}");
    case.step(&closed(1, End::Uncalled)).unwrap();
    assert!(matches!(case.state, State::Ended { end: End::Uncalled, .. }));
}

#[test]
fn each_cycle_has_a_callback_of_its_own() {
    let case = Case::after(&calling_and(&[NOT_SOLVED, reopened(2), resolved(2)]));
    let (first, second) = (case.call(1).0, case.call(2).0);
    assert_ne!(first.id, second.id);
    assert_eq!((second.attempts.len(), second.answers.len()), (0, 0));
}
