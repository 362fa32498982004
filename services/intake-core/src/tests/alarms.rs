//! What makes an alarm, and what makes any report one about a person at risk.

use std::sync::LazyLock;

use clock::SeededIds;
use definitions::Rules;
use events::{
    intake::{CaseAcceptedV1, Incident},
    words::{AlarmKind, CaseKind, Level, Revision, Urgency},
};

use super::case::{at, leak};
use crate::{Accept, Command, Event, Ground, State, apply, on_command};

static RULES: LazyLock<Rules> = LazyLock::new(|| campus_kit::example().into_rules(Revision(1)));

/// What a report becomes on the example campus, with what others hear of it.
fn reported(accept: Accept) -> (State, CaseAcceptedV1) {
    let command = Command::Accept(Box::new(accept));
    let now = at("2026-09-01T09:00:00+08:00");
    let events = on_command(&State::New, &RULES, command, now, &mut SeededIds::new(7)).unwrap();
    let [event @ Event::Accepted { accepted, .. }] = &events[..] else { panic!("{events:?}") };
    let mut state = State::New;
    apply(&mut state, event);
    (state, CaseAcceptedV1::clone(accepted))
}

fn said(item: &str, text: &str) -> Accept {
    let (item, place) = (item.parse().unwrap(), "dorm-7-302".parse().ok());
    Accept { item, place, text: text.to_owned(), ..leak() }
}

#[test]
fn an_alarm_is_a_critical_case_of_which_a_place_says_enough() {
    for kind in AlarmKind::ALL {
        let item = RULES.alarm_item(*kind).unwrap();
        let (state, accepted) = reported(said(item.id.as_str(), ""));
        assert_eq!((accepted.kind, accepted.urgency), (CaseKind::Alarm, Urgency::Critical));
        assert_eq!(state.case().unwrap().ground, Ground::Alarm, "{kind}");
        assert_eq!(accepted.level == Level::Hidden, *kind == AlarmKind::PersonAtRisk, "{kind}");
    }
}

#[test]
fn whatever_somebody_reports_who_may_harm_themselves_it_is_about_them_and_hidden_at_once() {
    for (item, text) in [
        ("water-leak", "水管漏水,室友说不想活了"),
        ("door-lock", "My roommate locked himself in and says he will KILL HIMSELF"),
        ("alarm-fight", "他们打架,其中一个喊着要自杀"),
    ] {
        let (_, accepted) = reported(said(item, text));
        assert_eq!(accepted.item.as_str(), "person-at-risk", "{text}");
        assert_eq!((accepted.kind, accepted.level), (CaseKind::Alarm, Level::Hidden), "{text}");
    }
    let (_, accepted) = reported(said("water-leak", "水管漏水,活儿急"));
    assert_eq!((accepted.item.as_str(), accepted.level), ("water-leak", Level::Internal));
}

#[test]
fn a_person_at_risk_is_no_incident_that_others_join() {
    let places = vec!["dorm-7".parse().unwrap(), "dorm-6".parse().unwrap()];
    let incident = Some(Incident { places, expected_end: None });
    let (state, accepted) = reported(Accept { incident, ..said("no-water", "有人想跳楼") });
    assert_eq!((accepted.place.as_str(), accepted.incident), ("dorm-7", None));
    assert_eq!(state.case().unwrap().incident, None);
}
