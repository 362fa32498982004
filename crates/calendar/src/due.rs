use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Base, Calendar, Limit};

/// When a limit begins to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// At the instant itself: of the receipt, the offer, the completion.
    AtOnce,
    /// When the next working day opens, so that the day of receipt does not count.
    NextWorkingDay,
}

/// When a promise ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The last instant at which it is kept.
    pub at: Timestamp,
    /// It lies beyond what a layer has decided and must be computed again.
    pub provisional: bool,
}

/// The calendar has not as much counted time within ten years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the calendar has not as much time within ten years")]
pub struct OutOfReach;

impl Calendar {
    /// When `limit` that begins with `at` ends.
    pub fn due(&self, limit: Limit, start: Start, at: Timestamp) -> Result<Due, OutOfReach> {
        let begun = self.begin(start, at)?;
        let end = match limit.base() {
            Base::WorkingDays => self.close_of_day(begun, limit.amount())?,
            base @ (Base::RoundTheClock | Base::DutyTime | Base::WorkingHours) => {
                self.spend(base, begun, minutes(limit.amount()))?
            }
        };
        let start_guessed =
            start == Start::NextWorkingDay && self.guesses(Base::WorkingDays, begun);
        Ok(Due { at: end, provisional: start_guessed || self.guesses(limit.base(), end) })
    }

    /// `n` intervals after `anchor`: where a rung of a ladder is planned. For `n` = 0 the anchor.
    pub fn after(&self, anchor: Timestamp, n: u32, interval: Limit) -> Result<Due, OutOfReach> {
        if n == 0 {
            return Ok(Due { at: anchor, provisional: self.guesses(interval.base(), anchor) });
        }
        self.due(interval.times(n).ok_or(OutOfReach)?, Start::AtOnce, anchor)
    }

    /// The due that somebody names: `None` where it falls while no time of `base` runs, and not at
    /// a close either.
    pub fn named(&self, base: Base, at: Timestamp) -> Option<Due> {
        let just_before = at.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(at);
        let counts = self.runs(base, at) || self.runs(base, just_before);
        counts.then(|| Due { at, provisional: self.guesses(base, at) })
    }

    /// The first instant from `at` on while time of `base` runs.
    pub fn runs_from(&self, base: Base, at: Timestamp) -> Result<Due, OutOfReach> {
        let at = self.spend(base, at, SignedDuration::ZERO)?;
        Ok(Due { at, provisional: self.guesses(base, at) })
    }

    /// The instant from which time counts.
    pub(crate) fn begin(&self, start: Start, at: Timestamp) -> Result<Timestamp, OutOfReach> {
        match start {
            Start::AtOnce => Ok(at),
            Start::NextWorkingDay => {
                let tomorrow = self.date(at).tomorrow().map_err(|_| OutOfReach)?;
                self.working_days(tomorrow).next().map(|day| day.open).ok_or(OutOfReach)
            }
        }
    }

    /// When `length` of counted time after `from` has passed.
    pub(crate) fn spend(
        &self,
        base: Base,
        from: Timestamp,
        length: SignedDuration,
    ) -> Result<Timestamp, OutOfReach> {
        let mut left = length;
        for opening in self.openings(base, from) {
            let open = opening.open.max(from);
            let span = opening.close.duration_since(open);
            if left <= span {
                return open.checked_add(left).map_err(|_| OutOfReach);
            }
            left -= span;
        }
        Err(OutOfReach)
    }

    /// Close of business of the `n`th working day that opens at or after `from`.
    pub(crate) fn close_of_day(&self, from: Timestamp, n: u32) -> Result<Timestamp, OutOfReach> {
        let before = usize::try_from(n).map_err(|_| OutOfReach)?.saturating_sub(1);
        self.working_days(self.date(from))
            .filter(|day| day.open >= from)
            .nth(before)
            .map(|day| day.close)
            .ok_or(OutOfReach)
    }

    /// Whether time up to `at` rests on days that no layer has decided.
    pub(crate) fn guesses(&self, base: Base, at: Timestamp) -> bool {
        // A day that closes at 24:00 ends with the next date's first instant.
        let last = at.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(at);
        self.decided_through(base).is_some_and(|through| self.date(last) > through)
    }
}

fn minutes(minutes: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes))
}
