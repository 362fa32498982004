use events::{
    dispatch::{CaseCompletedV1, Merged, Split, WorkOrderCancelledV1, WorkOrderOfferedV1},
    words::{Cycle, End},
};

use super::case::{Case, Move, Step, Verb, Who, accepted, closed, danger, reopened};
use crate::{Event, State, Status};

const CARETAKERS: &str = "housing/caretakers";
const PLUMBING: &str = "logistics/plumbing";
const ELECTRIC: &str = "logistics/electric";

const CLAIMS: Step = Step::Asks(Who::Wang, Verb::Claim);
const RETURNS: Step = Step::Moves(Move::Return);
const MERGES: Step = Step::Moves(Move::Merge);
const MERGES_BEFORE: Step = Step::Moves(Move::MergeBefore);

const fn splits(to: &'static str) -> Step {
    Step::Moves(Move::Split(to))
}

const fn li(verb: Verb) -> Step {
    Step::Asks(Who::Li, verb)
}

/// A case that the caretakers were offered, after these steps.
fn after(steps: &[Step]) -> Case {
    Case::after(&[&[accepted("dorm-7")], steps].concat())
}

fn refused(case: &mut Case, step: &Step) -> &'static str {
    case.step(step).unwrap_err().reason()
}

fn offered(case: &mut Case, step: &Step) -> WorkOrderOfferedV1 {
    let events = case.step(step).unwrap();
    let [Event::Offered { offered, .. }] = &events[..] else { panic!("{events:?}") };
    offered.clone()
}

/// What is said of a work order that was merged.
fn merged(case: &mut Case, step: &Step) -> WorkOrderCancelledV1 {
    let events = case.step(step).unwrap();
    let [Event::Cancelled(cancelled)] = &events[..] else { panic!("{events:?}") };
    cancelled.clone()
}

/// Of each work order, the oldest first.
fn statuses(case: &Case) -> Vec<&'static str> {
    case.state.work().unwrap().orders.iter().map(|order| order.status.word()).collect()
}

#[test]
fn a_part_is_offered_to_another_post_and_the_work_that_it_was_split_off_goes_on() {
    let mut case = after(&[CLAIMS, Step::Asks(Who::Wang, Verb::Arrive)]);
    let first = case.order().clone();
    let part = offered(&mut case, &splits(ELECTRIC));
    let by = Who::Zhao.account();
    assert_eq!(part.split, Some(Split { from: first.id, by }));
    assert_eq!((part.post.to_string(), part.offered_at), (ELECTRIC.to_owned(), case.now));
    assert_eq!((part.cycle, &part.place.to_string()[..]), (Cycle::FIRST, "dorm-7"));
    let work = case.state.work().unwrap();
    assert_eq!(work.orders[0], first);
    let order = case.order();
    assert_eq!((order.status, order.split_from), (Status::Offered, Some(first.id)));
    assert!(order.workers.is_empty(), "whoever did the rest did nothing of it");
}

#[test]
fn a_case_is_done_with_the_last_of_its_parts_whichever_that_is() {
    for the_part_first in [true, false] {
        let mut case = after(&[CLAIMS, splits(ELECTRIC), li(Verb::Claim)]);
        if !the_part_first {
            let State::Working(work) = &mut case.state else { panic!("{:?}", case.state) };
            work.orders.rotate_left(1);
        }
        let (first, last) = (Who::Li, Who::Wang);
        let (first, last) = if the_part_first { (first, last) } else { (last, first) };
        let events = case.step(&Step::Asks(first, Verb::Complete)).unwrap();
        assert!(matches!(&events[..], [Event::Completed(_)]), "{events:?}");
        let State::Working(work) = &mut case.state else { panic!("{:?}", case.state) };
        work.orders.rotate_left(1);
        let events = case.step(&Step::Asks(last, Verb::Complete)).unwrap();
        let [Event::Completed(_), Event::CycleCompleted(done)] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(done.workers, [Who::Wang, Who::Li].map(Who::account));
        assert!(matches!(case.state, State::Done(_)));
    }
}

#[test]
fn a_part_that_is_not_theirs_goes_back_to_where_it_was_split_off_once() {
    let mut case = after(&[CLAIMS, splits(ELECTRIC), RETURNS]);
    assert_eq!(
        (case.order().offer.post.to_string(), case.order().refusals),
        (CARETAKERS.into(), 1)
    );
    assert_eq!(statuses(&case), ["claimed", "offered"], "two parts with one post");
    case.step(&Step::Moves(Move::Transfer(PLUMBING))).unwrap();
    assert_eq!(statuses(&case), ["claimed", "disputed"]);
    assert_eq!(refused(&mut case, &splits(PLUMBING)), "disputed");
    assert_eq!(refused(&mut case, &MERGES), "disputed");
    assert_eq!(refused(&mut case, &MERGES_BEFORE), "into-no-post");
    case.step(&Step::Moves(Move::Adjudicate(PLUMBING))).unwrap();
    assert_eq!(statuses(&case), ["claimed", "offered"]);
}

