//! What holds for every start, limit and calendar.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod campus;

use calendar::{Base, Calendar, Course, Day, Layer, Limit, Segment, Spent, Start, Terms, Unit};
use campus::{at, calendar, hours, notice, over};
use jiff::{SignedDuration, Timestamp, civil::Date};
use proptest::prelude::*;

/// Any second of 2024 to 2026.
fn instants() -> impl Strategy<Value = Timestamp> {
    let seconds = at("2024-01-01 00:00").as_second()..at("2027-01-01 00:00").as_second();
    seconds.prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn limits() -> impl Strategy<Value = Limit> {
    let minutes = (1..20_000_u32, prop::sample::select(Base::ALL[..3].to_vec()))
        .prop_map(|(figure, base)| Limit::new(figure, Unit::Minutes, base).unwrap());
    let days =
        (1..40_u32).prop_map(|figure| Limit::new(figure, Unit::Days, Base::WorkingDays).unwrap());
    prop_oneof![3 => minutes, 1 => days]
}

fn starts() -> impl Strategy<Value = Start> {
    prop_oneof![Just(Start::AtOnce), Just(Start::NextWorkingDay)]
}

fn dates() -> impl Strategy<Value = Date> {
    instants().prop_map(|at| calendar().date(at))
}

/// The campus's calendar with one more day of rest.
fn resting(day: Date) -> Calendar {
    over(&[Layer {
        valid_through: Date::MAX,
        working: None,
        duty: None,
        terms: Terms::default(),
        notices: vec![notice("校历", &[&day.to_string()], &[])],
    }])
}

/// Whether `at` lies in, or at the end of, an interval of `base`, judged by the local time alone.
fn inside(calendar: &Calendar, base: Base, at: Timestamp) -> bool {
    let duty = hours(&["07:00-23:00"]);
    let local = calendar.zone().to_datetime(at);
    let hours = match (base, calendar.day(local.date())) {
        (Base::RoundTheClock, _) => return true,
        (Base::DutyTime, _) => &duty,
        (Base::WorkingHours | Base::WorkingDays, Day::Work { hours, .. }) => hours,
        (Base::WorkingHours | Base::WorkingDays, Day::Rest { .. }) => return false,
    };
    let time = format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second());
    hours.intervals().any(|interval| {
        let text = interval.to_string();
        let (open, close) = text.split_once('-').unwrap();
        format!("{open}:00") < time && time <= format!("{close}:00")
    })
}

proptest! {
    #[test]
    fn a_due_comes_after_its_start_and_inside_an_interval(
        limit in limits(), start in starts(), from in instants(),
    ) {
        let calendar = calendar();
        let due = calendar.due(limit, start, from).unwrap();
        prop_assert!(due.at > from);
        prop_assert!(inside(&calendar, limit.base(), due.at), "{limit} from {from}: {due:?}");
    }

    #[test]
    fn a_later_start_never_gives_an_earlier_due(
        limit in limits(), start in starts(), one in instants(), later in 0..2_000_000_i64,
    ) {
        let calendar = calendar();
        let other = one + SignedDuration::from_secs(later);
        let (first, second) = (calendar.due(limit, start, one), calendar.due(limit, start, other));
        prop_assert!(first.unwrap().at <= second.unwrap().at);
    }

    #[test]
    fn a_longer_limit_never_gives_an_earlier_due(
        limit in limits(), start in starts(), from in instants(), n in 2..5_u32,
    ) {
        let calendar = calendar();
        let longer = limit.times(n).unwrap();
        let (short, long) = (calendar.due(limit, start, from), calendar.due(longer, start, from));
        prop_assert!(short.unwrap().at < long.unwrap().at);
    }

    #[test]
    fn another_day_of_rest_never_makes_a_due_earlier(
        limit in limits(), start in starts(), from in instants(), day in dates(),
    ) {
        let (before, after) = (calendar(), resting(day));
        let (before, after) = (before.due(limit, start, from), after.due(limit, start, from));
        prop_assert!(before.unwrap().at <= after.unwrap().at);
    }

    #[test]
    fn rungs_one_by_one_are_where_they_were_planned_from_the_due(
        limit in limits(), from in instants(), n in 1..6_u32,
    ) {
        let calendar = calendar();
        let due = calendar.due(limit, Start::AtOnce, from).unwrap().at;
        let planned = calendar.after(due, n, limit).unwrap().at;
        let climbed = (0..n).fold(due, |rung, _| calendar.after(rung, 1, limit).unwrap().at);
        prop_assert_eq!(planned, climbed);
    }

    #[test]
    fn segments_follow_one_another_and_sum_to_the_elapsed_time(
        limit in limits(), start in starts(), from in instants(), length in 0..5_000_000_i64,
    ) {
        let calendar = calendar();
        let due = calendar.due(limit, start, from).unwrap().at;
        let until = from + SignedDuration::from_secs(length);
        let course = Course { base: limit.base(), start, from, due, until };
        let segments = calendar.explain(course, &[]);
        let sum: SignedDuration = segments.iter().map(|segment| segment.length()).sum();
        prop_assert_eq!(sum, until.duration_since(from));
        for (one, next) in segments.iter().zip(segments.iter().skip(1)) {
            prop_assert_eq!(one.to, next.from);
            prop_assert_ne!(one.spent, next.spent);
        }
        for segment in segments {
            prop_assert!(segment.from < segment.to);
            prop_assert_eq!(segment.spent == Spent::Overdue, segment.from >= due);
        }
    }

    #[test]
    fn the_working_segments_before_the_due_are_the_limit(
        figure in 1..20_000_u32, base in prop::sample::select(Base::ALL[..3].to_vec()),
        start in starts(), from in instants(),
    ) {
        let calendar = calendar();
        let limit = Limit::new(figure, Unit::Minutes, base).unwrap();
        let due = calendar.due(limit, start, from).unwrap().at;
        let segments = calendar.explain(Course { base, start, from, due, until: due }, &[]);
        let worked: SignedDuration =
            segments.iter().filter(|s| s.spent == Spent::Working).map(|s| s.length()).sum();
        prop_assert_eq!(worked, SignedDuration::from_mins(i64::from(figure)));
    }
}

#[test]
fn a_promise_is_explained_in_its_segments() {
    let calendar = calendar();
    let (from, due) = (at("2026-11-06 16:30"), at("2026-11-09 11:00"));
    let course = Course {
        base: Base::WorkingHours,
        start: Start::AtOnce,
        from,
        due,
        until: at("2026-11-10 09:00"),
    };
    let told: Vec<_> = calendar
        .explain(course, &[])
        .into_iter()
        .map(|segment| (segment.spent, segment.length().as_mins()))
        .collect();
    assert_eq!(
        told,
        [
            (Spent::Working, 60),
            (Spent::Off, 62 * 60 + 30),
            (Spent::Working, 180),
            (Spent::Overdue, 22 * 60),
        ]
    );
}

#[test]
fn a_night_inside_counted_time_is_no_border_between_segments() {
    let calendar = over(&[Layer { duty: Some(hours(&["00:00-24:00"])), ..campus::campus() }]);
    let (from, due) = (at("2026-11-06 16:30"), at("2026-11-09 11:00"));
    let (base, start) = (Base::DutyTime, Start::AtOnce);
    let told = calendar.explain(Course { base, start, from, due, until: due }, &[]);
    assert_eq!(told, [Segment { from, to: due, spent: Spent::Working }]);
}
