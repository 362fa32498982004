//! What holds for every promise that rests, or that is computed again when a year is announced.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod campus;

use calendar::{
    Base, Calendar, Course, Day, Due, Layer, Limit, Pause, Recomputed, Spent, Start, Unit,
};
use campus::{at, calendar, over};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const HOURLY: [Base; 3] = [Base::RoundTheClock, Base::DutyTime, Base::WorkingHours];

fn instants(from: &'static str, to: &'static str) -> impl Strategy<Value = Timestamp> {
    let seconds = at(from).as_second()..at(to).as_second();
    seconds.prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn any_instant() -> impl Strategy<Value = Timestamp> {
    instants("2024-01-01 00:00", "2026-11-01 00:00")
}

fn hourly() -> impl Strategy<Value = Limit> {
    let base = prop::sample::select(HOURLY.to_vec());
    (1..6_000_u32, base).prop_map(|(figure, base)| Limit::new(figure, Unit::Minutes, base).unwrap())
}

fn limits() -> impl Strategy<Value = Limit> {
    let days = (1..12_u32).prop_map(|n| Limit::new(n, Unit::Days, Base::WorkingDays).unwrap());
    prop_oneof![3 => hourly(), 1 => days]
}

fn starts() -> impl Strategy<Value = Start> {
    prop_oneof![Just(Start::AtOnce), Just(Start::NextWorkingDay)]
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

/// A stretch in which no time of a base runs, told by the local time alone: a part of a night, of a
/// noon or of a day of rest.
fn idle() -> impl Strategy<Value = (Base, Pause)> {
    let base = prop::sample::select(Base::ALL[1..].to_vec());
    let date = any_instant().prop_map(|at| calendar().date(at));
    (base, date, 0..3_u8, 0.0..1.0_f64, 0.0..=1.0_f64).prop_map(
        |(base, date, kind, from, length)| {
            let rests = matches!(calendar().day(date), Day::Rest { .. });
            let (open, hours) = match (base, kind) {
                (Base::WorkingHours | Base::WorkingDays, 0) if rests => ("00:00", 24.0),
                (Base::WorkingHours | Base::WorkingDays, 1) => ("12:00", 2.5),
                _ => ("23:00", 8.0),
            };
            let part = |share: f64, of: f64| SignedDuration::from_secs_f64((share * of).floor());
            let (begin, whole) = (at(&format!("{date} {open}")), hours * 3600.0);
            let from = begin + part(from, whole);
            let left = whole - from.duration_since(begin).as_secs_f64();
            (base, Pause { from, to: from + part(length, left) })
        },
    )
}

/// The state's calendar before the notice of 2026, and after it.
fn announced() -> (Calendar, Calendar) {
    let all = campus::national();
    let mut known = all.notices.clone();
    known.pop();
    let before =
        Layer { valid_through: "2025-12-31".parse().unwrap(), notices: known, ..all.clone() };
    let zone = || calendar::zone("Asia/Shanghai").unwrap();
    let calendar = |national| Calendar::new(zone(), &[national, campus::campus()]).unwrap();
    (calendar(before), calendar(all))
}

proptest! {
    #[test]
    fn a_pause_wholly_outside_counted_time_changes_nothing(
        figure in 1..15_u32, start in starts(), (base, pause) in idle(), before in 1..200_000_i64,
    ) {
        let calendar = calendar();
        let unit = if base == Base::WorkingDays { Unit::Days } else { Unit::Hours };
        let limit = Limit::new(figure, unit, base).unwrap();
        let due = calendar.due(limit, start, pause.from - seconds(before)).unwrap();
        prop_assert_eq!(calendar.paused(due.at, base, pause).unwrap().at, due.at, "{:?}", pause);
    }

    #[test]
    fn a_pause_from_the_due_on_changes_nothing(
        limit in limits(), from in any_instant(), after in 0..900_000_i64, length in 1..900_000_i64,
    ) {
        let calendar = calendar();
        let due = calendar.due(limit, Start::AtOnce, from).unwrap().at;
        let begun = due + seconds(after);
        let pause = Pause { from: begun, to: begun + seconds(length) };
        prop_assert_eq!(calendar.paused(due, limit.base(), pause).unwrap().at, due);
    }

    #[test]
    fn a_promise_that_rested_has_its_whole_limit_besides(
        figure in 1..6_000_u32, base in prop::sample::select(HOURLY.to_vec()), from in any_instant(),
        pauses in prop::collection::vec((0..200_000_i64, 0..200_000_i64), 0..4),
    ) {
        let calendar = calendar();
        let limit = Limit::new(figure, Unit::Minutes, base).unwrap();
        let mut due = calendar.due(limit, Start::AtOnce, from).unwrap().at;
        let (mut rests, mut cursor) = (Vec::new(), from);
        for (after, length) in pauses {
            let pause = Pause { from: cursor + seconds(after), to: cursor + seconds(after + length) };
            if pause.from < due {
                due = calendar.paused(due, base, pause).unwrap().at;
                rests.push(pause);
                cursor = pause.to;
            }
        }
        let course = Course { base, start: Start::AtOnce, from, due, until: due + seconds(3600) };
        let segments = calendar.explain(course, &rests);
        let spent = |how: Spent| -> SignedDuration {
            segments.iter().filter(|one| one.spent == how).map(|one| one.length()).sum()
        };
        let rested: SignedDuration = rests.iter().map(|one| one.to.duration_since(one.from)).sum();
        prop_assert_eq!(spent(Spent::Working), SignedDuration::from_mins(i64::from(figure)));
        prop_assert_eq!(spent(Spent::Paused), rested);
        prop_assert_eq!(spent(Spent::Overdue), seconds(3600));
        let sum: SignedDuration = segments.iter().map(|one| one.length()).sum();
        prop_assert_eq!(sum, course.until.duration_since(from));
    }

    #[test]
    fn a_longer_pause_never_gives_an_earlier_due(
        limit in limits(), from in any_instant(), after in 0..500_000_i64,
        length in 0..500_000_i64, more in 0..500_000_i64,
    ) {
        let calendar = calendar();
        let due = calendar.due(limit, Start::AtOnce, from).unwrap().at;
        let begun = from + seconds(after);
        let paused = |length| {
            let pause = Pause { from: begun, to: begun + seconds(length) };
            calendar.paused(due, limit.base(), pause).unwrap().at
        };
        prop_assert!(due <= paused(length));
        prop_assert!(paused(length) <= paused(length + more));
    }

    #[test]
    fn an_announced_year_moves_provisional_promises_only(
        limit in limits(), start in starts(),
        from in instants("2025-10-01 00:00", "2026-03-01 00:00"),
    ) {
        let (before, after) = announced();
        let promised = before.due(limit, start, from).unwrap();
        let again = after.due(limit, start, from).unwrap();
        let recomputed = promised.recomputed(again);
        prop_assert_eq!(recomputed.is_told(), promised.at != again.at);
        // Nothing that was promised for good rested on what was not yet announced.
        prop_assert!(promised.provisional || promised == again);
        prop_assert_eq!(promised.after(recomputed), again);
    }

    #[test]
    fn what_is_not_provisional_never_becomes_later_whatever_the_calendar_says(
        promised in any_instant(), again in any_instant(),
        provisional in any::<bool>(), still in any::<bool>(),
    ) {
        let promised = Due { at: promised, provisional };
        let again = Due { at: again, provisional: still };
        let recomputed = promised.recomputed(again);
        let held = promised.after(recomputed);
        if provisional {
            prop_assert_eq!(held, again);
        } else {
            prop_assert_eq!((held, recomputed), (promised, Recomputed::Stands));
        }
        prop_assert_eq!(recomputed.is_told(), held.at != promised.at);
        prop_assert_eq!(held.recomputed(again), Recomputed::Stands, "a second time tells nothing");
    }
}

fn paused(limit: &str, from: &str, pauses: &[(&str, &str)]) -> Timestamp {
    let calendar = calendar();
    let limit: Limit = limit.parse().unwrap();
    let due = calendar.due(limit, Start::AtOnce, at(from)).unwrap().at;
    pauses.iter().fold(due, |due, (from, to)| {
        let pause = Pause { from: at(from), to: at(to) };
        calendar.paused(due, limit.base(), pause).unwrap().at
    })
}

#[test]
fn a_pause_moves_the_due_by_what_it_took_away() {
    let monday = "2026-11-02 08:00";
    for (limit, pauses, due) in [
        ("4h working-hours", &[("2026-11-02 09:00", "2026-11-02 10:00")][..], "2026-11-02 15:30"),
        // Noon and night take nothing.
        ("4h working-hours", &[("2026-11-02 11:00", "2026-11-02 15:00")], "2026-11-02 16:00"),
        ("4h working-hours", &[("2026-11-01 18:00", "2026-11-02 08:00")], "2026-11-02 12:00"),
        // Two one after another; the second begins before the due that the first one gave.
        (
            "4h working-hours",
            &[("2026-11-02 09:00", "2026-11-02 10:00"), ("2026-11-02 15:00", "2026-11-03 09:00")],
            "2026-11-03 09:30",
        ),
        // A day rests if it opens in the pause.
        ("3d working-days", &[("2026-11-02 10:00", "2026-11-02 17:00")], "2026-11-04 17:30"),
        ("3d working-days", &[("2026-11-02 10:00", "2026-11-03 09:00")], "2026-11-05 17:30"),
        ("3d working-days", &[("2026-11-03 08:00", "2026-11-04 08:00")], "2026-11-05 17:30"),
        ("3d working-days", &[("2026-11-04 09:00", "2026-11-09 09:00")], "2026-11-09 17:30"),
    ] {
        assert_eq!(paused(limit, monday, pauses), at(due), "{limit} {pauses:?}");
    }
}

#[test]
fn a_promise_beyond_the_announced_years_is_told_when_it_moves() {
    let (before, after) = announced();
    let limit: Limit = "3d working-days".parse().unwrap();
    let promise =
        |calendar: &Calendar, from| calendar.due(limit, Start::NextWorkingDay, at(from)).unwrap();
    let eve = "2025-12-30 10:00";
    let (old, new) = (promise(&before, eve), promise(&after, eve));
    // The 31st, and as nobody knew of the holiday Thursday the 1st and Friday the 2nd; now Sunday
    // the 4th, which is made up, and Monday the 5th.
    assert_eq!(old, Due { at: at("2026-01-02 17:30"), provisional: true });
    assert_eq!(new, Due { at: at("2026-01-05 17:30"), provisional: false });
    assert_eq!(old.recomputed(new), Recomputed::Moved(new));
    let spring = "2026-03-09 10:00";
    let (old, new) = (promise(&before, spring), promise(&after, spring));
    assert_eq!(old.recomputed(new), Recomputed::Confirmed);
    assert_eq!(new.recomputed(new), Recomputed::Stands);
    assert!(over(&[]) == after);
}
