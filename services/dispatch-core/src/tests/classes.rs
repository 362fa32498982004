//! Who is in class is at work nowhere. It is Tuesday, the 1st of September 2026, 08:00; Wu and Sun are the
//! assistants of the hall, He its teacher. Wu is in class on Wednesdays.

use std::collections::BTreeSet;

use clock::{AccountId, SeededIds};
use jiff::{Timestamp, ToSpan as _};
use uuid::Uuid;

use super::campus::RULES;
use crate::roster::{
    Class, Command, Cover, Leave, Presence, Rejected, Roster, Swap, Term, Wanted, on_command,
    uncovered,
};

const WU: u128 = 1;
const SUN: u128 = 2;
const HE: u128 = 3;
const WINDOW: &str = "hall/window-b";

fn who(number: u128) -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(number))
}

/// An hour of a day of 2026, as the campus's clock shows it.
fn at(day_and_hour: &str) -> Timestamp {
    let (day, hour) = day_and_hour.split_once(' ').unwrap();
    format!("2026-{day}T{hour}:00+08:00").parse().unwrap()
}

fn now() -> Timestamp {
    at("09-01 08:00")
}

fn class(dates: &str, day: &str, hours: &str) -> Class {
    Class {
        dates: dates.parse().unwrap(),
        day: day.parse().unwrap(),
        hours: hours.parse().unwrap(),
    }
}

/// The hall with this many of its two assistants, of whom Wu attends.
fn hall(assistants: &[u128]) -> Roster {
    let held = [(WINDOW, assistants), ("hall/window-a", &[HE])];
    let holders = held.map(|(post, holders)| {
        (post.parse().unwrap(), holders.iter().copied().map(who).collect::<BTreeSet<_>>())
    });
    let mut roster = Roster { holders: holders.into(), ..Roster::default() };
    let wednesdays = class("2026-08-31..2027-01-17", "wednesday", "08:00-09:40");
    roster.attend(&RULES, who(WU), &[wednesdays], now());
    roster
}

/// When nobody is at the window within the days.
fn empty(roster: &Roster, now: Timestamp, [from, until]: [&str; 2]) -> Vec<Term> {
    let stays = roster.stays(&WINDOW.parse().unwrap(), &BTreeSet::new(), now);
    uncovered(&stays, Term { from: at(from), until: at(until) })
}

fn term(from: &str, until: &str) -> Term {
    Term { from: at(from), until: at(until) }
}

#[test]
fn a_window_is_empty_while_its_only_assistant_is_in_class() {
    let week = ["09-01 08:00", "09-08 08:00"];
    let class = term("09-02 08:00", "09-02 09:40");
    assert_eq!(empty(&hall(&[WU]), now(), week), [class]);
    assert_eq!(empty(&hall(&[WU, SUN]), now(), week), []);
    let department = "hall".parse().unwrap();
    for (hour, presence) in [
        ("09-02 07:59", Presence::AtWork),
        ("09-02 08:00", Presence::Away { until: class.until }),
        ("09-02 09:40", Presence::AtWork),
    ] {
        assert_eq!(hall(&[WU]).presence(who(WU), &department, at(hour)), presence, "{hour}");
    }
}

#[test]
fn there_is_no_class_on_a_day_of_rest_by_notice_and_none_before_or_after_its_dates() {
    let october = at("09-29 08:00");
    let holidays = ["09-30 00:00", "10-15 00:00"];
    let there_is = [term("09-30 08:00", "09-30 09:40"), term("10-14 08:00", "10-14 09:40")];
    assert_eq!(empty(&hall(&[WU]), october, holidays), there_is);

    let mut roster = hall(&[WU]);
    let two = class("2026-09-03..2026-09-16", "wednesday", "10:00-12:00");
    roster.attend(&RULES, who(WU), &[two], now());
    let both = [term("09-09 10:00", "09-09 12:00"), term("09-16 10:00", "09-16 12:00")];
    assert_eq!(empty(&roster, at("09-02 00:00"), ["09-02 00:00", "09-30 00:00"]), both);
}

#[test]
fn others_are_told_of_the_next_two_weeks_at_least_and_when_they_are_told_more() {
    let roster = hall(&[WU]);
    let mut day = now();
    for _ in 0..14 {
        let ahead = Term { from: day, until: day + (14 * 24).hours() };
        let stays = roster.stays(&WINDOW.parse().unwrap(), &BTreeSet::new(), day);
        assert_eq!(uncovered(&stays, ahead).len(), 2, "{day}");
        assert!(stays.len() <= 4, "not the whole term: {stays:?}");
        let next = roster.tells_classes_at(day).unwrap();
        assert!(day < next && next <= day + (7 * 24).hours(), "{day}: {next}");
        day += 24.hours();
    }
    assert_eq!(Roster::default().tells_classes_at(day), None);
    assert_eq!(roster.tells_classes_at(at("12-31 00:00") + (60 * 24).hours()), None);
}

