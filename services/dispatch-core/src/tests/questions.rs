use clock::{Ids, PersonId, SeededIds};
use events::words::{Asked, End};

use super::case::{Case, Move, Step, Verb, Who, accepted, closed, joined, reopened};
use crate::{Event, Question};

const CLAIMS: Step = Step::Asks(Who::Wang, Verb::Claim);
const ASKS: Step = Step::Asks(Who::Wang, Verb::Ask);
const ASKS_DEPARTMENT: Step = Step::Moves(Move::AskDepartment);
const ANSWERS: Step = Step::Moves(Move::Answer);

fn after(steps: &[Step]) -> Case {
    Case::after(&[&[accepted("dorm-7")], steps].concat())
}

fn refused(case: &mut Case, step: &Step) -> &'static str {
    case.step(step).unwrap_err().reason()
}

#[test]
fn who_has_the_work_asks_and_whoever_answers_is_named_with_the_time() {
    let mut case = after(&[CLAIMS, ASKS]);
    let [Question { of, by, at, answered: None, .. }] = case.order().questions[..] else {
        panic!("{:?}", case.order().questions)
    };
    assert_eq!((of, by, at), (Asked::Desk, Who::Wang.account(), case.now));
    case.step(&ANSWERS).unwrap();
    let answered = case.order().questions[0].answered.unwrap();
    assert_eq!((answered.by, answered.at), (Who::Zhao.account(), case.now));
}

#[test]
fn a_question_stops_nothing_and_the_work_goes_on_without_an_answer() {
    let mut case = after(&[CLAIMS]);
    let before = case.order().status;
    case.step(&ASKS).unwrap();
    assert_eq!(case.order().status, before);
    case.step(&Step::Asks(Who::Wang, Verb::Complete)).unwrap();
    assert_eq!(refused(&mut case, &ANSWERS), "already-completed");
}

#[test]
fn who_waits_for_the_answer_may_ask_while_the_work_is_on_hold() {
    let mut case = after(&[CLAIMS, Step::Asks(Who::Wang, Verb::Hold), ASKS]);
    assert_eq!(case.order().status.word(), "on-hold");
    case.step(&ANSWERS).unwrap();
}

#[test]
fn only_who_has_the_work_asks_and_the_desk_asks_whoever_has_it() {
    assert_eq!(refused(&mut after(&[]), &ASKS), "not-claimed");
    assert_eq!(refused(&mut after(&[CLAIMS]), &Step::Asks(Who::Li, Verb::Ask)), "not-yours");
    for steps in [&[][..], &[CLAIMS]] {
        let mut case = after(steps);
        case.step(&ASKS_DEPARTMENT).unwrap();
        assert_eq!(case.order().questions[0].of, Asked::Department);
    }
}

#[test]
fn a_question_is_answered_once_and_none_that_nobody_asked() {
    assert_eq!(refused(&mut after(&[CLAIMS]), &ANSWERS), "no-such-question");
    let mut case = after(&[CLAIMS, ASKS, ANSWERS]);
    assert_eq!(refused(&mut case, &ANSWERS), "already-answered");
    // Another question of the same work order is another one.
    case.step(&ASKS).unwrap();
    case.step(&ANSWERS).unwrap();
}

#[test]
fn a_question_goes_with_the_work_order_to_whichever_post_has_it() {
    let transfers = Step::Moves(Move::Transfer("logistics/plumbing"));
    let mut case = after(&[CLAIMS, ASKS, transfers]);
    let events = case.step(&ANSWERS).unwrap();
    let [Event::Answered(answered)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(answered.department.as_str(), "logistics");
}

#[test]
fn of_a_case_that_has_ended_nobody_asks_or_answers_anything() {
    let mut case = after(&[CLAIMS, ASKS, closed(1, End::Withdrawn)]);
    for step in [ASKS, ASKS_DEPARTMENT, ANSWERS] {
        assert_eq!(refused(&mut case, &step), "case-closed");
    }
}

#[test]
fn its_reporters_are_those_who_were_named_last_whatever_is_worked_on() {
    let [li, wang]: [PersonId; 2] = [SeededIds::new(8).id(), SeededIds::new(9).id()];
    let mut case = after(&[joined(&[li, wang])]);
    let events = case.step(&joined(&[wang, li])).unwrap();
    assert!(matches!(&events[..], [Event::Noted { .. }]), "{events:?}");
    assert_eq!(case.state.work().unwrap().reporters, [li, wang].into());
    // The next cycle names its own.
    case.step(&reopened(2)).unwrap();
    assert!(case.state.work().unwrap().reporters.is_empty());
    case.step(&closed(2, End::Withdrawn)).unwrap();
    case.step(&joined(&[li])).unwrap();
    assert_eq!(case.state.work().unwrap().reporters, [li].into());
}
