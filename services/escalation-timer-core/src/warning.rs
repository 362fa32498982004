//! That a promise is at risk: who has the work hears it while there is time.
//!
//! ```text
//!  since                                     warned            due
//!  │◀──────────── 75 % of what counts ─────────▶│◀──── 25 % ────▶│ rung 1
//! ─┴────────────────────────────────────────────┴────────────────┴───────▶
//! ```
//!
//! Said once of each promise, and not at all where it is heard of too late: with the due a rung fires.
//! What a pause moves is planned anew.

use calendar::Course;
use definitions::Rules;
use events::{escalation::AtRiskV1, words::Commitment};
use jiff::Timestamp;

use crate::{
    apply::apply,
    event::Event,
    pausing::{counted, stretches},
    state::{State, Timer, Warning, Watch},
};

/// Percent of the counted time.
const SHARE: u8 = 75;

/// The same events, and the warnings that are planned for the promises that hold after them.
pub(crate) fn with_warnings(state: &State, rules: &Rules, mut events: Vec<Event>) -> Vec<Event> {
    let mut after = state.clone();
    for event in &events {
        apply(&mut after, event);
    }
    match &after {
        State::New | State::Ended(_) => {}
        State::Watching(watch) => {
            events.extend(watch.running().filter_map(|timer| plan(rules, watch, timer)));
        }
    }
    events
}

fn plan(rules: &Rules, watch: &Watch, timer: &Timer) -> Option<Event> {
    let promise = timer.promise();
    let same = timer.warning.filter(|warning| warning.promise == promise.number);
    let is_planned = same.is_some_and(|warning| warning.said || warning.due == promise.due);
    if is_planned || !is_of_work(timer.commitment) || !timer.has_fired_none() {
        return None;
    }
    let (calendar, base) = counted(watch, rules, timer)?;
    let (from, due) = (promise.since, promise.due);
    let start = rules.start(&watch.item, timer.commitment);
    let course = Course { base, start, from, due, until: due };
    let pauses: Vec<_> = stretches(watch, timer, |_| true).collect();
    let at = calendar.spent(course, &pauses, SHARE)?;
    let warning = Warning { promise: promise.number, due, at, said: false };
    Some(Event::WarningPlanned { timer: timer.id, warning })
}

/// What whoever has the work, or is to answer, can still keep. To accept is the whole post's, which hears of the offer.
const fn is_of_work(commitment: Commitment) -> bool {
    match commitment {
        Commitment::Arrive
        | Commitment::Contain
        | Commitment::Complete
        | Commitment::Answer
        | Commitment::FollowUp => true,
        Commitment::Accept | Commitment::Reply | Commitment::Adjudicate | Commitment::CallBack => {
            false
        }
    }
}

/// When this clock is to say that it is at risk, if it is not said, and nobody knows it already.
pub(crate) fn warns_at(timer: &Timer) -> Option<Timestamp> {
    let holds = timer.promise().number;
    let warning = timer.warning.filter(|warning| !warning.said && warning.promise == holds)?;
    (timer.next().is_some() && timer.has_fired_none()).then_some(warning.at)
}

/// The first warning that is due by now.
pub(crate) fn warn_next(state: &State, now: Timestamp) -> Option<Event> {
    let watch = match state {
        State::New | State::Ended(_) => return None,
        State::Watching(watch) => watch,
    };
    let planned = watch.running().filter_map(|timer| Some((timer, warns_at(timer)?)));
    let (timer, planned) = planned.min_by_key(|(_, at)| *at).filter(|(_, at)| *at <= now)?;
    Some(Event::AtRisk(AtRiskV1 {
        timer: timer.id,
        subject: timer.subject,
        commitment: timer.commitment,
        cycle: timer.cycle,
        promise: timer.promise().number,
        due: timer.promise().due,
        planned,
        at: now,
    }))
}
