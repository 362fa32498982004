//! When people may be called, and how attempts are spread over days and hours.

use std::collections::BTreeSet;

use calendar::Opening;
use definitions::{Callback, Rules};
use events::words::ItemId;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned, civil::Date, tz::TimeZone};

use crate::state::Attempted;

/// How far ahead a time to call is looked for. Each day is a new one and has every hour, so that the
/// next day has one; a week bridges what a change of clocks may swallow.
const DAYS_AHEAD: usize = 7;

/// How requesters of one item are called back.
#[derive(Clone, Copy)]
pub(crate) struct Calling<'a> {
    callback: &'a Callback,
    zone: &'a TimeZone,
}

impl<'a> Calling<'a> {
    /// By the policy of the item, where its department is; `None` if nobody is called back.
    pub(crate) fn of(rules: &'a Rules, item: &ItemId) -> Option<Self> {
        let department = &rules.item(item)?.department;
        let zone = rules.calendar_for(department)?.zone();
        Some(Self { callback: rules.callback(item)?, zone })
    }

    /// The first time from `from` on at which an attempt after these may be made.
    ///
    /// A policy that asks for more hours than there are to call in gets what there is.
    pub(crate) fn chance(self, attempts: &[Attempted], from: Timestamp) -> Timestamp {
        let untried = || self.times(from).filter(|at| !self.was_tried_in_hour_of(attempts, *at));
        let spread = untried().find(|at| self.can_still_spread(attempts, *at));
        spread.or_else(|| untried().next()).unwrap_or(from)
    }

    /// The time that a clock on the campus shows.
    pub(crate) fn local(self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    /// Whether people may be called at this time.
    pub(crate) fn within_hours(self, at: Timestamp) -> bool {
        self.times(at).next() == Some(at)
    }

    /// Whether nobody is reached after these attempts.
    pub(crate) fn tried_enough(self, attempts: &[Attempted]) -> bool {
        attempts.len() >= usize::from(self.callback.attempts)
    }

    /// Whether one of these attempts was made in the same hour of the same day.
    fn was_tried_in_hour_of(self, attempts: &[Attempted], at: Timestamp) -> bool {
        let hour = |at| {
            let local = self.zone.to_datetime(at);
            (local.date(), local.hour())
        };
        attempts.iter().any(|attempt| hour(attempt.at) == hour(at))
    }

    /// Whether an attempt at `at` leaves enough others for the days and hours that are missing then:
    /// each can bring one of both.
    fn can_still_spread(self, attempts: &[Attempted], at: Timestamp) -> bool {
        let made = attempts.iter().map(|attempt| attempt.at).chain([at]);
        let local = made.map(|at| self.zone.to_datetime(at));
        let (days, hours): (BTreeSet<_>, BTreeSet<_>) =
            local.map(|local| (local.date(), local.hour())).unzip();
        let left = usize::from(self.callback.attempts).saturating_sub(attempts.len() + 1);
        let missing = |wanted: u16, had: usize| usize::from(wanted).saturating_sub(had);
        missing(self.callback.days, days.len()) <= left
            && missing(self.callback.hours, hours.len()) <= left
    }

    /// The times from `from` on at which a new day or hour of calling begins, and `from` itself if
    /// people may be called then.
    fn times(self, from: Timestamp) -> impl Iterator<Item = Timestamp> {
        let today: Date = self.zone.to_datetime(from).date();
        let days = today.series(1.day()).take(DAYS_AHEAD);
        let openings = days.flat_map(move |day| self.callback.within.on(day, self.zone));
        let later = openings.filter(move |opening| from <= opening.close);
        later.flat_map(move |Opening { open, close }| {
            let first = open.max(from);
            let next_hour = move |at: &Timestamp| self.next_hour(*at);
            let hours = std::iter::successors(self.next_hour(first), next_hour);
            // An hour that begins with the last instant is none to call in.
            std::iter::once(first).chain(hours.take_while(move |at| *at < close))
        })
    }

    fn next_hour(self, at: Timestamp) -> Option<Timestamp> {
        let time = self.zone.to_datetime(at).time();
        let past = SignedDuration::from_mins(i64::from(time.minute()))
            + SignedDuration::from_secs(i64::from(time.second()))
            + SignedDuration::from_nanos(i64::from(time.subsec_nanosecond()));
        at.checked_add(SignedDuration::from_hours(1) - past).ok()
    }
}
