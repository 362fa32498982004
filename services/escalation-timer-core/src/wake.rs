use clock::Ids;
use definitions::Rules;
use events::escalation::RungFiredV1;
use jiff::Timestamp;

use crate::{
    event::{Event, apply},
    ladder::Course,
    state::{Planned, State, Timer, Watch},
};

/// The most rungs of one case that fire at once: whoever forgot a case for a year gets the rest with
/// the next wake-up, which is due already.
const MOST_AT_ONCE: usize = 100;

/// A moment of waking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wake {
    /// When.
    pub now: Timestamp,
    /// Whether the newest facts are known; if they could not be had in time, rungs say so.
    pub confirmed: bool,
}

/// When this case must be woken next; `None` if nothing runs.
pub fn next_at(state: &State) -> Option<Timestamp> {
    match state {
        State::New | State::Ended(_) => None,
        State::Watching(watch) => {
            watch.running().filter_map(Timer::next).map(|planned| planned.at).min()
        }
    }
}

/// Fires every rung that was planned until now, in the order of the plans.
///
/// Asleep for six hours or awake all the time: the same rungs fire, each once, with the same
/// planned times.
pub fn on_wake(state: &State, rules: &Rules, wake: Wake, _ids: &mut impl Ids) -> Vec<Event> {
    let mut state = state.clone();
    let mut events = Vec::new();
    while events.len() < MOST_AT_ONCE
        && let Some(event) = fire_next(&state, rules, wake)
    {
        apply(&mut state, &event);
        events.push(event);
    }
    events
}

/// The rung that is planned next, if that is not later than now.
fn fire_next(state: &State, rules: &Rules, wake: Wake) -> Option<Event> {
    let watch = match state {
        State::New | State::Ended(_) => return None,
        State::Watching(watch) => watch,
    };
    let planned = watch.running().filter_map(|timer| Some((timer, timer.next()?)));
    let (timer, planned) = planned.min_by_key(|(_, planned)| planned.at)?;
    (planned.at <= wake.now).then(|| {
        fire(rules, watch, timer, planned, wake).unwrap_or(Event::Rested { timer: timer.id })
    })
}

fn fire(rules: &Rules, watch: &Watch, timer: &Timer, step: Planned, wake: Wake) -> Option<Event> {
    let course = Course::of(rules, watch, timer)?;
    let fired = RungFiredV1 {
        timer: timer.id,
        subject: timer.subject,
        commitment: timer.commitment,
        cycle: timer.cycle,
        promise: timer.promise().number,
        rung: step.rung,
        round: step.round,
        planned: step.at,
        fired: wake.now,
        ladder: course.ladder.id.clone(),
        post: course.ladder.rung(step.rung)?.clone(),
        unconfirmed: !wake.confirmed,
    };
    Some(Event::RungFired { fired, next: course.after(step) })
}
