//! Known right answers, on the calendars of the example campus: three working days, counted from the
//! next day, around each holiday of three years.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod files;

use calendar::{Calendar, Start};
use definitions::Rules;
use events::words::{Commitment, Revision, Urgency};
use jiff::{
    Timestamp, ToSpan as _,
    civil::{Date, Time, Weekday, date},
};

/// Days off of three years, weekends inside them included, and the make-up workdays (调休上班): the
/// yearly notices of the State Council's General Office of 2023-10-25, 2024-11-12 and 2025-11-04.
const OFF: &[&str] = &[
    "2024-01-01..2024-01-01",
    "2024-02-10..2024-02-17",
    "2024-04-04..2024-04-06",
    "2024-05-01..2024-05-05",
    "2024-06-08..2024-06-10",
    "2024-09-15..2024-09-17",
    "2024-10-01..2024-10-07",
    "2025-01-01..2025-01-01",
    "2025-01-28..2025-02-04",
    "2025-04-04..2025-04-06",
    "2025-05-01..2025-05-05",
    "2025-05-31..2025-06-02",
    "2025-10-01..2025-10-08",
    "2026-01-01..2026-01-03",
    "2026-02-15..2026-02-23",
    "2026-04-04..2026-04-06",
    "2026-05-01..2026-05-05",
    "2026-06-19..2026-06-21",
    "2026-09-25..2026-09-27",
    "2026-10-01..2026-10-07",
];
const MADE_UP: &[&str] = &[
    "2024-02-04",
    "2024-02-18",
    "2024-04-07",
    "2024-04-28",
    "2024-05-11",
    "2024-09-14",
    "2024-09-29",
    "2024-10-12",
    "2025-01-26",
    "2025-02-08",
    "2025-04-27",
    "2025-09-28",
    "2025-10-11",
    "2026-01-04",
    "2026-02-14",
    "2026-02-28",
    "2026-05-09",
    "2026-09-20",
    "2026-10-10",
];

/// Received on, due on, with the weekdays.
const ANSWERS: &[(&str, &str)] = &[
    ("2024-02-08 Thu", "2024-02-19 Mon"),
    ("2024-05-08 Wed", "2024-05-11 Sat"),
    ("2024-09-13 Fri", "2024-09-19 Thu"),
    ("2024-09-27 Fri", "2024-10-08 Tue"),
    // New year of 2025, then the spring festival with a made-up Sunday before and a Saturday after
    ("2024-12-31 Tue", "2025-01-06 Mon"),
    ("2025-01-24 Fri", "2025-02-05 Wed"),
    ("2025-02-05 Wed", "2025-02-08 Sat"),
    // Tomb-sweeping; a made-up Sunday before the first of May; dragon boats
    ("2025-04-02 Wed", "2025-04-08 Tue"),
    ("2025-04-25 Fri", "2025-04-29 Tue"),
    ("2025-04-29 Tue", "2025-05-07 Wed"),
    ("2025-05-30 Fri", "2025-06-05 Thu"),
    // A made-up Sunday before the national holiday, and a Saturday after it
    ("2025-09-26 Fri", "2025-09-30 Tue"),
    ("2025-09-30 Tue", "2025-10-11 Sat"),
    // The same in 2026
    ("2025-12-31 Wed", "2026-01-06 Tue"),
    ("2026-02-12 Thu", "2026-02-24 Tue"),
    ("2026-02-25 Wed", "2026-02-28 Sat"),
    ("2026-04-03 Fri", "2026-04-09 Thu"),
    ("2026-04-30 Thu", "2026-05-08 Fri"),
    ("2026-05-06 Wed", "2026-05-09 Sat"),
    ("2026-06-17 Wed", "2026-06-23 Tue"),
    ("2026-09-18 Fri", "2026-09-22 Tue"),
    ("2026-09-23 Wed", "2026-09-29 Tue"),
    ("2026-09-29 Tue", "2026-10-09 Fri"),
    ("2026-10-07 Wed", "2026-10-10 Sat"),
];

fn rules() -> Rules {
    files::parse(&files::campus()).unwrap().into_rules(Revision(1))
}

fn at(local: &str) -> Timestamp {
    format!("{}:00+08:00", local.replace(' ', "T")).parse().unwrap()
}

/// When three working days from the next one end, with the weekday.
fn answered(calendar: &Calendar, received: &str) -> String {
    let (date, _) = received.split_once(' ').unwrap();
    let limit = "3d working-days".parse().unwrap();
    let due = calendar.due(limit, Start::NextWorkingDay, at(&format!("{date} 10:00"))).unwrap();
    calendar.zone().to_datetime(due.at).strftime("%Y-%m-%d %a").to_string()
}

