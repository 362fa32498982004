//! Known right answers, on the campus's calendar.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod campus;

use calendar::{
    Base, Calendar, Day, Due, Incomplete, Layer, Limit, OutOfReach, Start, Term, Terms, zone,
};
use campus::{at, calendar, hours, notice, over};
use jiff::civil::Weekday;

fn limit(text: &str) -> Limit {
    text.parse().unwrap()
}

/// Each row: start, limit, received, due.
fn assert_dues(rows: &[(Start, &str, &str, &str)]) {
    let calendar = calendar();
    for (start, text, received, due) in rows {
        let found = calendar.due(limit(text), *start, at(received)).unwrap();
        assert_eq!(found.at, at(due), "{text} ({start:?}) from {received}");
    }
}

#[test]
fn a_complaint_is_answered_within_three_working_days_counted_from_the_next() {
    let start = Start::NextWorkingDay;
    assert_dues(&[
        // The day before the spring festival's first eve; Sunday the 18th is made up.
        (start, "3d working-days", "2024-02-08 10:00", "2024-02-19 17:30"),
        // Saturday the 11th is made up.
        (start, "3d working-days", "2024-05-08 10:00", "2024-05-11 18:00"),
        // Saturday the 14th is made up, then mid-autumn.
        (start, "3d working-days", "2024-09-13 10:00", "2024-09-19 18:00"),
        // Sunday the 29th is made up, then a week of national holiday.
        (start, "3d working-days", "2024-09-27 10:00", "2024-10-08 17:30"),
    ]);
}

#[test]
fn the_day_of_receipt_does_not_count_for_next_working_day_even_before_opening() {
    assert_dues(&[
        (Start::AtOnce, "1d working-days", "2026-11-02 07:00", "2026-11-02 17:30"),
        (Start::NextWorkingDay, "1d working-days", "2026-11-02 07:00", "2026-11-03 17:30"),
        (Start::NextWorkingDay, "4h working-hours", "2026-11-02 09:00", "2026-11-03 12:00"),
        (Start::NextWorkingDay, "2h 24x7", "2026-11-06 09:00", "2026-11-09 10:00"),
    ]);
}

#[test]
fn a_working_day_that_has_opened_does_not_count() {
    assert_dues(&[
        (Start::AtOnce, "1d working-days", "2026-11-02 08:00", "2026-11-02 17:30"),
        (Start::AtOnce, "1d working-days", "2026-11-02 08:01", "2026-11-03 17:30"),
        (Start::AtOnce, "1d working-days", "2026-11-02 17:30", "2026-11-03 17:30"),
        (Start::AtOnce, "1d working-days", "2026-11-07 10:00", "2026-11-09 17:30"),
        (Start::AtOnce, "3d working-days", "2026-11-05 10:00", "2026-11-10 17:30"),
    ]);
}

#[test]
fn working_hours_pause_at_noon_at_night_and_on_days_of_rest() {
    let start = Start::AtOnce;
    assert_dues(&[
        (start, "4h working-hours", "2026-11-02 08:00", "2026-11-02 12:00"),
        (start, "4h working-hours", "2026-11-02 10:00", "2026-11-02 16:30"),
        (start, "4h working-hours", "2026-11-02 13:00", "2026-11-03 09:00"),
        (start, "4h working-hours", "2026-11-06 16:30", "2026-11-09 11:00"),
        // Summer hours end with September; the first week of October is a holiday.
        (start, "4h working-hours", "2026-09-30 17:00", "2026-10-08 11:00"),
        // Saturday 10 October is made up.
        (start, "4h working-hours", "2026-10-09 17:00", "2026-10-10 11:30"),
    ]);
}

#[test]
fn duty_time_runs_every_day_and_rests_at_night() {
    let start = Start::AtOnce;
    assert_dues(&[
        (start, "2h duty-time", "2026-10-01 21:00", "2026-10-01 23:00"),
        (start, "2h duty-time", "2026-10-01 22:30", "2026-10-02 08:30"),
        (start, "30min duty-time", "2026-10-02 02:00", "2026-10-02 07:30"),
        (start, "16h duty-time", "2026-10-02 10:00", "2026-10-03 10:00"),
    ]);
}

#[test]
fn round_the_clock_is_the_wall_clock() {
    assert_dues(&[(Start::AtOnce, "12h 24x7", "2026-10-01 22:00", "2026-10-02 10:00")]);
}

#[test]
fn a_rung_is_planned_from_the_due_in_the_ladders_own_base() {
    let calendar = calendar();
    let rung = |due, n, interval| calendar.after(at(due), n, limit(interval)).unwrap().at;
    assert_eq!(rung("2026-11-02 17:30", 0, "1d working-days"), at("2026-11-02 17:30"));
    assert_eq!(rung("2026-11-02 17:30", 1, "1d working-days"), at("2026-11-03 17:30"));
    assert_eq!(rung("2026-11-06 17:30", 2, "1d working-days"), at("2026-11-10 17:30"));
    assert_eq!(rung("2026-11-02 22:00", 1, "4h duty-time"), at("2026-11-03 10:00"));
    assert_eq!(rung("2026-11-02 23:50", 3, "30min 24x7"), at("2026-11-03 01:20"));
}

