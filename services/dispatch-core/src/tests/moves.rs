//! How a work order goes from post to post.

use clock::OfferId;
use events::{
    dispatch::{WorkOrderOfferedV1, WorkOrderReleasedV1},
    words::ReleaseCause,
};

use super::case::{Case, Move, Step, Verb, Who, accepted};
use crate::{Event, Rejected, Status};

const CARETAKERS: &str = "housing/caretakers";
const PLUMBING: &str = "logistics/plumbing";
const ELECTRIC: &str = "logistics/electric";

const CLAIMS: Step = Step::Asks(Who::Wang, Verb::Claim);
const RETURNS: Step = Step::Moves(Move::Return);

const fn transfers(to: &'static str) -> Step {
    Step::Moves(Move::Transfer(to))
}

const fn reassigns(to: &'static str) -> Step {
    Step::Moves(Move::Reassign(to))
}

const fn adjudicates(to: &'static str) -> Step {
    Step::Moves(Move::Adjudicate(to))
}

/// A case that the caretakers were offered, after these steps.
fn after(steps: &[Step]) -> Case {
    Case::after(&[&[accepted("dorm-7")], steps].concat())
}

fn disputed() -> Case {
    after(&[transfers(PLUMBING), RETURNS, transfers(ELECTRIC)])
}

/// The release and the offer that follow from a step.
fn moved(case: &mut Case, step: &Step) -> (WorkOrderReleasedV1, WorkOrderOfferedV1) {
    let events = case.step(step).unwrap();
    let [Event::Released { released, .. }, Event::Offered { offered, .. }] = &events[..] else {
        panic!("{events:?}")
    };
    (released.clone(), offered.clone())
}

fn refused(case: &mut Case, step: &Step) -> &'static str {
    case.step(step).map_err(|rejected: Rejected| rejected.reason()).unwrap_err()
}

#[test]
fn a_transfer_is_a_new_offer_to_the_other_post_which_knows_where_it_came_from() {
    let mut case = after(&[CLAIMS]);
    let first: OfferId = case.order().offer.id;
    let (released, offered) = moved(&mut case, &transfers(PLUMBING));
    assert_eq!((released.offer, released.cause), (first, ReleaseCause::Transferred));
    assert_eq!(released.department.as_str(), "housing");
    assert_eq!(released.worker, Some(Who::Wang.account()));
    assert_eq!(released.by, Some(Who::Zhao.account()));
    assert_ne!(offered.offer, first);
    assert_eq!((offered.post.to_string(), offered.offered_at), (PLUMBING.to_owned(), case.now));
    let order = case.order();
    assert_eq!((order.status, order.refusals), (Status::Offered, 0));
    assert_eq!(order.from.as_ref().unwrap().to_string(), CARETAKERS);
}

#[test]
fn what_was_transferred_may_be_returned_once() {
    let mut case = after(&[transfers(PLUMBING), CLAIMS]);
    let (released, offered) = moved(&mut case, &RETURNS);
    assert_eq!(released.cause, ReleaseCause::Returned);
    assert_eq!(released.department.as_str(), "logistics");
    assert_eq!(offered.post.to_string(), CARETAKERS);
    assert_eq!((case.order().refusals, &case.order().from), (1, &None));
}

#[test]
fn nothing_is_returned_that_no_other_post_gave() {
    assert_eq!(refused(&mut after(&[]), &RETURNS), "not-transferred");
    assert_eq!(refused(&mut after(&[reassigns(PLUMBING)]), &RETURNS), "not-transferred");
}

#[test]
fn to_transfer_it_back_where_it_came_from_is_a_return_and_counted_as_one() {
    let mut case = after(&[transfers(PLUMBING)]);
    assert_eq!(refused(&mut case, &transfers(CARETAKERS)), "came-from-there");
    case.step(&transfers(ELECTRIC)).unwrap();
    assert_eq!(case.order().from.as_ref().unwrap().to_string(), PLUMBING);
}

#[test]
fn after_one_refusal_the_next_return_or_transfer_is_a_dispute_that_nobody_is_offered() {
    for second in [RETURNS, transfers(PLUMBING), transfers(ELECTRIC)] {
        let mut case = after(&[transfers(PLUMBING), RETURNS, CLAIMS]);
        let events = case.step(&second).unwrap();
        let [Event::Released { released, refusals: 2 }, Event::Disputed(fact)] = &events[..] else {
            panic!("{events:?}")
        };
        assert_eq!(released.worker, Some(Who::Wang.account()));
        assert_eq!((fact.department.as_str(), fact.at), ("housing", case.now));
        assert_eq!(case.order().status, Status::Disputed { since: case.now });
        assert_eq!(case.order().status.worker(), None);
    }
}