/// Whether repairs are done on a day: what must be done within an hour of its first minute is due then.
fn is_worked(calendar: &Calendar, day: Date) -> bool {
    let midnight = calendar.zone().to_timestamp(day.to_datetime(Time::midnight())).unwrap();
    let limit = "1h working-hours".parse().unwrap();
    let due = calendar.due(limit, Start::AtOnce, midnight).unwrap();
    calendar.zone().to_datetime(due.at).date() == day
}

#[test]
fn each_day_of_three_years_is_worked_or_not_as_the_state_has_it() {
    let rules = rules();
    let calendar = rules.calendar_for(&"logistics".parse().unwrap()).unwrap();
    let (first, last): (Date, Date) = (date(2024, 1, 1), date(2026, 12, 30));
    let off: Vec<(Date, Date)> = OFF
        .iter()
        .map(|days| {
            let (from, until) = days.split_once("..").unwrap();
            (from.parse().unwrap(), until.parse().unwrap())
        })
        .collect();
    let made_up: Vec<Date> = MADE_UP.iter().map(|day| day.parse().unwrap()).collect();
    for day in first.series(1.day()).take_while(|day| *day <= last) {
        let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let is_off = off.iter().any(|(from, until)| (*from..=*until).contains(&day));
        let right = made_up.contains(&day) || (!is_weekend && !is_off);
        assert_eq!(is_worked(calendar, day), right, "{day}");
    }
}

#[test]
fn a_complaint_is_answered_within_three_working_days_by_whoever_repairs() {
    let rules = rules();
    let calendar = rules.calendar_for(&"logistics".parse().unwrap()).unwrap();
    let found: Vec<_> = ANSWERS.iter().map(|(from, _)| (*from, answered(calendar, from))).collect();
    let right: Vec<_> = ANSWERS.iter().map(|(from, due)| (*from, (*due).to_owned())).collect();
    assert_eq!(found, right);
}

#[test]
fn a_complaint_about_any_repair_is_answered_within_three_working_days_from_the_next_one() {
    let rules = rules();
    let complaint = rules.complaint_item(&"water-leak".parse().unwrap()).unwrap();
    let zone = rules.calendar_for(&complaint.department).unwrap().zone();
    let due = |received: &str, urgency| {
        let due = rules.due(&complaint.id, Commitment::Answer, urgency, at(received));
        zone.to_datetime(due.unwrap().unwrap().at).strftime("%Y-%m-%d %a").to_string()
    };
    for (received, answered) in ANSWERS {
        let (date, _) = received.split_once(' ').unwrap();
        // The day itself does not count, not even before it opens.
        for time in ["00:10", "07:00", "10:00", "23:50"] {
            let received = format!("{date} {time}");
            assert_eq!(due(&received, Urgency::Normal), *answered, "{received}");
        }
    }
}

#[test]
fn a_winter_vacation_makes_days_shorter_and_none_fewer() {
    let rules = rules();
    let calendar = rules.calendar_for(&"card".parse().unwrap()).unwrap();
    for (received, due) in ANSWERS {
        assert_eq!(answered(calendar, received), *due, "from {received}");
    }
    let due = |limit: &str, from| {
        calendar.due(limit.parse().unwrap(), Start::NextWorkingDay, at(from)).unwrap().at
    };
    assert_eq!(due("3d working-days", "2024-02-08 10:00"), at("2024-02-19 16:30"));
    assert_eq!(due("1d working-days", "2024-02-23 10:00"), at("2024-02-26 17:30"));
}

#[test]
fn in_a_summer_vacation_offices_are_open_two_mornings_a_week_and_repairs_go_on() {
    let rules = rules();
    let due = |department: &str| {
        let calendar = rules.calendar_for(&department.parse().unwrap()).unwrap();
        let limit = "3d working-days".parse().unwrap();
        calendar.due(limit, Start::NextWorkingDay, at("2026-07-06 10:00")).unwrap().at
    };
    assert_eq!(due("card"), at("2026-07-14 11:30"));
    assert_eq!(due("logistics"), at("2026-07-09 18:00"));
}

#[test]
fn what_lies_beyond_the_last_notice_is_provisional() {
    let rules = rules();
    let calendar = rules.calendar_for(&"logistics".parse().unwrap()).unwrap();
    let due = |from| {
        let limit = "3d working-days".parse().unwrap();
        calendar.due(limit, Start::NextWorkingDay, at(from)).unwrap()
    };
    assert!(!due("2026-12-28 10:00").provisional);
    assert!(due("2026-12-29 10:00").provisional);
}
