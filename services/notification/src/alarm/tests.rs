use std::fmt::Write as _;

use clock::{AccountId, Ids as _, SeededIds};
use definitions::Alert;
use events::words::PostId;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Alarm, Step, Taken};

fn at(second: i64) -> Timestamp {
    let begin: Timestamp = "2026-11-25T02:00:00+08:00".parse().unwrap();
    begin + SignedDuration::from_secs(second)
}

fn account(number: u64) -> AccountId {
    SeededIds::new(number).id()
}

fn post(name: &str) -> PostId {
    format!("a/{name}").parse().unwrap()
}

/// Guards and counsellor at once, then the leader, then the director, a minute each.
fn alert() -> Alert {
    Alert {
        at_once: vec![post("guards"), post("counsellor")],
        next: vec![post("leader"), post("director")],
        every: SignedDuration::from_secs(60),
    }
}

/// One of which so many steps were taken, with everybody there.
fn ringing(steps: u32) -> Alarm {
    Alarm::Ringing { raised_at: at(0), steps, turn: (steps - 1) % 3 }
}

/// One that was raised just now, with everybody there.
fn raised(alert: &Alert) -> (Alarm, Step) {
    Alarm::raise(alert, |_| true, at(0), at(0))
}

fn said(steps: &[Step]) -> String {
    let step = |step: &Step| {
        let posts: Vec<_> = step.posts.iter().map(PostId::name).collect();
        format!("{}: {}", step.number, posts.join(" + "))
    };
    steps.iter().map(step).collect::<Vec<_>>().join(", ")
}

#[test]
fn each_state_answers_time_an_acknowledgement_and_the_end() {
    let states = [
        ("ringing", ringing(1)),
        ("acknowledged", Alarm::Acknowledged { steps: 2, by: account(1), at: at(70) }),
        ("over", Alarm::Over { steps: 2, at: at(70) }),
    ];
    let mut table = String::new();
    for (name, alarm) in states {
        let (waked, steps) = alarm.on_wake(&alert(), |_| true, at(60));
        let _ = writeln!(table, "{name} | time is up | {} | {}", waked.word(), said(&steps));
        let (taken, told) = alarm.acknowledge(account(2), at(65));
        let _ = writeln!(table, "{name} | acknowledge | {} | {told:?}", taken.word());
        let ended = alarm.on_end(at(65));
        let _ = writeln!(table, "{name} | it is done | {} |", ended.word());
        assert_eq!(taken == alarm, told != Taken::Now, "{name}: who is first stays so");
    }
    assert_eq!(table, TABLE.trim_start());
}

const TABLE: &str = "
ringing | time is up | ringing | 1: leader
ringing | acknowledge | acknowledged | Now
ringing | it is done | over |
acknowledged | time is up | acknowledged | 
acknowledged | acknowledge | acknowledged | Before
acknowledged | it is done | acknowledged |
over | time is up | over | 
over | acknowledge | over | Over
over | it is done | over |
";

#[test]
fn the_next_is_alerted_each_minute_from_when_it_was_raised_and_then_all_from_the_first_again() {
    let (mut alarm, first) = raised(&alert());
    assert_eq!(said(&[first]), "0: guards + counsellor");
    for (second, alerted) in [
        (59, ""),
        (60, "1: leader"),
        (61, ""),
        // It is planned from the anchor: a late step puts off none.
        (139, "2: director"),
        (180, "3: guards + counsellor"),
        (240, "4: leader"),
    ] {
        let (next, steps) = alarm.on_wake(&alert(), |_| true, at(second));
        assert_eq!(said(&steps), alerted, "after {second} s");
        alarm = next;
    }
    assert_eq!((alarm.next_at(&alert()), alarm.steps()), (Some(at(300)), 5));
}

#[test]
fn after_an_outage_each_is_alerted_once() {
    let (alarm, steps) = ringing(1).on_wake(&alert(), |_| true, at(3_600));
    assert_eq!(said(&steps), "58: leader, 59: director, 60: guards + counsellor");
    assert_eq!(alarm, ringing(61));
}