#[test]
fn a_due_beyond_what_is_decided_is_provisional() {
    let calendar = calendar();
    let due = |text, start, from| calendar.due(limit(text), start, at(from)).unwrap();
    let at_once = Start::AtOnce;
    // 31 December is decided, 1 January is not.
    assert!(!due("1d working-days", at_once, "2026-12-30 10:00").provisional);
    let guessed = due("1d working-days", at_once, "2026-12-31 10:00");
    assert_eq!(guessed, Due { at: at("2027-01-01 17:30"), provisional: true });
    assert!(due("1h 24x7", Start::NextWorkingDay, "2026-12-31 10:00").provisional);
    // Duty time needs no notice of holidays, round the clock needs nothing.
    assert!(!due("16h duty-time", at_once, "2026-12-31 22:00").provisional);
    assert!(due("16h duty-time", at_once, "2027-01-31 22:00").provisional);
    assert!(!due("16h 24x7", at_once, "2030-01-31 22:00").provisional);
}

#[test]
fn a_day_that_closes_at_midnight_is_decided_with_its_own_date() {
    let layer = Layer { duty: Some(hours(&["00:00-24:00"])), ..campus::campus() };
    let due = over(&[layer]).due(limit("24h duty-time"), Start::AtOnce, at("2027-01-31 00:00"));
    assert_eq!(due.unwrap(), Due { at: at("2027-02-01 00:00"), provisional: false });
}

#[test]
fn a_night_lasts_from_the_end_of_duty_to_its_beginning_and_there_is_none_where_duty_goes_on() {
    let date = "2026-10-01".parse().unwrap();
    let night = calendar().night(date).unwrap();
    assert_eq!((night.open, night.close), (at("2026-10-01 23:00"), at("2026-10-02 07:00")));
    let always = Layer { duty: Some(hours(&["00:00-24:00"])), ..campus::campus() };
    assert_eq!(over(&[always]).night(date), None);
}

#[test]
fn a_more_specific_layer_replaces_what_it_says_and_nothing_else() {
    let vacation = Layer {
        valid_through: "2026-12-31".parse().unwrap(),
        working: None,
        duty: Some(hours(&["08:00-20:00"])),
        terms: Terms::default(),
        notices: vec![notice("校历", &["2026-10-08..2026-10-11"], &["2026-10-18"])],
    };
    let calendar = over(&[vacation]);
    // The campus rests on the state's make-up Saturday and makes a Sunday up of its own.
    let day = |date: &str| calendar.day(date.parse().unwrap());
    assert_eq!(day("2026-10-10"), Day::Rest { source: Some("校历") });
    assert!(matches!(day("2026-10-18"), Day::Work { source: Some("校历"), .. }));
    assert!(matches!(day("2026-09-20"), Day::Work { source: Some(state), .. }
        if state.contains("2026年")));
    assert!(matches!(day("2026-10-12"), Day::Work { source: None, .. }));
    let due = |text| calendar.due(limit(text), Start::AtOnce, at("2026-10-07 19:00")).unwrap().at;
    assert_eq!(due("1h working-hours"), at("2026-10-12 09:00"));
    assert_eq!(due("2h duty-time"), at("2026-10-08 09:00"));
}

/// The winter vacation of 2026: mornings only, and not on Fridays.
fn vacation() -> Layer {
    let term = Term {
        name: "winter".to_owned(),
        dates: "2026-01-26..2026-03-01".parse().unwrap(),
        days: Some(Weekday::Monday.cycle_forward().take(4).collect()),
        hours: Some(hours(&["09:00-11:30"])),
    };
    Layer {
        valid_through: "2026-12-31".parse().unwrap(),
        working: None,
        duty: None,
        terms: Terms::new([term]).unwrap(),
        notices: Vec::new(),
    }
}

#[test]
fn a_vacation_has_days_and_hours_of_its_own_and_the_states_days_hold_in_it() {
    let calendar = over(&[vacation()]);
    let due = |text, from| calendar.due(limit(text), Start::AtOnce, at(from)).unwrap().at;
    // The last Friday of the term is worked, Monday only in the morning.
    assert_eq!(due("1d working-days", "2026-01-22 18:00"), at("2026-01-23 17:30"));
    assert_eq!(due("1d working-days", "2026-01-23 18:00"), at("2026-01-26 11:30"));
    assert_eq!(due("3h working-hours", "2026-01-26 08:00"), at("2026-01-27 09:30"));
    // From Thursday over the Friday to Saturday 14 February, which is made up, and the festival.
    assert_eq!(due("1d working-days", "2026-02-12 12:00"), at("2026-02-14 11:30"));
    assert_eq!(due("1d working-days", "2026-02-14 12:00"), at("2026-02-24 11:30"));
    assert_eq!(due("1h working-hours", "2026-03-02 07:00"), at("2026-03-02 09:00"));
    let named = |date: &str| calendar.term(date.parse().unwrap()).map(|term| term.name.as_str());
    assert_eq!((named("2026-03-01"), named("2026-03-02")), (Some("winter"), None));
    assert!(
        calendar
            .due(limit("1d working-days"), Start::AtOnce, at("2026-12-31 18:00"))
            .unwrap()
            .provisional
    );
}

