use definitions::Rules;
use events::words::Verdict;
use jiff::Timestamp;

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

    let attempted = attempted(call, attempt.by, now, false);
    let mut attempts = call.attempts.clone();
    attempts.push(Attempted { by: attempt.by, at: now, reached: false });
    // Without a policy there is none to try again by.
    let again = calling.filter(|calling| !calling.tried_enough(&attempts));
    let not_before = again.map(|calling| calling.chance(&attempts, now));
    let unreachable = not_before.is_none().then(|| judge(call.cycle, Verdict::Unreachable, now));
    Ok([Event::Attempted { attempted, not_before }].into_iter().chain(unreachable).collect())
}

fn refuse_wrong_time(
    calling: Option<Calling<'_>>,
    attempts: &[Attempted],
    now: Timestamp,
) -> Result<(), Rejected> {
    let Some(calling) = calling else { return Ok(()) };
    let chance = calling.chance(attempts, now);
    if chance <= now {
        return Ok(());
    }
    let next = calling.local(chance);
    Err(if calling.within_hours(now) {
        Rejected::TooSoon { next }
    } else {
        Rejected::OutsideCallingHours { next }
    })
}
