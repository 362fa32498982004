//! A complaint about work goes to nobody who had a part in it.

use clock::{CaseId, Ids, SeededIds};
use events::intake::CaseAcceptedV1;

use super::case::{Case, Move, Step, Verb, Who, accepted};
use crate::{Concerned, Event, Fact};

const PLUMBING: &str = "logistics/plumbing";
const CARETAKERS: &str = "housing/caretakers";
const ELECTRIC: &str = "logistics/electric";

const CLAIMS: Step = Step::Asks(Who::Wang, Verb::Claim);

const fn transfers(to: &'static str) -> Step {
    Step::Moves(Move::Transfer(to))
}

/// The work complained of: the caretakers had it and Wang claimed it there, and now the plumbers have it.
fn complained_of() -> Concerned {
    let case = Case::after(&[accepted("dorm-7"), CLAIMS, transfers(PLUMBING)]);
    Concerned::of(case.state.work().unwrap())
}

/// A complaint that the electricians have, which came to them from the caretakers.
fn complaint() -> Case {
    Case::after(&[accepted("dorm-7"), transfers(ELECTRIC)])
}

#[test]
fn no_command_brings_a_complaint_to_a_post_or_a_person_that_it_is_about() {
    let (concerned, nobody) = (complained_of(), Concerned::default());
    let posts = [PLUMBING, CARETAKERS, ELECTRIC];
    let to_posts: [fn(&'static str) -> Move; 4] =
        [Move::Transfer, Move::Reassign, Move::Split, Move::Adjudicate];
    let moves = to_posts.iter().flat_map(|to| posts.map(to));
    let others = [Move::Return, Move::Merge, Move::AskDepartment, Move::Answer];
    let moves = moves.chain(others).map(Step::Moves);
    let asks = |who| Verb::ALL.map(|verb| Step::Asks(who, verb));
    let mut refused = Vec::new();
    for step in moves.chain(asks(Who::Wang)).chain(asks(Who::Li)) {
        let case = complaint();
        let command = case.command(&step);
        assert_eq!(nobody.permit(case.order(), &command), Ok(()), "a case that is no complaint");
        if let Err(rejected) = concerned.permit(case.order(), &command) {
            assert_eq!(rejected.reason(), "concerned-by-the-complaint");
            refused.push(format!("{step:?}"));
        }
    }
    let theirs = to_posts.iter().flat_map(|to| [PLUMBING, CARETAKERS].map(to));
    let theirs = theirs.chain([Move::Return]).map(Step::Moves);
    let wang = [Verb::Claim, Verb::Assign].map(|verb| Step::Asks(Who::Wang, verb));
    let expected: Vec<_> = theirs.chain(wang).map(|step| format!("{step:?}")).collect();
    assert_eq!(refused, expected, "and nothing else is");
}

#[test]
fn a_complaint_remembers_what_it_is_about_wherever_it_goes() {
    let of: CaseId = SeededIds::new(9).id();
    let Step::Hears(Fact::Accepted(case)) = accepted("dorm-7") else { panic!() };
    let fact = Fact::Accepted(CaseAcceptedV1 { complains_of: Some(of), ..case });
    let mut complaint = Case::new();
    let events = complaint.step(&Step::Hears(fact)).unwrap();
    assert_eq!(events.last(), Some(&Event::Complains { of }));
    complaint.step(&transfers(ELECTRIC)).unwrap();
    assert_eq!(complaint.state.work().unwrap().complains_of, Some(of));
    let other = Case::after(&[accepted("dorm-7")]);
    assert_eq!(other.state.work().unwrap().complains_of, None);
}

#[test]
fn a_complaint_that_its_route_brings_to_a_post_that_it_is_about_is_claimed_by_nobody_there() {
    let (concerned, case) = (complained_of(), Case::after(&[accepted("dorm-7")]));
    assert_eq!(case.order().offer.post.to_string(), CARETAKERS);
    let asks = |verb| concerned.permit(case.order(), &case.command(&Step::Asks(Who::Li, verb)));
    let refused = asks(Verb::Claim).unwrap_err();
    assert_eq!(refused.reason(), "concerned-by-the-complaint");
    assert!(refused.to_string().ends_with("let the dispatcher reassign it to one who had none"));
    // Who decides names somebody who had no part in it.
    assert_eq!(asks(Verb::Assign), Ok(()));
}

#[test]
fn who_cannot_return_a_complaint_hears_what_else_there_is_to_do_with_it() {
    let case = complaint();
    let refused = |step| complained_of().permit(case.order(), &case.command(&step)).unwrap_err();
    let returned = refused(Step::Moves(Move::Return)).to_string();
    assert!(returned.ends_with("transfer it elsewhere, or complete it"), "{returned}");
    let moved = refused(transfers(PLUMBING)).to_string();
    assert!(moved.ends_with("choose one who had none"), "{moved}");
}