#[test]
fn one_that_is_heard_of_late_alerts_the_first_now_and_the_next_when_they_are_planned() {
    let (alarm, first) = Alarm::raise(&alert(), |_| true, at(0), at(200));
    assert_eq!(said(&[first]), "0: guards + counsellor");
    let (alarm, steps) = alarm.on_wake(&alert(), |_| true, at(239));
    assert_eq!(said(&steps), "", "what fell due before it was raised");
    let (_, steps) = alarm.on_wake(&alert(), |_| true, at(240));
    assert_eq!(said(&steps), "4: leader");
}

/// Who is alerted each minute, where these are at work at that minute.
fn alerted(there: [&str; 5]) -> [String; 5] {
    let is_there =
        |minute: usize| move |one: &PostId| there[minute].split(' ').any(|name| one.name() == name);
    let (mut alarm, first) = Alarm::raise(&alert(), is_there(0), at(0), at(0));
    let mut all = vec![said(&[first])];
    for minute in 1..5 {
        let now = at(60 * i64::try_from(minute).unwrap());
        let (next, steps) = alarm.on_wake(&alert(), is_there(minute), now);
        all.push(said(&steps));
        alarm = next;
    }
    all.try_into().unwrap()
}

#[test]
fn a_turn_at_which_nobody_is_passes_on_unless_nobody_is_at_any() {
    for (there, expected) in [
        (
            ["guards director"; 5],
            ["guards + counsellor", "director", "guards + counsellor", "director"],
        ),
        (["director"; 5], ["guards + counsellor + director", "director", "director", "director"]),
        ([""; 5], ["guards + counsellor", "leader", "director", "guards + counsellor"]),
    ] {
        let said = alerted(there);
        for ((minute, expected), said) in expected.iter().enumerate().zip(&said) {
            assert_eq!(*said, format!("{minute}: {expected}"), "{there:?}");
        }
    }
}

#[test]
fn who_comes_and_goes_meanwhile_makes_nobody_miss_a_turn_or_have_it_twice() {
    let all = "guards leader director";
    assert_eq!(
        alerted([all, "guards director", all, all, all]),
        [
            "0: guards + counsellor",
            "1: director",
            "2: guards + counsellor",
            "3: leader",
            "4: director"
        ]
    );
    assert_eq!(
        alerted([all, all, all, all, "guards director"]),
        [
            "0: guards + counsellor",
            "1: leader",
            "2: director",
            "3: guards + counsellor",
            "4: director"
        ]
    );
}

#[test]
fn a_campus_without_a_next_one_alerts_the_same_again() {
    let alone = Alert { next: Vec::new(), ..alert() };
    let (_, steps) = ringing(1).on_wake(&alone, |_| true, at(60));
    assert_eq!(said(&steps), "1: guards + counsellor");
}

#[test]
fn whoever_has_it_ends_the_steps() {
    let (alarm, taken) = ringing(2).acknowledge(account(1), at(90));
    assert_eq!((taken, alarm.next_at(&alert())), (Taken::Now, None));
    let (again, taken) = alarm.acknowledge(account(2), at(95));
    assert_eq!((taken, again), (Taken::Before, alarm));
}

proptest! {
    /// However often and whenever it is woken, each step is taken at most once, none before its time,
    /// and the next one is always ahead.
    #[test]
    fn no_step_is_taken_twice_or_early(wakes in prop::collection::vec(0_i64..2_000, 1..20)) {
        let (mut alarm, _) = raised(&alert());
        let (mut now, mut last) = (0, 0);
        for wake in wakes {
            now += wake;
            let (next, steps) = alarm.on_wake(&alert(), |_| true, at(now));
            for step in steps {
                prop_assert!(step.number > last, "{} after {last}", step.number);
                prop_assert!(i64::from(step.number) * 60 <= now);
                last = step.number;
            }
            prop_assert!(next.next_at(&alert()).unwrap() > at(now));
            alarm = next;
        }
    }
}