#[test]
fn a_disputed_work_order_waits_for_the_adjudication_and_for_nothing_else() {
    let moves = [transfers(PLUMBING), RETURNS, reassigns(PLUMBING)];
    let asks = Verb::ALL.map(|verb| Step::Asks(Who::Wang, verb));
    for step in moves.into_iter().chain(asks) {
        assert_eq!(refused(&mut disputed(), &step), "disputed", "{step:?}");
    }
}

#[test]
fn an_adjudication_is_final_even_after_a_claim_that_expired() {
    let mut case = disputed();
    let events = case.step(&adjudicates(CARETAKERS)).unwrap();
    assert!(matches!(&events[..], [Event::Offered { is_final: true, .. }]), "{events:?}");
    case.step(&CLAIMS).unwrap();
    case.step(&Step::Wakes(jiff::SignedDuration::from_hours(3))).unwrap();
    assert_eq!(case.order().status, Status::Offered);
    for step in [transfers(PLUMBING), RETURNS, reassigns(PLUMBING)] {
        assert_eq!(refused(&mut case, &step), "adjudicated");
    }
    case.step(&Step::Asks(Who::Li, Verb::Assign)).unwrap();
}

#[test]
fn only_what_is_disputed_is_adjudicated() {
    assert_eq!(refused(&mut after(&[]), &adjudicates(PLUMBING)), "not-disputed");
    assert_eq!(refused(&mut after(&[CLAIMS]), &adjudicates(PLUMBING)), "not-disputed");
    let mut decided = disputed();
    decided.step(&adjudicates(ELECTRIC)).unwrap();
    assert_eq!(refused(&mut decided, &adjudicates(PLUMBING)), "adjudicated");
}

#[test]
fn a_reassignment_refuses_nothing_and_leaves_nothing_to_return() {
    let mut case = after(&[transfers(PLUMBING)]);
    let (released, offered) = moved(&mut case, &reassigns(ELECTRIC));
    assert_eq!(released.cause, ReleaseCause::Reassigned);
    assert_eq!(offered.post.to_string(), ELECTRIC);
    assert_eq!((case.order().refusals, &case.order().from), (0, &None));
}

#[test]
fn a_reassignment_to_its_own_post_takes_it_from_who_has_it_even_when_it_is_final() {
    let begun = [CLAIMS, Step::Asks(Who::Wang, Verb::Arrive)];
    let dispute = [transfers(PLUMBING), RETURNS, transfers(ELECTRIC), adjudicates(CARETAKERS)];
    for (before, is_final) in [(&[][..], false), (&dispute[..], true)] {
        let mut case = after(&[before, &begun[..]].concat());
        let (released, offered) = moved(&mut case, &reassigns(CARETAKERS));
        assert_eq!(released.worker, Some(Who::Wang.account()));
        assert_eq!(offered.post.to_string(), CARETAKERS);
        assert_eq!(case.order().is_final, is_final);
        assert_eq!(refused(&mut case, &reassigns(CARETAKERS)), "same-post");
        case.step(&Step::Asks(Who::Li, Verb::Assign)).unwrap();
    }
    // Where it came from is not forgotten by it.
    let mut case = after(&[transfers(PLUMBING), CLAIMS, reassigns(PLUMBING)]);
    case.step(&RETURNS).unwrap();
    assert_eq!(case.order().offer.post.to_string(), CARETAKERS);
}

#[test]
fn a_work_order_goes_only_to_another_post_that_takes_work_orders() {
    for (to, reason) in [
        ("logistics/nobody", "no-such-post"),
        ("logistics/head", "not-accepting"),
        (CARETAKERS, "same-post"),
    ] {
        for step in [transfers(to), reassigns(to)] {
            assert_eq!(refused(&mut after(&[]), &step), reason);
        }
    }
    for (to, reason) in [("logistics/nobody", "no-such-post"), ("logistics/head", "not-accepting")]
    {
        assert_eq!(refused(&mut disputed(), &adjudicates(to)), reason);
        // A typo is no refusal.
        let mut refused_once = after(&[transfers(PLUMBING), RETURNS]);
        assert_eq!(refused(&mut refused_once, &transfers(to)), reason);
        assert_eq!(refused_once.order().refusals, 1);
    }
    // Who had it last may get it for good.
    disputed().step(&adjudicates(CARETAKERS)).unwrap();
}

#[test]
fn work_that_has_begun_moves_too_and_all_who_had_it_may_not_call_back() {
    let (arrives, holds) = (Step::Asks(Who::Wang, Verb::Arrive), Step::Asks(Who::Wang, Verb::Hold));
    let li = |verb| Step::Asks(Who::Li, verb);
    let mut case = after(&[CLAIMS, arrives, holds, transfers(PLUMBING), li(Verb::Assign)]);
    let events = case.step(&li(Verb::Complete)).unwrap();
    let [Event::Completed(_), Event::CycleCompleted(completed)] = &events[..] else {
        panic!("{events:?}")
    };
    assert_eq!(completed.workers, [Who::Wang, Who::Li].map(Who::account));
}
