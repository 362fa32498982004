//! Ends that somebody decides on.

use clock::{Ids as _, SeededIds};
use events::words::{CaseNumber, End, Urgency};

use super::case::{Case, Step, leak, person};
use crate::{Accept, Disposal, Event, Instead, State};

fn accept() -> Step {
    Step::accept(Accept { caller: Some(person(8)), ..leak() })
}

fn end(case: &Case) -> End {
    let State::Closed { closing, .. } = &case.state else { panic!("{:?}", case.state) };
    closing.end
}

#[test]
fn each_end_says_where_the_matter_goes_on_and_who_decided() {
    let (of, number) = (SeededIds::new(6).id(), CaseNumber::new(2026, 9, 124).unwrap());
    let department: events::words::DepartmentId = "logistics".parse().unwrap();
    for (disposal, how, instead) in [
        (Disposal::Duplicate { of, number }, End::Duplicate, Some(Instead::Case(of))),
        (
            Disposal::NotOurs { department: department.clone() },
            End::NotOurs,
            Some(Instead::Department(department)),
        ),
        (Disposal::Test, End::Test, None),
    ] {
        let mut case = Case::after(&[accept()]);
        let events = case.step(&Step::CloseAs(disposal)).unwrap();
        assert!(matches!(&events[..], [Event::Closed { by: Some(_), .. }]), "{events:?}");
        assert_eq!((end(&case), case.case().instead.clone()), (how, instead));
        assert_eq!(case.step(&Step::Reopen).unwrap_err().reason(), "end-is-final");
    }
}

#[test]
fn nothing_is_refused_without_a_reason() {
    let mut case = Case::after(&[accept()]);
    let refusal = case.step(&Step::CloseAs(Disposal::Refused)).unwrap_err();
    assert_eq!(refusal.reason(), "reason-missing");
    assert!(matches!(case.state, State::Open(_)));
}

#[test]
fn what_is_completed_ends_as_its_requester_says_and_not_by_decision() {
    let mut case = Case::after(&[accept(), Step::Completed(1)]);
    let refusal = case.step(&Step::CloseAs(Disposal::Test)).unwrap_err();
    assert_eq!(refusal.reason(), "case-completed");
}

#[test]
fn who_reported_a_duplicate_hears_of_the_case_that_absorbs_it_and_their_haste_counts() {
    let mut case = Case::after(&[accept()]);
    let events = case.step(&Step::Absorb(5, Urgency::Critical, None)).unwrap();
    assert!(
        matches!(
            &events[..],
            [Event::Absorbed { .. }, Event::Joined(_), Event::UrgencyChanged { .. }]
        ),
        "{events:?}"
    );
    assert_eq!(case.case().reporters, [person(8), person(5)]);
    assert_eq!(case.case().urgency, Urgency::Critical);
    let events = case.step(&Step::Absorb(8, Urgency::Normal, None)).unwrap();
    assert!(matches!(&events[..], [Event::Absorbed { .. }]), "nothing is new: {events:?}");
}

#[test]
fn what_has_ended_absorbs_nothing() {
    let mut case = Case::after(&[accept(), Step::Withdraw]);
    let refusal = case.step(&Step::Absorb(5, Urgency::Normal, None)).unwrap_err();
    assert_eq!(refusal.reason(), "case-closed");
    assert!(refusal.to_string().ends_with("leave the other open"), "{refusal}");
}
