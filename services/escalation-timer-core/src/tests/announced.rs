//! Another year is announced. The calendar was decided through Wednesday the 2nd of September 2026;
//! what is promised beyond is counted anew.

use std::{collections::BTreeSet, sync::LazyLock};

use clock::SeededIds;
use definitions::Rules;
use events::{
    intake::Promise,
    words::{Commitment, HoldReason, MoveCause, Revision, Urgency},
};
use jiff::Timestamp;

use super::{
    campus::CAMPUS,
    case::{accepted, approve_extension, ask_extension, at, held, resumed, urgency_changed},
};
use crate::{
    Command, Event, Fact, State, Wake, apply, is_provisional, next_at, on_announced, on_command,
    on_fact, on_wake,
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

/// What intake promises by the calendar that is not decided.
fn promise(commitment: Commitment, urgency: Urgency, since: Timestamp) -> Promise {
    let due = UNDECIDED.due(&"water-leak".parse().unwrap(), commitment, urgency, since);
    let due = due.unwrap().unwrap();
    Promise { commitment, due: due.at, provisional: due.provisional }
}

struct Case(State);

impl Case {
    /// A normal case, to be completed within three working days.
    fn of(received: &str) -> Self {
        Self::promised(Commitment::Complete, received)
    }

    fn promised(commitment: Commitment, received: &str) -> Self {
        let Fact::Accepted(mut fact) = accepted(Urgency::Normal, &[], received) else {
            unreachable!()
        };
        fact.promises = vec![promise(commitment, Urgency::Normal, fact.received_at)];
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

    fn wakes(&mut self, now: &str) {
        let wake = Wake { now: at(now), confirmed: true, unattended: &BTreeSet::new() };
        let events = on_wake(&self.0, &UNDECIDED, wake, &mut SeededIds::new(7));
        self.keep(events);
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
fn days_that_became_workdays_bring_it_forward_but_not_into_the_past() {
    let announced = decided("work: [2026-09-05, 2026-09-06]");
    for (now, due) in [("3T12:00", "6T17:30"), ("6T20:00", "8T17:30")] {
        let mut case = Case::of("3T09:00");
        assert_eq!(case.due(), at("8T17:30"));
        case.is_recounted(now, &announced);
        assert_eq!((case.due(), is_provisional(&case.0)), (at(due), false), "on the {now}");
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
fn what_a_leader_was_told_is_late_stays_late_and_what_was_slept_through_does_not() {
    let announced = decided("rest: [2026-09-03]");
    let mut asleep = Case::of("1T09:00");
    asleep.is_recounted("4T18:00", &announced);
    assert_eq!(asleep.due(), at("7T17:30"));

    let mut late = Case::of("1T09:00");
    late.wakes("4T17:30");
    let events = late.is_recounted("4T18:00", &announced);
    assert!(matches!(events[..], [Event::Counted { .. }, Event::Confirmed { .. }]), "{events:?}");
    assert_eq!(late.due(), at("4T17:30"));
}

#[test]
fn a_pause_goes_on_with_the_next_promise_and_what_it_does_not_need_is_taken_back_from_that() {
    // Paused from the morning of the 2nd for 48 hours: of three working days the 3rd and the 4th.
    for (days, paused, bare) in [
        ("rest: [2026-09-07]", "9T17:30", "4T17:30"),
        ("rest: [2026-09-04, 2026-09-07]", "9T17:30", "8T17:30"),
        ("rest: [2026-09-03]", "8T17:30", "7T17:30"),
    ] {
        let mut case = Case::of("1T09:00");
        case.hears(&UNDECIDED, "2T09:00", &held(1, HoldReason::NoAccess, "2T09:00"));
        assert_eq!(case.due(), at("8T17:30"));
        let announced = decided(days);
        case.is_recounted("2T10:00", &announced);
        assert_eq!(case.due(), at(paused), "{days}");
        case.hears(&announced, "2T09:00", &resumed(1, "2T09:00"));
        assert_eq!(case.due(), at(bare), "as if it had never rested: {days}");
    }
}

#[test]
fn a_due_that_had_been_decided_stays_the_ground_of_what_a_pause_made_of_it() {
    let mut case = Case::promised(Commitment::Arrive, "1T09:00");
    assert_eq!((case.due(), is_provisional(&case.0)), (at("2T17:30"), false));
    case.hears(&UNDECIDED, "1T10:00", &held(1, HoldReason::NoAccess, "1T10:00"));
    assert_eq!((case.due(), is_provisional(&case.0)), (at("4T17:30"), true));
    let announced = decided("rest: [2026-09-02]");
    case.is_recounted("1T12:00", &announced);
    assert_eq!(case.due(), at("3T17:30"), "of the pause one day counts");
    case.hears(&announced, "1T10:00", &resumed(1, "1T10:00"));
    assert_eq!(case.due(), at("2T17:30"));
}

#[test]
fn what_another_urgency_promises_by_the_calendar_of_the_case_is_counted_anew_too() {
    let announced = decided("rest: [2026-09-03..2026-09-04]");
    let mut case = Case::of("1T09:00");
    case.is_recounted("1T12:00", &announced);
    let both = [Urgency::Normal, Urgency::Urgent];
    for (now, [before, urgency]) in [("1T13:00", both), ("1T14:00", [both[1], both[0]])] {
        let Fact::UrgencyChanged(mut fact) =
            urgency_changed(1, [before, urgency], &[], ["1T09:00", now])
        else {
            unreachable!()
        };
        fact.promises = vec![promise(Commitment::Complete, urgency, at("1T09:00"))];
        case.hears(&UNDECIDED, now, &Fact::UrgencyChanged(fact));
    }
    let counted_by = |case: &Case| case.0.watch().unwrap().counted_by();
    assert_eq!((case.due(), is_provisional(&case.0)), (at("4T17:30"), true));
    assert_eq!(counted_by(&case), UNDECIDED.revision(), "so that it is counted again");
    case.is_recounted("1T14:00", &announced);
    assert_eq!((case.due(), counted_by(&case)), (at("8T17:30"), NEXT));
}

#[test]
fn an_extension_that_was_asked_for_waits_on_if_it_asks_for_more() {
    for (days, asks) in [("work: [2026-09-05]", true), ("rest: [2026-09-03]", false)] {
        let mut case = Case::of("2T09:00");
        case.is_told("2T10:00", &ask_extension("8T17:00"));
        case.is_recounted("2T12:00", &decided(days));
        let extension = &case.0.watch().unwrap().timers[0].extension;
        assert_eq!(extension.is_some(), asks, "{days}: due {}", case.due());
    }
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
