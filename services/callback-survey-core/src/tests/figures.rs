//! What the cycles of a month come to.

use events::words::{Cycle, End, Verdict};

use super::case::{
    Case, Reporter, Step, Who, calling, calling_and, closed, in_vain, reopened, resolved,
};
use crate::{Call, Fate, Figures};

/// What is counted of a case after these steps.
fn figures(steps: &[Step]) -> Figures {
    let case = Case::after(steps);
    let mut figures = Figures::default();
    let cycle = case.state.survey().unwrap().cycle;
    case.state.callbacks().for_each(|(call, fate)| figures.count(call, fate, cycle, false));
    figures
}

/// The answer that was given last, changed.
fn changed(steps: &[Step], change: impl Fn(&mut Call)) -> Figures {
    let case = Case::after(steps);
    let (call, fate) = case.call(1);
    let mut call = call.clone();
    change(&mut call);
    let mut figures = Figures::default();
    figures.count(&call, fate, case.state.survey().unwrap().cycle, false);
    figures
}

const SOLVED: Step = Step::Answers(Who::Zhao, 1, true);
const NOT_SOLVED: Step = Step::Answers(Who::Zhao, 1, false);
const SOLVED_BY_LINK: Step = Step::Links(Reporter::Second, 1, true);
const NOT_SOLVED_BY_LINK: Step = Step::Links(Reporter::Second, 1, false);

/// What is expected of a case; every answer gives the mark 4.
fn counted(name: &str, steps: &[Step], expected: Figures) {
    let figures = figures(steps);
    assert_eq!(figures, expected, "{name}");
    let Figures { completed, reached, unreachable, not_called, open, .. } = figures;
    assert_eq!(completed, reached + unreachable + not_called + open, "{name}");
}

#[test]
fn each_cycle_is_counted_as_what_it_came_to() {
    let one = Figures { completed: 1, ..Figures::default() };
    let open = Figures { open: 1, ..one };
    let unreachable = Figures { unreachable: 1, ..one };
    let not_solved = Figures { reached: 1, marked: 1, marks: 4, reopened: 1, ..one };
    let solved = Figures { satisfied: 1, reopened: 0, ..not_solved };
    let withdrawn = Figures { not_called: 1, ..one };
    let again = Figures {
        completed: 2,
        reached: 2,
        satisfied: 1,
        marked: 2,
        marks: 8,
        reopened: 1,
        ..Figures::default()
    };
    let in_vain_and = |step: Step| calling_and(&[&in_vain()[..], &[step]].concat());
    let in_cycle_2 = Step::Answers(Who::Zhao, 2, true);
    for (name, steps, expected) in [
        ("open", calling(), open),
        ("open, solved by link", calling_and(&[SOLVED_BY_LINK]), open),
        ("solved", calling_and(&[SOLVED]), solved),
        ("not solved", calling_and(&[NOT_SOLVED]), not_solved),
        ("not solved by link", calling_and(&[NOT_SOLVED_BY_LINK]), not_solved),
        ("unreachable", calling_and(&in_vain()), unreachable),
        ("unreachable, solved by link", in_vain_and(SOLVED_BY_LINK), unreachable),
        ("unreachable, not solved by link", in_vain_and(NOT_SOLVED_BY_LINK), not_solved),
        ("solved, then not by link", calling_and(&[SOLVED, NOT_SOLVED_BY_LINK]), not_solved),
        ("withdrawn", calling_and(&[closed(1, End::Test)]), withdrawn),
        (
            "solved in cycle 2",
            calling_and(&[NOT_SOLVED, reopened(2), resolved(2), in_cycle_2]),
            again,
        ),
    ] {
        counted(name, &steps, expected);
    }
}

#[test]
fn who_could_not_be_reached_is_in_the_reach_and_never_in_satisfaction() {
    for link in [None, Some(SOLVED_BY_LINK)] {
        let steps: Vec<_> = in_vain().into_iter().chain(link).collect();
        let figures = figures(&calling_and(&steps));
        assert_eq!((figures.unreachable, figures.reached), (1, 0));
        assert_eq!((figures.reach_percent(), figures.satisfied_percent()), (Some(0.0), None));
        assert_eq!((figures.mean_mark(), figures.marked), (None, 0));
    }
}

#[test]
fn whoever_answers_is_satisfied_by_a_solution_a_good_mark_or_none_and_no_complaint() {
    let satisfied = |mark: Option<u8>, complains| {
        let figures = changed(&calling_and(&[SOLVED]), |call| {
            let answer = call.answers.last_mut().unwrap();
            answer.score = mark.map(|mark| mark.try_into().unwrap());
            answer.complains = complains;
        });
        assert_eq!(figures.reached, 1);
        (figures.satisfied == 1, figures.mean_mark())
    };
    assert_eq!(satisfied(Some(5), false), (true, Some(5.0)));
    assert_eq!(satisfied(Some(4), false), (true, Some(4.0)));
    assert_eq!(satisfied(Some(3), false), (false, Some(3.0)));
    assert_eq!(satisfied(None, false), (true, None));
    assert_eq!(satisfied(None, true), (false, None));
    assert_eq!(satisfied(Some(5), true), (false, Some(5.0)));
    let not_solved = changed(&calling_and(&[NOT_SOLVED]), |call| {
        call.answers.last_mut().unwrap().score = 5.try_into().ok();
    });
    assert_eq!((not_solved.reached, not_solved.satisfied), (1, 0));
}

#[test]
fn what_was_heard_counts_before_what_came_by_a_link() {
    let figures = changed(&calling_and(&[SOLVED, SOLVED_BY_LINK]), |call| {
        let [heard, by_link] = &mut call.answers[..] else { panic!("{:?}", call.answers) };
        (heard.score, by_link.score) = (2.try_into().ok(), 5.try_into().ok());
    });
    assert_eq!((figures.satisfied, figures.mean_mark()), (0, Some(2.0)));
}

#[test]
fn of_no_cycles_there_is_no_share() {
    let none = Figures::default();
    let shares =
        [none.reach_percent(), none.satisfied_percent(), none.mean_mark(), none.reopened_percent()];
    assert_eq!(shares, [None; 4]);
}

#[test]
fn a_case_that_was_taken_up_again_is_reopened_whatever_its_verdict() {
    let case = Case::after(&calling_and(&[SOLVED]));
    let (call, fate) = case.call(1);
    assert_eq!(fate, Some(Fate::Judged(Verdict::Solved)));
    for (cycle, reopened) in [(1, 0), (2, 1)] {
        let mut figures = Figures::default();
        figures.count(call, fate, Cycle::new(cycle).unwrap(), false);
        assert_eq!(figures.reopened, reopened);
    }
}

#[test]
fn each_cycle_of_a_case_that_was_entered_late_is_said_to_be_among_them() {
    let in_time = Case::after(&calling());
    let late = Case::after(&calling_and(&[NOT_SOLVED, reopened(2), resolved(2)]));
    let mut figures = Figures::default();
    for (case, entered_late) in [(&in_time, false), (&late, true)] {
        let cycle = case.state.survey().unwrap().cycle;
        case.state.callbacks().for_each(|(call, fate)| {
            figures.count(call, fate, cycle, entered_late);
        });
    }
    assert_eq!((figures.completed, figures.entered_late), (3, 2));
}
