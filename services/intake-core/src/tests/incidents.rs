//! One cause, many places, and everybody calls.

use events::words::{Commitment, End, Urgency};

use super::{
    campus::RULES,
    case::{Case, Step, at, leak, outage, person, touching},
    table::duplicate,
};
use crate::{Accept, Disposal, Event, Rejected, State, Violation, read_out};

const ELEVEN: &str = "2026-09-01T11:00:00+08:00";
const NOON: &str = "2026-09-01T12:00:00+08:00";

fn open() -> Case {
    Case::after(&[Step::accept(outage())])
}

fn call(seeds: &'static [u64]) -> Step {
    Step::Call(seeds, Some("dorm-7"), "")
}

fn end(case: &Case) -> End {
    let State::Closed { closing, .. } = &case.state else { panic!("{:?}", case.state) };
    closing.end
}

#[test]
fn it_is_a_case_with_one_promise_at_the_first_of_its_places() {
    let mut case = Case::new();
    let places = ["dorm-7", "east", "dorm-7"];
    let incident = Some(touching(&places, Some(ELEVEN)));
    let accept = Accept { place: None, incident, ..leak() };
    let events = case.step(&Step::accept(accept)).unwrap();
    let [Event::Accepted { accepted, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!(accepted.place.as_str(), "dorm-7");
    assert_eq!(accepted.incident, Some(touching(&places[..2], Some(ELEVEN))));
    assert!(case.due(Commitment::Complete).is_some());
}

#[test]
fn all_that_is_wrong_with_it_is_told_at_once() {
    let wrong = |places: &[&str], expected_end| {
        let incident = Some(touching(places, expected_end));
        let accept = Accept { item: "moon-dust".parse().unwrap(), incident, ..leak() };
        let refusal = Case::new().step(&Step::accept(accept)).unwrap_err();
        let Rejected::Invalid(violations) = refusal else { panic!("{refusal:?}") };
        violations.iter().map(Violation::field).collect::<Vec<_>>()
    };
    assert_eq!(wrong(&[], None), ["item", "places"]);
    let past = Some("2026-09-01T09:01:00+08:00");
    assert_eq!(wrong(&["moon", "dorm-7"], past), ["item", "places", "expected_end"]);
}

#[test]
fn every_call_is_counted_and_each_person_joins_once() {
    let mut case = open();
    let events = case.step(&call(&[5, 6])).unwrap();
    assert!(matches!(&events[..], [Event::Called { .. }, Event::Joined(_)]), "{events:?}");
    for again in [call(&[6]), call(&[])] {
        let events = case.step(&again).unwrap();
        assert!(matches!(&events[..], [Event::Called { .. }]), "{events:?}");
    }
    assert_eq!(case.case().reporters, [person(5), person(6)]);
    assert_eq!(case.case().incident.as_ref().unwrap().calls, 3);
}

#[test]
fn who_says_that_it_floods_raises_it_for_all() {
    let mut case = open();
    let events = case.step(&Step::Call(&[5], None, "三楼被水淹了")).unwrap();
    assert!(matches!(events.last(), Some(Event::UrgencyChanged { .. })), "{events:?}");
    assert_eq!(case.case().urgency, Urgency::Critical);
}

#[test]
fn a_place_that_it_does_not_touch_is_another_matter_until_somebody_says_that_it_is_not() {
    let far = |case: &mut Case| case.step(&Step::Call(&[5], Some("east"), "")).map(drop);
    let mut case = open();
    let refusal = far(&mut case).unwrap_err();
    assert_eq!(refusal.reason(), "place-not-touched");
    assert!(refusal.to_string().contains("update it by this place first"), "{refusal}");
    let absorbed = case.step(&Step::Absorb(7, Urgency::Normal, Some("east"))).unwrap_err();
    assert_eq!(absorbed.reason(), "place-not-touched");
    case.step(&Step::News { places: vec!["east"], expected_end: None, is_worded: false }).unwrap();
    far(&mut case).unwrap();
    case.step(&Step::Absorb(7, Urgency::Normal, Some("dorm-7"))).unwrap();
    assert_eq!(case.case().reporters, [person(5), person(7)]);
}

#[test]
fn news_is_what_was_not_known_and_takes_no_place_away() {
    let mut case = open();
    let known = Step::News { places: vec!["dorm-7"], expected_end: Some(ELEVEN), is_worded: false };
    assert_eq!(case.step(&known).unwrap_err().reason(), "incident-unchanged");
    let later = Step::News { places: vec!["east"], expected_end: Some(NOON), is_worded: false };
    let events = case.step(&later).unwrap();
    let [Event::IncidentUpdated(updated)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(updated.incident, touching(&["dorm-7", "east"], Some(NOON)));
    let cause = Step::News { places: Vec::new(), expected_end: None, is_worded: true };
    case.step(&cause).unwrap();
    assert_eq!(case.case().incident.as_ref().unwrap().known, updated.incident);
}

#[test]
fn whoever_is_there_may_say_that_it_is_over_and_then_nobody_joins_or_closes_it_again() {
    let mut case = Case::after(&[Step::accept(outage()), call(&[5])]);
    let events = case.step(&Step::Over).unwrap();
    assert!(matches!(&events[..], [Event::Closed { by: Some(_), .. }]), "{events:?}");
    assert_eq!(end(&case), End::Uncalled);
    assert_eq!(case.step(&Step::Over).unwrap_err().reason(), "case-closed");
    let refusal = case.step(&call(&[6])).unwrap_err();
    assert_eq!(refusal.reason(), "case-closed");
    assert!(refusal.to_string().ends_with("a new case that is linked to this one"), "{refusal}");
    case.step(&Step::Reopen).unwrap();
    case.step(&call(&[6])).unwrap();
}

#[test]
fn what_is_no_incident_is_neither_joined_nor_closed_as_one_nor_an_incident_as_a_case() {
    let mut case = Case::after(&[Step::accept(leak())]);
    let cause = Step::News { places: Vec::new(), expected_end: None, is_worded: true };
    for step in [call(&[5]), cause, Step::Over, Step::Absorb(5, Urgency::Normal, Some("dorm-7"))] {
        assert_eq!(case.step(&step).unwrap_err().reason(), "not-an-incident");
    }
    for step in [Step::Withdraw, Step::CloseAs(Disposal::Test), Step::CloseAs(duplicate(124))] {
        assert_eq!(open().step(&step).unwrap_err().reason(), "case-is-incident");
    }
}

#[test]
fn it_tells_a_thousand_and_answers_all() {
    let mut case = open();
    let crowd: &'static [u64] = Vec::leak((100..1_102).collect());
    case.step(&call(crowd)).unwrap();
    assert_eq!(case.case().reporters.len(), 1_000);
    let events = case.step(&call(&[5])).unwrap();
    assert!(matches!(&events[..], [Event::Called { .. }]), "{events:?}");
    let fact = crate::publish(&case.step(&Step::Absorb(6, Urgency::Normal, None)).unwrap()[1]);
    assert!(fact.unwrap().data().unwrap().to_string().len() < events::MAX_BYTES - 4_096);
}

#[test]
fn what_is_read_out_says_where_and_until_when_and_not_what_is_past() {
    static CAMPUS: std::sync::LazyLock<definitions::Rules> =
        std::sync::LazyLock::new(|| campus_kit::example().into_rules(events::words::Revision(1)));
    let case = open();
    let said = |now| read_out(&CAMPUS, case.case(), at(now)).unwrap();
    assert_eq!(
        said("2026-09-01T10:00:00+08:00").lines().collect::<Vec<_>>(),
        [
            "“水管漏水”(东校区7号学生公寓)我们已经知道,正在处理,编号 2026-09-000123,预计恢复时间:2026-09-01 11:00。有变化和恢复时都会通知您。",
            "“Leaking Pipe” (East Campus, Dormitory 7) is known and being worked on as 2026-09-000123. Expected to be over: 2026-09-01 11:00. You will be told when that changes and when it is over.",
        ]
    );
    assert!(said(ELEVEN).contains("Expected to be over: not known yet"));
    assert_eq!(read_out(&RULES, Case::after(&[Step::accept(leak())]).case(), at(NOON)), None);
}