#[test]
fn nobody_is_arranged_to_stand_in_while_they_are_in_class() {
    let roster = hall(&[WU, SUN]);
    let when = |from, until| Wanted { from: Some(at(from)), until: at(until) };
    let asks = |command: &Command| {
        on_command(&roster, &RULES, command, now(), &mut SeededIds::new(7)).map(drop)
    };
    let covers = |from, until| {
        let post = "hall/window-a".parse().unwrap();
        Command::Cover(Cover { post, by: who(WU), when: when(from, until) })
    };
    let in_class = |field| {
        let term = term("09-02 08:00", "09-02 09:40");
        Err(Rejected::InClass { field, who: who(WU), term })
    };
    assert_eq!(asks(&covers("09-02 09:39", "09-02 12:00")), in_class("by"));
    assert_eq!(asks(&covers("09-02 09:40", "09-02 12:00")), Ok(()));
    let leave = |number, cover: Option<u128>| {
        let when = when("09-02 08:00", "09-02 12:00");
        Command::Leave(Leave { who: who(number), when, cover: cover.map(who) })
    };
    assert_eq!(asks(&leave(SUN, Some(WU))), in_class("cover"));
    assert_eq!(asks(&leave(WU, None)), Ok(()), "who is in class may be on leave besides");
    let swap = Command::Swap(Swap {
        post: WINDOW.parse().unwrap(),
        who: who(SUN),
        with: who(WU),
        when: when("09-02 08:00", "09-02 12:00"),
        back: when("09-03 08:00", "09-03 12:00"),
    });
    assert_eq!(asks(&swap), in_class("with"));
}

#[test]
fn hours_of_class_count_in_no_week() {
    let covers = |roster: &Roster, until| {
        let (post, when) =
            ("logistics/head".parse().unwrap(), Wanted { from: Some(at("09-01 18:00")), until });
        let cover = Command::Cover(Cover { post, by: who(WU), when });
        on_command(roster, &RULES, &cover, now(), &mut SeededIds::new(7)).map(drop)
    };
    let mut studies_not = hall(&[WU]);
    studies_not.attend(&RULES, who(WU), &[], now());
    let (five, half) = (at("09-01 23:00"), 30.minutes());
    assert_eq!(covers(&studies_not, five), Ok(()));
    let refused = covers(&studies_not, five + half).unwrap_err();
    assert_eq!(refused.reason(), "over-weekly-hours");
    assert_eq!(covers(&hall(&[WU]), five + half), Ok(()), "an hour and 40 minutes less");
}

#[test]
fn two_classes_overlap_if_a_day_and_a_minute_is_in_both() {
    let one = class("2026-09-01..2026-09-30", "monday", "08:00-09:40");
    for (dates, day, hours, overlaps) in [
        ("2026-09-28..2026-10-31", "monday", "09:00-10:00", true),
        ("2026-09-29..2026-10-31", "monday", "09:00-10:00", false),
        ("2026-09-01..2026-09-30", "tuesday", "08:00-09:40", false),
        ("2026-09-01..2026-09-30", "monday", "09:40-10:00", false),
    ] {
        let other = class(dates, day, hours);
        assert_eq!(one.overlaps(&other), overlaps, "{dates} {day} {hours}");
        assert_eq!(other.overlaps(&one), overlaps, "{dates} {day} {hours}");
    }
}

#[test]
fn only_an_assistant_has_a_timetable() {
    let mut roster = hall(&[WU]);
    assert_eq!(roster.has_timetable(&RULES, who(WU)), Ok(()));
    let teacher = roster.has_timetable(&RULES, who(HE));
    assert_eq!(teacher, Err(Rejected::NoAssistant { who: who(HE) }));
    // Who was one once is at work like everybody else.
    roster.holders.insert(WINDOW.parse().unwrap(), [who(SUN)].into());
    roster.classes.clear();
    roster.attend(
        &RULES,
        who(WU),
        &[class("2026-08-31..2027-01-17", "monday", "08:00-09:40")],
        now(),
    );
    assert!(roster.classes.is_empty());
    assert_eq!(
        "moonday".parse::<crate::roster::Day>().unwrap_err().to_string(),
        "`moonday` is no weekday: it must be one of monday, tuesday, wednesday, thursday, friday, \
         saturday, sunday"
    );
}
