use std::collections::BTreeSet;

use clock::Ids;
use definitions::{Ladder, Rules};
use events::{
    escalation::{PauseRefusedV1, RungFiredV1},
    words::{PauseRefusal, PostId},
};
use jiff::Timestamp;

use crate::{
    apply::apply,
    event::Event,
    hold::Hold,
    ladder::Course,
    pausing::lapses_at,
    state::{Planned, State, Timer, Watch},
    warning::{warn_next, warns_at},
};

/// The most rungs of one case that fire at once: whoever forgot a case for a year gets the rest with
/// the next wake-up, which is due already.
const MOST_AT_ONCE: usize = 100;

/// A moment of waking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wake<'a> {
    /// When.
    pub now: Timestamp,
    /// Whether the newest facts are known; if they could not be had in time, rungs say so.
    pub confirmed: bool,
    /// The posts that nobody is at work at: a rung of theirs is skipped.
    pub unattended: &'a BTreeSet<PostId>,
}

/// The posts that may be told next, so that it matters whether anybody is at work there.
pub fn posts_above(state: &State, rules: &Rules) -> BTreeSet<PostId> {
    let watch = state.watch();
    let courses = watch.into_iter().flat_map(|watch| {
        watch.running().filter_map(|timer| Some((timer.next()?, Course::of(rules, watch, timer)?)))
    });
    let posts = courses.flat_map(|(next, course)| {
        (next.rung..=course.ladder.top()).filter_map(move |rung| course.ladder.rung(rung).cloned())
    });
    posts.collect()
}

/// When this case must be woken next; `None` if nothing runs.
pub fn next_at(state: &State) -> Option<Timestamp> {
    match state {
        State::New | State::Ended(_) => None,
        State::Watching(watch) => {
            let planned = watch.running().filter_map(Timer::next).map(|planned| planned.at);
            let planned = planned.chain(watch.running().filter_map(warns_at));
            planned.chain(watch.holds.iter().filter_map(|hold| lapses_at(watch, hold))).min()
        }
    }
}

/// Fires every rung that was planned until now, in the order of the plans, and says what is at risk.
///
/// Asleep for six hours or awake all the time: the same rungs fire, each once, with the same
/// planned times. One whose post nobody is at work at is skipped at once to the next that is filled.
pub fn on_wake(state: &State, rules: &Rules, wake: Wake<'_>, _ids: &mut impl Ids) -> Vec<Event> {
    let mut state = state.clone();
    let mut events = Vec::new();
    while events.len() < MOST_AT_ONCE
        && let Some(event) = lapse_next(&state, wake)
            .or_else(|| fire_next(&state, rules, wake))
            .or_else(|| warn_next(&state, wake.now))
    {
        apply(&mut state, &event);
        events.push(event);
    }
    events
}

/// The request for a pause that nobody decided in time: from its due on it is too late.
fn lapse_next(state: &State, wake: Wake<'_>) -> Option<Event> {
    let watch = match state {
        State::New | State::Ended(_) => return None,
        State::Watching(watch) => watch,
    };
    let is_over = |hold: &&Hold| lapses_at(watch, hold).is_some_and(|at| at <= wake.now);
    let hold = watch.holds.iter().find(is_over)?;
    Some(Event::PauseRefused(PauseRefusedV1 {
        work_order: hold.work_order,
        cycle: hold.cycle,
        reason: hold.reason,
        from: Some(hold.from),
        cause: PauseRefusal::Undecided,
        by: None,
        at: wake.now,
    }))
}

/// The rung that is planned next, if that is not later than now.
fn fire_next(state: &State, rules: &Rules, wake: Wake<'_>) -> Option<Event> {
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

fn fire(
    rules: &Rules,
    watch: &Watch,
    timer: &Timer,
    step: Planned,
    wake: Wake<'_>,
) -> Option<Event> {
    let course = Course::of(rules, watch, timer)?;
    let (rung, skipped) = filled(course.ladder, step.rung, wake.unattended);
    let step = Planned { rung, ..step };
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
        skipped,
    };
    Some(Event::RungFired { fired, next: course.after(step) })
}

/// The lowest rung from this one on at whose post somebody is at work, and the posts that are skipped
/// for it. If there is none, this one: its post has a phone, and hears the next round.
pub(crate) fn filled(
    ladder: &Ladder,
    rung: u8,
    unattended: &BTreeSet<PostId>,
) -> (u8, Vec<PostId>) {
    let is_filled = |rung: u8| ladder.rung(rung).is_some_and(|post| !unattended.contains(post));
    match (rung..=ladder.top()).find(|rung| is_filled(*rung)) {
        Some(filled) => (filled, (rung..filled).filter_map(|n| ladder.rung(n).cloned()).collect()),
        None => (rung, Vec::new()),
    }
}
