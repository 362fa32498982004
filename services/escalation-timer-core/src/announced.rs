//! Another year of a calendar was announced: what it makes of promises that lay beyond what was decided.
//!
//! ```text
//!  the calendar was decided through ──┐
//!                                     │   due, provisional
//!  ───────────────────────────────────┴──────────┼──────────────┼───────▶
//!                       the year is announced:   └─ moved ──────┘  the next promise
//!                                          or:   │ no longer provisional
//! ```
//!
//! A promise that was not provisional never moves, and neither does one of which a leader was told
//! that it is late: they were told so by the calendar of then. Nothing becomes due in the past: what
//! would have been due before it was announced stays due when it was.

use calendar::{Due, Recomputed};
use definitions::Rules;
use events::{
    escalation::ExtensionAskedV1,
    words::{MoveCause, Revision},
};
use jiff::Timestamp;

use crate::{
    clocks::{Anew, promise_anew},
    event::Event,
    hold::Rested,
    pausing::{counted, rested, stretches, unpaused},
    state::{State, Timer, Watch},
    warning::with_warnings,
};

/// Whether something is promised beyond what the calendar had decided when it was counted.
pub fn is_provisional(state: &State) -> bool {
    match state {
        State::New | State::Ended(_) => false,
        State::Watching(watch) => watch.running().any(|timer| timer.promise().provisional),
    }
}

/// What follows for a case when the calendars of `announced` take the place of those of `rules`.
///
/// Both are the rules by which the case was accepted but for their calendars, which for `announced` are
/// those of the revision `calendars`.
pub fn on_announced(
    state: &State,
    rules: &Rules,
    (calendars, announced): (Revision, &Rules),
    now: Timestamp,
) -> Vec<Event> {
    let watch = match state {
        State::New | State::Ended(_) => return Vec::new(),
        State::Watching(watch) => watch,
    };
    let counted = Event::Counted { calendars };
    let running = watch.running().filter(|timer| timer.promise().provisional);
    let again = running.flat_map(|timer| recount(watch, timer, rules, announced, now));
    with_warnings(state, announced, [counted].into_iter().chain(again).collect())
}

fn recount(
    watch: &Watch,
    timer: &Timer,
    rules: &Rules,
    announced: &Rules,
    now: Timestamp,
) -> Vec<Event> {
    let promise = timer.promise();
    let confirmed = Event::Confirmed { timer: timer.id };
    if !timer.has_fired_none() {
        return vec![confirmed];
    }
    let before = Due { at: promise.due, provisional: true };
    let Some(bare) = bare(watch, timer, rules, announced) else { return Vec::new() };
    let pauses: Vec<_> = stretches(watch, timer, |_| true).collect();
    let is_paused = !pauses.is_empty();
    // The pauses are counted anew when one of them ends, and then from here.
    let carried = |promise| {
        let rested = Rested { timer: timer.id, promise, unpaused: bare.at };
        is_paused.then_some(Event::PausesCarried(rested)).into_iter()
    };
    let Some(due) = rested(watch, announced, timer, (bare, pauses)) else { return Vec::new() };
    match before.recomputed(due) {
        Recomputed::Stands => carried(promise.number).collect(),
        Recomputed::Confirmed => carried(promise.number).chain([confirmed]).collect(),
        Recomputed::Moved(due) if due.at <= now => vec![confirmed],
        Recomputed::Moved(due) => {
            let rung = Some(promise.first_rung);
            let anew = Anew { since: promise.since, due, urgency: promise.urgency, rung };
            let moved = promise_anew(timer, anew).moved(MoveCause::Calendar, None, None, now);
            let asked = asked_still(timer, due.at).map(Event::ExtensionAsked);
            carried(promise.number.saturating_add(1)).chain(moved).chain(asked).collect()
        }
    }
}

/// The extension that waits for an answer, if it still asks for more than the new due.
fn asked_still(timer: &Timer, due: Timestamp) -> Option<ExtensionAskedV1> {
    let asked = timer.extension.as_ref().filter(|asked| asked.until > due)?;
    Some(ExtensionAskedV1 {
        timer: timer.id,
        commitment: timer.commitment,
        cycle: timer.cycle,
        due,
        until: asked.until,
        reason: asked.reason,
        approver: asked.approver.clone(),
        by: asked.by,
        at: asked.at,
    })
}

/// The due without any pause. What had been decided stays; what its limit gave is given by it again;
/// and what somebody named stays where they wanted it, or comes when the next counted time begins.
fn bare(watch: &Watch, timer: &Timer, rules: &Rules, announced: &Rules) -> Option<Due> {
    let promise = timer.promise();
    let urgency = promise.urgency.unwrap_or(watch.urgency);
    let due = |rules: &Rules| {
        rules.due(&watch.item, timer.commitment, urgency, promise.since).ok().flatten()
    };
    let at = unpaused(watch, timer);
    let (former, base) = counted(watch, rules, timer)?;
    let by_limit = due(rules).filter(|due| due.at == at);
    let before = by_limit.or_else(|| former.named(base, at));
    if let Some(decided) = before.filter(|due| !due.provisional) {
        return Some(decided);
    } else if by_limit.is_some() {
        return due(announced);
    }
    let (calendar, base) = counted(watch, announced, timer)?;
    calendar.named(base, at).or_else(|| calendar.runs_from(base, at).ok())
}