#[test]
fn a_department_that_sets_its_own_week_works_through_the_vacation() {
    let department = Layer { notices: Vec::new(), ..campus::campus() };
    let from = at("2026-01-26 12:00");
    let due = |calendar: &Calendar| {
        calendar.due(limit("1h working-hours"), Start::AtOnce, from).unwrap().at
    };
    assert_eq!(due(&over(&[vacation(), department])), at("2026-01-26 15:30"));
    assert_eq!(due(&over(&[vacation()])), at("2026-01-27 10:00"));
}

#[test]
fn time_runs_from_an_opening_until_just_before_its_close() {
    let calendar = calendar();
    let runs = |base, from| calendar.runs(base, at(from));
    assert!(runs(Base::WorkingHours, "2026-11-02 08:00"));
    assert!(!runs(Base::WorkingHours, "2026-11-02 12:00"));
    assert!(!runs(Base::WorkingHours, "2026-11-01 10:00"), "a Sunday");
    assert!(runs(Base::WorkingHours, "2026-09-20 10:00"), "a Sunday that is made up");
    assert!(!runs(Base::DutyTime, "2026-10-01 06:59"));
    assert!(runs(Base::DutyTime, "2026-10-01 07:00"));
    assert!(runs(Base::RoundTheClock, "2026-10-01 03:00"));
    let night = hours(&["00:00-06:00", "22:00-24:00"]);
    let at_night = |from| calendar.within(&night, at(from));
    assert!(at_night("2026-11-02 23:59") && at_night("2026-11-02 00:00"));
    assert!(!at_night("2026-11-02 06:00") && !at_night("2026-11-02 21:59"));
}

#[test]
fn a_year_that_no_notice_names_is_missing() {
    let layer = campus::national();
    assert_eq!(layer.missing_year(), None);
    let two_of = |one: usize, other: usize| {
        let notices = [one, other].map(|year| layer.notices[year].clone()).into();
        Layer { notices, ..layer.clone() }.missing_year()
    };
    assert_eq!(two_of(0, 2), Some(2025));
    assert_eq!(two_of(0, 1), Some(2026), "it is said to be decided");
    assert_eq!(two_of(1, 2), None);
    assert_eq!(Layer { notices: Vec::new(), ..layer.clone() }.missing_year(), None);
}

#[test]
fn layers_without_working_hours_or_duty_time_make_no_calendar() {
    let shanghai = || zone("Asia/Shanghai").unwrap();
    assert_eq!(Calendar::new(shanghai(), &[campus::national()]), Err(Incomplete::Working));
    let no_duty = Layer { duty: None, ..campus::campus() };
    assert_eq!(Calendar::new(shanghai(), &[no_duty]), Err(Incomplete::Duty));
    let both = Layer {
        notices: vec![notice("校历", &["2026-11-02..2026-11-04"], &["2026-11-03"])],
        ..campus::campus()
    };
    let refusal = Calendar::new(shanghai(), &[both]).unwrap_err();
    assert_eq!(refusal.to_string(), "2026-11-03 is both a day of rest and a workday");
}

#[test]
fn a_calendar_with_no_working_time_ahead_has_an_answer_and_no_loop() {
    let years: Vec<_> = (2026..2040).map(|year| format!("{year}-01-01..{year}-12-31")).collect();
    let rest: Vec<_> = years.iter().map(String::as_str).collect();
    let closed = Layer {
        valid_through: "2039-12-31".parse().unwrap(),
        working: None,
        duty: None,
        terms: Terms::default(),
        notices: vec![notice("closed for ever", &rest, &[])],
    };
    let calendar = over(&[closed]);
    let due = |text, start| calendar.due(limit(text), start, at("2026-11-02 09:00"));
    assert_eq!(due("1d working-days", Start::AtOnce), Err(OutOfReach));
    assert_eq!(due("1min working-hours", Start::AtOnce), Err(OutOfReach));
    assert_eq!(due("1min 24x7", Start::NextWorkingDay), Err(OutOfReach));
    assert!(due("1min duty-time", Start::AtOnce).is_ok());
}

#[test]
fn the_end_of_time_is_out_of_reach_and_no_panic() {
    let calendar = calendar();
    for base in Base::ALL {
        let text = if base == Base::WorkingDays { "9d" } else { "999h" };
        let limit = limit(&format!("{text} {base}"));
        let end = jiff::Timestamp::MAX;
        assert_eq!(calendar.due(limit, Start::AtOnce, end), Err(OutOfReach), "{base}");
        assert_eq!(calendar.due(limit, Start::NextWorkingDay, end), Err(OutOfReach), "{base}");
    }
}
