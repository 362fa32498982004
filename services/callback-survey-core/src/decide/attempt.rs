use definitions::Rules;
use events::words::Verdict;
use jiff::{Timestamp, Zoned};

use super::{attempted, find, judge, refuse_own_work};
use crate::{
    calling::Calling,
    command::{Attempt, Rejected},
    event::Event,
    state::{Attempted, Fate, State},
};

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    attempt: Attempt,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let command = Attempt::WORD;
    let (survey, call, fate) = find(state, command, attempt.callback)?;
    match fate {
        None => {}
        Some(Fate::Judged(verdict)) => return Err(Rejected::NoCallbackOpen { verdict }),
        Some(Fate::Withdrawn) => return Err(Rejected::CallbackWithdrawn { command }),
    }
    refuse_own_work(call, command, attempt.by)?;
    let calling = Calling::of(rules, &survey.matter.item);
    refuse_wrong_time(calling, &call.attempts, now)?;

    let made = attempted(call, attempt.by, now, false);
    let attempts: Vec<Attempted> = call
        .attempts
        .iter()
        .copied()
        .chain([Attempted { by: attempt.by, at: now, reached: false }])
        .collect();
    // Without a policy nothing is left to try by.
    let again = calling.filter(|calling| !calling.tried_enough(attempts.len()));
    let not_before = again
        .map(|calling| calling.chance(&attempts, now).map_or(now, |chance| chance.timestamp()));
    let unreachable = not_before.is_none().then(|| judge(call.cycle, Verdict::Unreachable, now));
    let made = Event::Attempted { attempted: made, not_before };
    Ok([made].into_iter().chain(unreachable).collect())
}

fn refuse_wrong_time(
    calling: Option<Calling<'_>>,
    attempts: &[Attempted],
    now: Timestamp,
) -> Result<(), Rejected> {
    let Some(calling) = calling else { return Ok(()) };
    let later = |chance: &Zoned| chance.timestamp() > now;
    match calling.chance(attempts, now).filter(later) {
        None => Ok(()),
        Some(next) if calling.within_hours(now) => Err(Rejected::TooSoon { next }),
        Some(next) => Err(Rejected::OutsideCallingHours { next }),
    }
}
