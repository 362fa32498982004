use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Base, Calendar, Due, OutOfReach};

/// A stretch in which a promise rests: from its first instant up to, not including, its
/// last. One that does not end after it begins is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
}

impl Calendar {
    /// Where a pause moves a due of `base`: as far ahead as it took away.
    ///
    /// It takes away the counted time inside it; of working days, those that open inside it, for a
    /// day counts by its opening. A pause that begins at the due or after it moves nothing. Several
    /// pauses are put one after another, each on the due that the one before gave.
    pub fn paused(&self, due: Timestamp, base: Base, pause: Pause) -> Result<Due, OutOfReach> {
        let at = if pause.from >= due { due } else { self.moved(due, base, pause)? };
        Ok(Due { at, provisional: self.guesses(base, at) })
    }

    fn moved(&self, due: Timestamp, base: Base, pause: Pause) -> Result<Timestamp, OutOfReach> {
        match base {
            Base::WorkingDays => match self.days_opening_in(pause) {
                0 => Ok(due),
                days => self.close_of_day(due, days),
            },
            Base::RoundTheClock | Base::DutyTime | Base::WorkingHours => {
                let taken = self.counted(base, pause);
                // The time of nothing would end where the next interval opens.
                if taken.is_zero() { Ok(due) } else { self.spend(base, due, taken) }
            }
        }
    }

    fn days_opening_in(&self, pause: Pause) -> u32 {
        let days = self.working_days(self.date(pause.from));
        let inside = days.skip_while(|day| day.open < pause.from);
        // At most ten years of days.
        inside.take_while(|day| day.open < pause.to).fold(0, |days, _| days + 1)
    }

    /// How much of a pause counts.
    fn counted(&self, base: Base, pause: Pause) -> SignedDuration {
        let openings = self.openings(base, pause.from);
        let inside = openings.take_while(|opening| opening.open < pause.to);
        inside.map(|one| one.close.min(pause.to).duration_since(one.open.max(pause.from))).sum()
    }
}
