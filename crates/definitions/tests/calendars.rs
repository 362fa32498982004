//! Known right answers, on the calendars of the example campus: three working days, counted from the
//! next day, around each holiday of three years.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod files;

use calendar::{Calendar, Start};
use definitions::Rules;
use events::words::{Commitment, Revision, Urgency};
use jiff::Timestamp;

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
