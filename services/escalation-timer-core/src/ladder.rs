use calendar::{Calendar, OutOfReach};
use definitions::{Climb, Ladder, Rules};
use jiff::Timestamp;

use crate::state::{Planned, Timer, Watch};

/// How the ladder of one promise is climbed: arithmetic from the due, never from now.
///
/// ```text
///  due          + 1 interval   + 2 intervals    + 1 repeat     + 2 repeats
///  │ first      │ first + 1    │ top            │ top          │ top
///  │ round 0    │ round 0      │ round 0        │ round 1      │ round 2
/// ─┴────────────┴──────────────┴────────────────┴──────────────┴─────────────▶
/// ```
///
/// While a leader answers for the lateness nothing is climbed; the step that would have come then
/// comes at the end of the rest, and all later ones are counted from there.
pub(crate) struct Course<'a> {
    pub(crate) ladder: &'a Ladder,
    calendar: &'a Calendar,
    climb: Climb,
    /// The step from which all later ones are counted: the first rung at the due, or where an
    /// accepted risk lets the ladder go on.
    anchor: Planned,
}

impl<'a> Course<'a> {
    /// The course of a clock; `None` if these definitions have no ladder for it.
    pub(crate) fn of(rules: &'a Rules, watch: &Watch, timer: &Timer) -> Option<Self> {
        let ladder = rules.ladder(&watch.item, timer.commitment)?;
        let calendar = rules.calendar_for(&rules.item(&watch.item)?.department)?;
        let promise = timer.promise();
        let climb = ladder.climb(promise.urgency.unwrap_or(watch.urgency));
        let first = Planned { rung: promise.first_rung, round: 0, at: promise.due };
        let anchor = timer.rest().and_then(|rest| rest.resumes).unwrap_or(first);
        Some(Self { ladder, calendar, climb, anchor })
    }

    /// What is planned after a step; nothing if the calendar has no such day.
    pub(crate) fn after(&self, step: Planned) -> Option<Planned> {
        let (rung, round) = if step.rung < self.ladder.top() {
            (step.rung + 1, 0)
        } else {
            (step.rung, step.round.checked_add(1)?)
        };
        let at = self.at(rung, round).ok()?;
        Some(Planned { rung, round, at })
    }

    fn at(&self, rung: u8, round: u16) -> Result<Timestamp, OutOfReach> {
        let Planned { rung: from, round: rounds, at } = self.anchor;
        let intervals = u32::from(rung.saturating_sub(from));
        let climbed = self.calendar.after(at, intervals, self.climb.interval)?;
        let rounds = u32::from(round.saturating_sub(rounds));
        Ok(self.calendar.after(climbed.at, rounds, self.climb.repeat)?.at)
    }
}