#[test]
fn a_part_goes_only_to_another_post_that_takes_work_orders_and_has_none_of_the_case() {
    for (to, reason) in [
        ("logistics/nobody", "no-such-post"),
        ("logistics/head", "not-accepting"),
        (CARETAKERS, "post-has-one"),
        (PLUMBING, "post-has-one"),
    ] {
        assert_eq!(refused(&mut after(&[CLAIMS, splits(PLUMBING)]), &splits(to)), reason);
    }
    // Once that one is over, or no post has it, there is nothing that it could be asked in.
    let done = [splits(PLUMBING), li(Verb::Claim), li(Verb::Complete)];
    let mut case = after(&[&[CLAIMS], &done[..]].concat());
    assert_eq!(refused(&mut case, &splits(PLUMBING)), "already-completed");
    let mut case = after(&[splits(PLUMBING), MERGES]);
    assert_eq!(refused(&mut case, &splits(PLUMBING)), "work-order-cancelled");
}

#[test]
fn nobody_splits_what_is_over_and_an_adjudicated_one_stays_where_it_is() {
    let ended = [CLAIMS, closed(1, End::Withdrawn)];
    assert_eq!(refused(&mut after(&ended), &splits(ELECTRIC)), "case-closed");
    let done = [CLAIMS, Step::Asks(Who::Wang, Verb::Complete)];
    assert_eq!(refused(&mut after(&done), &splits(ELECTRIC)), "already-completed");
    let away = Step::Moves(Move::Transfer(PLUMBING));
    let adjudicated = Step::Moves(Move::Adjudicate(CARETAKERS));
    let mut case = after(&[away.clone(), RETURNS, away, adjudicated, splits(ELECTRIC)]);
    assert!(!case.order().is_final, "nobody has decided whose the part is");
    assert_eq!(refused(&mut case, &MERGES_BEFORE), "adjudicated");
    case.step(&MERGES).unwrap();
    assert!(case.state.work().unwrap().orders[0].is_final);
}

#[test]
fn a_case_is_in_at_most_eight_parts_at_a_time() {
    let mut case = after(&[]);
    for _ in 1..8 {
        case.step(&splits(PLUMBING)).unwrap();
        case.step(&Step::Moves(Move::Reassign(ELECTRIC))).unwrap();
    }
    assert_eq!(case.state.work().unwrap().open().count(), 8);
    assert_eq!(refused(&mut case, &splits(PLUMBING)), "too-many-work-orders");
    // What is merged or done makes room.
    case.step(&MERGES_BEFORE).unwrap();
    case.step(&splits(PLUMBING)).unwrap();
}

#[test]
fn what_is_merged_is_cancelled_and_says_which_one_has_its_part() {
    let mut case = after(&[CLAIMS, splits(ELECTRIC), li(Verb::Claim)]);
    let into = case.state.work().unwrap().orders[0].clone();
    let cancelled = merged(&mut case, &MERGES);
    assert_eq!(cancelled.merged, Some(Merged { into: into.id, by: Who::Zhao.account() }));
    assert_eq!((cancelled.department.as_str(), cancelled.at), ("logistics", case.now));
    assert_eq!(case.order().status.merged_into(), Some(into.id));
    assert_eq!(case.state.work().unwrap().orders[0], into, "it goes on as it was");
    for verb in Verb::ALL {
        assert_eq!(refused(&mut case, &li(verb)), "work-order-cancelled", "{verb:?}");
    }
    assert_eq!(refused(&mut case, &MERGES), "work-order-cancelled");
    assert_eq!(refused(&mut case, &MERGES_BEFORE), "into-no-post");
}

#[test]
fn who_worked_on_what_was_merged_does_not_call_back_either() {
    let mut case = after(&[CLAIMS, splits(ELECTRIC), li(Verb::Claim), MERGES_BEFORE]);
    let events = case.step(&li(Verb::Complete)).unwrap();
    let [Event::Completed(_), Event::CycleCompleted(CaseCompletedV1 { workers, .. })] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!(*workers, [Who::Wang, Who::Li].map(Who::account));
    assert_eq!(statuses(&case), ["cancelled", "completed"]);
}

#[test]
fn a_merge_leaves_no_limit_to_arrive_and_no_open_question() {
    let mut case = Case::after(&[danger(), splits(ELECTRIC), li(Verb::Claim), li(Verb::Ask)]);
    assert!(crate::next_at(&case.state).is_some());
    case.step(&MERGES).unwrap();
    assert_eq!(crate::next_at(&case.state), None);
    assert_eq!(refused(&mut case, &Step::Moves(Move::Answer)), "work-order-cancelled");
}

#[test]
fn a_merge_goes_into_another_open_one_of_the_same_case_and_cycle() {
    assert_eq!(refused(&mut after(&[]), &Step::Moves(Move::MergeIntoItself)), "into-itself");
    assert_eq!(refused(&mut after(&[]), &MERGES), "not-in-this-case");
    let done = [CLAIMS, Step::Asks(Who::Wang, Verb::Complete)];
    let mut again = after(&[&done[..], &[reopened(2)]].concat());
    assert_eq!(refused(&mut again, &MERGES), "other-cycle");
    assert_eq!(refused(&mut again, &MERGES_BEFORE), "already-completed");
    let part_done = [splits(ELECTRIC), li(Verb::Claim), li(Verb::Complete)];
    let mut case = after(&[&[CLAIMS], &part_done[..]].concat());
    assert_eq!(refused(&mut case, &MERGES), "already-completed");
    assert_eq!(refused(&mut case, &MERGES_BEFORE), "into-no-post");
    let mut ended = after(&[splits(ELECTRIC), closed(1, End::Withdrawn)]);
    assert_eq!(refused(&mut ended, &MERGES), "case-closed");
    assert_eq!(statuses(&ended), ["cancelled", "cancelled"]);
    assert_eq!(ended.order().status.merged_into(), None);
}
