//! What makes a case, and what is promised with it.

use clock::Ids;
use events::{
    Fact, IntakeFact,
    words::{CaseKind, Channel, Commitment, ContactOutcome, Level, Urgency},
};
use jiff::SignedDuration;

use super::case::{Case, Step, at, leak, person, question};
use crate::{Accept, Ground, Rejected, Violation, contact, publish};

fn accepted(accept: Accept) -> Case {
    Case::after(&[Step::accept(accept)])
}

fn violations(accept: Accept) -> Vec<Violation> {
    match Case::new().step(&Step::accept(accept)) {
        Err(Rejected::Invalid(violations)) => violations,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_place_and_an_item_are_enough() {
    let case = accepted(leak());
    let accepted = case.case();
    assert!(accepted.reporters.is_empty());
    assert_eq!((accepted.kind, accepted.level), (CaseKind::Repair, Level::Internal));
    assert_eq!((accepted.urgency, &accepted.ground), (Urgency::Normal, &Ground::Usual));
    assert_eq!((accepted.received_at, accepted.accepted_at), (case.now, case.now));
    assert_eq!(accepted.reopened_at, None);
}

#[test]
fn what_is_told_is_until_when_it_will_be_done() {
    let case = accepted(leak());
    let told = case.case().told().unwrap();
    assert_eq!(told.commitment, Commitment::Complete);
    assert_eq!(told.due, at("2026-09-04T17:30:00+08:00"), "three whole working days");
    assert!(!told.provisional);
    assert_eq!(case.case().promises.first(), Some(told));
}

#[test]
fn what_is_told_of_a_question_is_until_when_it_will_be_answered() {
    let case = accepted(question());
    assert_eq!(case.case().told().unwrap().commitment, Commitment::Answer);
    assert_eq!(case.due(Commitment::Answer), Some(at("2026-09-02T17:30:00+08:00")));
}

#[test]
fn only_what_starts_at_receipt_is_promised_and_only_danger_is_contained() {
    use Commitment::{Arrive, Complete, Contain};
    for (urgency, promised) in [
        (Urgency::Normal, vec![Complete, Arrive]),
        (Urgency::Critical, vec![Complete, Arrive, Contain]),
    ] {
        let case = accepted(Accept { urgency: Some(urgency), ..leak() });
        let promises: Vec<_> = case.case().promises.iter().map(|one| one.commitment).collect();
        assert_eq!(promises, promised);
    }
}

#[test]
fn urgency_follows_from_what_was_said_and_names_its_rule() {
    let said = |text: &str, people| accepted(Accept { text: text.to_owned(), people, ..leak() });
    let asset = Some("main-valve".parse().unwrap());
    for (case, urgency, rule) in [
        (said("三楼被水淹了", None), Urgency::Critical, "flooding"),
        (said("", Some(20)), Urgency::Urgent, "many-affected"),
        (said("FLOODING in room 304", Some(20)), Urgency::Critical, "flooding"),
        (accepted(Accept { asset, ..leak() }), Urgency::Urgent, "main-valve"),
        (accepted(Accept { vulnerable: true, ..leak() }), Urgency::Urgent, "vulnerable"),
    ] {
        assert_eq!(case.case().urgency, urgency);
        assert_eq!(case.case().ground, Ground::Rule(rule.parse().unwrap()));
    }
}

#[test]
fn who_may_decides_the_urgency_against_the_rules_and_that_is_on_record() {
    let flooding = Accept { text: "水淹".to_owned(), ..leak() };
    let case = accepted(Accept { urgency: Some(Urgency::Normal), ..flooding });
    assert_eq!((case.case().urgency, &case.case().ground), (Urgency::Normal, &Ground::Authority));
}

#[test]
fn clocks_run_from_the_receipt_and_not_from_the_recording() {
    let received_at = Case::new().now - SignedDuration::from_hours(5);
    let urgency = Some(Urgency::Critical);
    let case = accepted(Accept { received_at: Some(received_at), urgency, ..leak() });
    let due = received_at + SignedDuration::from_hours(12);
    assert_eq!(case.due(Commitment::Complete), Some(due));
    assert_eq!(case.case().accepted_at, case.now);
}

#[test]
fn a_receipt_in_the_future_or_of_more_than_a_week_ago_is_a_slip_of_the_pen() {
    let now = Case::new().now + SignedDuration::from_mins(1);
    let week = SignedDuration::from_hours(7 * 24);
    let instant = SignedDuration::from_micros(1);
    let received = |at| Accept { received_at: Some(at), ..leak() };
    for right in [now, now - week] {
        accepted(received(right));
    }
    let (earliest, received_at) = (now - week, now + instant);
    assert_eq!(violations(received(received_at)), [Violation::ReceivedInTheFuture { received_at }]);
    let received_at = earliest - instant;
    let long_ago = Violation::ReceivedTooLongAgo { received_at, earliest };
    assert_eq!(violations(received(received_at)), [long_ago]);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let wrong = Accept {
        item: "roof".parse().unwrap(),
        place: Some("moon".parse().unwrap()),
        received_at: Some(at("2030-01-01T00:00:00Z")),
        ..leak()
    };
    let violations = violations(wrong);
    let fields: Vec<_> = violations.iter().map(Violation::field).collect();
    assert_eq!(fields, ["item", "place", "received_at"]);
    let told = Rejected::Invalid(violations);
    assert_eq!(
        told.to_string(),
        "cannot accept: there is no item `roof`; there is no place `moon`; \
         received at 2030-01-01T00:00:00Z is in the future"
    );
}

#[test]
fn a_campus_phone_tells_the_place_unless_another_one_is_said() {
    let from = |phone: &str, place: Option<&str>| Accept {
        channel: Channel::CampusPhone,
        campus_phone: Some(phone.to_owned()),
        place: place.map(|place| place.parse().unwrap()),
        ..leak()
    };
    assert_eq!(accepted(from("6701", None)).case().place.as_str(), "dorm-7");
    assert_eq!(accepted(from("6701", Some("east"))).case().place.as_str(), "east");
    let unknown = Violation::UnknownPhone { phone: "9999".to_owned() };
    assert_eq!(violations(from("9999", Some("east"))), [unknown]);
    assert_eq!(violations(Accept { place: None, ..leak() }), [Violation::PlaceMissing]);
    let channel = Channel::Hotline;
    let hotline = Accept { channel, ..from("6701", None) };
    assert_eq!(violations(hotline), [Violation::PhoneOfOtherChannel { channel }]);
}

#[test]
fn who_called_and_for_whom_both_hear_what_becomes_of_it() {
    let (mother, student) = (Some(person(8)), Some(person(9)));
    for (caller, on_behalf_of, reporters) in [
        (None, None, vec![]),
        (mother, None, vec![person(8)]),
        (mother, student, vec![person(8), person(9)]),
        (None, student, vec![person(9)]),
        (student, student, vec![person(9)]),
    ] {
        let case = accepted(Accept { caller, on_behalf_of, ..leak() });
        assert_eq!(case.case().reporters, reporters);
    }
}

#[test]
fn the_contact_that_opened_a_case_is_told_under_its_own_key() {
    let events = Case::new().step(&Step::accept(leak())).unwrap();
    let case = clock::SeededIds::new(5).id();
    let (key, fact) = contact(&events[0], case).unwrap();
    assert_eq!(key, leak().contact);
    let Fact::Intake(IntakeFact::ContactRecorded(recorded)) = fact else { panic!("{fact:?}") };
    assert_eq!((recorded.outcome, recorded.cases), (ContactOutcome::Opened, vec![case]));
}

#[test]
fn what_was_said_is_neither_kept_nor_told() {
    let said = Accept { text: "call me, 10000138000".to_owned(), ..leak() };
    let mut case = Case::new();
    let events = case.step(&Step::accept(said)).unwrap();
    let told = publish(&events[0]).unwrap().data().unwrap();
    let kept = [serde_json::to_value(&events).unwrap(), serde_json::to_value(&case.state).unwrap()];
    for text in kept.iter().chain([&told]) {
        assert!(!text.to_string().contains("10000138000"));
    }
}
