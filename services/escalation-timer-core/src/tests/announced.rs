//! Another year is announced. The calendar was decided through Wednesday the 2nd of September 2026;
//! what is promised beyond is counted anew.

use std::sync::LazyLock;

use clock::SeededIds;
use definitions::Rules;
use events::{
    intake::Promise,
    words::{Commitment, HoldReason, MoveCause, Revision, Urgency},
};
use jiff::Timestamp;

use super::{
    campus::CAMPUS,
    case::{accepted, approve_extension, ask_extension, at, held, resumed},
};
use crate::{
    Command, Event, Fact, State, apply, is_provisional, next_at, on_announced, on_command, on_fact,
};

const NEXT: Revision = Revision(2);

static UNDECIDED: LazyLock<Rules> = LazyLock::new(|| campus("2026-09-02", ""));

/// The campus by a calendar of its own.
fn campus(through: &str, days: &str) -> Rules {
    let calendar = format!(
        "---
{{apiVersion: yizhan/v1, kind: Calendar, metadata: {{name: terms}}, spec: {{
  names: {{zh: 学期, en: Terms}}, zone: Asia/Shanghai, validThrough: {through},
  working: {{days: [monday, tuesday, wednesday, thursday, friday], hours: [08:00-12:00, 14:30-17:30]}},
  duty: [07:00-23:00], notices: [{{source: a notice, {days}}}]}}}}
"
    );
    campus_kit::small(&(CAMPUS.replace("calendar: campus", "calendar: terms") + &calendar))
}

/// All of September is decided, with these days.
fn decided(days: &str) -> Rules {
    campus("2026-12-31", days)
}

struct Case(State);

impl Case {
    /// A normal case, to be completed within three working days.
    fn of(received: &str) -> Self {
        let Fact::Accepted(mut fact) = accepted(Urgency::Normal, &[], received) else {
            unreachable!()
        };
        let (item, since) = (&fact.item, fact.received_at);
        let due = UNDECIDED.due(item, Commitment::Complete, Urgency::Normal, since);
        let due = due.unwrap().unwrap();
        let commitment = Commitment::Complete;
        fact.promises = vec![Promise { commitment, due: due.at, provisional: due.provisional }];
        let mut case = Self(State::New);
        case.hears(&UNDECIDED, received, &Fact::Accepted(fact));
        case
    }

    fn hears(&mut self, rules: &Rules, now: &str, fact: &Fact) -> Vec<Event> {
        let events = on_fact(&self.0, rules, fact, at(now), &mut SeededIds::new(5));
        self.keep(events)
    }

    fn is_told(&mut self, now: &str, command: &Command) -> Vec<Event> {
        let ids = &mut SeededIds::new(6);
        let events = on_command(&self.0, &UNDECIDED, command, at(now), ids).unwrap();
        self.keep(events)
    }

    /// Another year is announced.
    fn is_recounted(&mut self, now: &str, announced: &Rules) -> Vec<Event> {
        let events = on_announced(&self.0, &UNDECIDED, (NEXT, announced), at(now));
        self.keep(events)
    }

    fn keep(&mut self, mut events: Vec<Event>) -> Vec<Event> {
        for event in &events {
            apply(&mut self.0, event);
        }
        events.retain(|event| !matches!(event, Event::WarningPlanned { .. }));
        events
    }

    fn due(&self) -> Timestamp {
        self.0.watch().unwrap().timers[0].promise().due
    }
}

