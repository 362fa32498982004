//! What makes an alarm.

use std::sync::LazyLock;

use clock::SeededIds;
use definitions::Rules;
use events::{
    intake::CaseAcceptedV1,
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
        // Whoever says that it can wait is not heard.
        let urgency = Some(Urgency::Normal);
        let (state, accepted) = reported(Accept { urgency, ..said(item.id.as_str(), "") });
        assert_eq!((accepted.kind, accepted.urgency), (CaseKind::Alarm, Urgency::Critical));
        assert_eq!(state.case().unwrap().ground, Ground::Alarm, "{kind}");
        assert_eq!(accepted.level == Level::Hidden, *kind == AlarmKind::PersonAtRisk, "{kind}");
    }
}