#[test]
fn a_day_that_became_a_holiday_makes_the_next_promise_and_its_requester_is_told_both() {
    let mut case = Case::of("1T09:00");
    assert_eq!((case.due(), is_provisional(&case.0)), (at("4T17:30"), true));
    let announced = decided("rest: [2026-09-03..2026-09-04]");
    let events = case.is_recounted("1T12:00", &announced);
    let [Event::Counted { calendars }, Event::Armed { armed, .. }, Event::PromiseMoved(moved)] =
        &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!(*calendars, NEXT);
    assert_eq!((armed.promise, armed.due, armed.first_rung), (2, at("8T17:30"), 1));
    assert_eq!((moved.why, moved.reason, moved.by), (MoveCause::Calendar, None, None));
    assert_eq!((moved.old, moved.new, moved.provisional), (at("4T17:30"), at("8T17:30"), false));
    assert!(!is_provisional(&case.0));
    let watch = case.0.watch().unwrap();
    assert_eq!(watch.counted_by(), NEXT);
    assert_eq!(watch.timers[0].first.due, at("4T17:30"), "which statistics count");
    assert!(next_at(&case.0).unwrap() > at("4T17:30"));
}

#[test]
fn days_that_became_workdays_bring_it_forward_but_never_before_now() {
    let announced = decided("work: [2026-09-05, 2026-09-06]");
    for (now, due) in [("3T12:00", "6T17:30"), ("6T20:00", "6T20:00")] {
        let mut case = Case::of("3T09:00");
        assert_eq!(case.due(), at("8T17:30"));
        case.is_recounted(now, &announced);
        assert_eq!(case.due(), at(due), "announced on the {now}");
    }
}

#[test]
fn where_nothing_changed_the_due_is_confirmed_and_nobody_is_told() {
    let mut case = Case::of("1T09:00");
    let events = case.is_recounted("1T12:00", &decided("rest: [2026-09-07]"));
    assert!(matches!(events[..], [Event::Counted { .. }, Event::Confirmed { .. }]), "{events:?}");
    assert_eq!((case.due(), is_provisional(&case.0)), (at("4T17:30"), false));
    let events = case.is_recounted("1T13:00", &decided("rest: [2026-09-03]"));
    assert!(matches!(events[..], [Event::Counted { .. }]), "it moves no more: {events:?}");
}

#[test]
fn what_is_still_beyond_stays_provisional() {
    let mut case = Case::of("1T09:00");
    let events = case.is_recounted("1T12:00", &campus("2026-09-03", ""));
    assert!(matches!(events[..], [Event::Counted { .. }]), "{events:?}");
    assert!(is_provisional(&case.0));
}

#[test]
fn what_is_late_by_then_stays_late() {
    let mut case = Case::of("1T09:00");
    let events = case.is_recounted("4T17:30", &decided("rest: [2026-09-03]"));
    assert!(matches!(events[..], [Event::Counted { .. }, Event::Confirmed { .. }]), "{events:?}");
    assert_eq!(case.due(), at("4T17:30"));
}

#[test]
fn a_pause_goes_on_with_the_next_promise_and_what_it_does_not_need_is_taken_back_from_that() {
    let mut case = Case::of("1T09:00");
    // For 48 hours at most, which are two working days.
    case.hears(&UNDECIDED, "2T09:00", &held(1, HoldReason::NoAccess, "2T09:00"));
    assert_eq!(case.due(), at("8T17:30"));
    let announced = decided("rest: [2026-09-03]");
    case.is_recounted("2T10:00", &announced);
    assert_eq!(case.due(), at("8T17:30"), "of the pause one day is not counted any more");
    case.hears(&announced, "2T09:00", &resumed(1, "2T09:00"));
    assert_eq!(case.due(), at("7T17:30"), "as if it had never rested");
}

#[test]
fn a_due_that_somebody_named_stays_or_comes_when_work_begins_again() {
    for (days, due) in [("rest: [2026-09-04]", "8T10:00"), ("rest: [2026-09-08]", "9T08:00")] {
        let mut case = Case::of("2T09:00");
        case.is_told("2T10:00", &ask_extension("8T10:00"));
        case.is_told("2T11:00", &approve_extension("head"));
        assert!(is_provisional(&case.0));
        case.is_recounted("2T12:00", &decided(days));
        assert_eq!(case.due(), at(due), "{days}");
    }
}
