//! What an event makes of the state.

use std::mem;

use clock::{TimerId, WorkOrderId};
use events::{
    escalation::{
        ArmedV1, ClockStoppedV1, ExtensionAskedV1, PauseAskedV1, PromiseMovedV1, RiskAcceptedV1,
        RungFiredV1, RungRetractedV1, TakenOverV1,
    },
    words::Urgency,
};
use jiff::Timestamp;

use crate::{
    event::{Event, Watched},
    hold::{Hold, Pause, Rested},
    state::{
        Extension, Fired, Moved, Paused, Planned, Promise, Rest, Run, State, TakenOver, Timer,
        Watch,
    },
};

/// Brings the state to after the event, which was decided on this very state.
pub fn apply(state: &mut State, event: &Event) {
    match event {
        Event::Watched(watched) => watch(state, watched),
        Event::Armed { armed, since, offered, asked, urgency } => edit_watch(state, |watch| {
            arm(watch, armed, (*offered, *asked), promise(armed, *since, *urgency));
        }),
        Event::RungFired { fired, next } => edit(state, fired.timer, |timer| {
            timer.fired.push(Fired::from(fired));
            timer.run = Run::Running { next: *next };
        }),
        Event::UrgencyChanged { urgency, .. } => {
            edit_watch(state, |watch| watch.urgency = *urgency);
        }
        Event::Rested { timer } => {
            edit(state, *timer, |timer| timer.run = Run::Running { next: None });
        }
        Event::WarningPlanned { timer, warning } => {
            edit(state, *timer, |timer| timer.warning = Some(*warning));
        }
        Event::AtRisk(fact) => edit(state, fact.timer, |timer| {
            if let Some(warning) = &mut timer.warning {
                warning.said = true;
            }
        }),
        Event::RungRetracted(fact) => edit(state, fact.timer, |timer| retract(timer, fact)),
        Event::Stopped(ClockStoppedV1 { timer, at, on_time, .. }) => {
            edit(state, *timer, |timer| timer.run = Run::Stopped { at: *at, on_time: *on_time });
        }
        Event::Counted { calendars } => {
            edit_watch(state, |watch| watch.calendars = Some(*calendars));
        }
        Event::Confirmed { timer } => edit(state, *timer, confirm),
        Event::PausesCarried(rested) => edit_watch(state, |watch| carry_pauses(watch, *rested)),
        Event::PromiseMoved(fact) => edit(state, fact.timer, |timer| shift(timer, fact)),
        Event::ExtensionAsked(fact) => {
            edit(state, fact.timer, |timer| timer.extension = Some(Extension::from(fact)));
        }
        Event::ExtensionRefused(fact) => {
            edit(state, fact.timer, |timer| timer.extension = None);
        }
        Event::TakenOver { taken, above } => {
            edit(state, taken.timer, |timer| take_over(timer, taken, *above));
        }
        Event::RiskAccepted { accepted, resumes } => {
            edit(state, accepted.timer, |timer| rest(timer, accepted, *resumes));
        }
        Event::Held(_)
        | Event::HoldEnded { .. }
        | Event::PauseAsked(_)
        | Event::EvidenceGiven { .. }
        | Event::PauseGranted { .. }
        | Event::PauseRefused(_) => wait(state, event),
        Event::Ended { .. } => match mem::take(state) {
            State::New => {}
            State::Watching(watch) | State::Ended(watch) => *state = State::Ended(watch),
        },
        Event::RungTold(_) | Event::Ordered(_) | Event::Noted { .. } => {}
    }
}

fn edit_watch(state: &mut State, to: impl FnOnce(&mut Watch)) {
    if let Some(watch) = state.watch_mut() {
        to(watch);
    }
}

fn edit(state: &mut State, timer: TimerId, to: impl FnOnce(&mut Timer)) {
    if let Some(timer) = state.watch_mut().and_then(|watch| watch.timer_mut(timer)) {
        to(timer);
    }
}

fn edit_hold(state: &mut State, work_order: WorkOrderId, to: impl FnOnce(&mut Hold)) {
    if let Some(hold) = state.watch_mut().and_then(|watch| watch.hold_mut(work_order)) {
        to(hold);
    }
}

/// What happens to work that waits.
fn wait(state: &mut State, event: &Event) {
    match event {
        Event::Held(hold) => {
            if let Some(watch) = state.watch_mut() {
                watch.holds.push(hold.clone());
            }
        }
        Event::HoldEnded { work_order, at } => edit_hold(state, *work_order, |hold| {
            hold.ended = Some((*at).max(hold.from));
        }),
        Event::PauseAsked(PauseAskedV1 { work_order, approver, evidence_needed, .. }) => {
            let (approver, evidence_needed) = (approver.clone(), *evidence_needed);
            let asked = Pause::Asked { approver, evidence_needed, evidence: false };
            edit_hold(state, *work_order, |hold| hold.pause = asked);
        }
        Event::EvidenceGiven { work_order, .. } => edit_hold(state, *work_order, |hold| {
            if let Pause::Asked { evidence, .. } = &mut hold.pause {
                *evidence = true;
            }
        }),
        Event::PauseGranted { granted, rested } => {
            let pause = Pause::Granted { until: granted.until, rested: rested.clone() };
            edit_hold(state, granted.work_order, |hold| hold.pause = pause);
        }
        Event::PauseRefused(refused) => {
            let pause = Pause::Refused { cause: refused.cause };
            edit_hold(state, refused.work_order, |hold| hold.pause = pause);
        }
        Event::Watched(_)
        | Event::UrgencyChanged { .. }
        | Event::Armed { .. }
        | Event::RungFired { .. }
        | Event::Rested { .. }
        | Event::WarningPlanned { .. }
        | Event::AtRisk(_)
        | Event::RungRetracted(_)
        | Event::RungTold(_)
        | Event::PromiseMoved(_)
        | Event::Counted { .. }
        | Event::Confirmed { .. }
        | Event::PausesCarried(_)
        | Event::ExtensionAsked(_)
        | Event::ExtensionRefused(_)
        | Event::Ordered(_)
        | Event::TakenOver { .. }
        | Event::RiskAccepted { .. }
        | Event::Stopped(_)
        | Event::Ended { .. }
        | Event::Noted { .. } => {}
    }
}

fn retract(timer: &mut Timer, fact: &RungRetractedV1) {
    let RungRetractedV1 { promise, rung, round, .. } = *fact;
    for fired in &mut timer.fired {
        fired.retracted |= (fired.promise, fired.rung, fired.round) == (promise, rung, round);
    }
}

/// The same promise for another time, after a pause; the next one was made for it already.
fn shift(timer: &mut Timer, moved: &PromiseMovedV1) {
    let promise = timer.later.last_mut().unwrap_or(&mut timer.first);
    if promise.number != moved.promise {
        return;
    }
    if promise.due != moved.old {
        promise.moved = Some(Moved { why: moved.why, reason: moved.reason });
        return;
    }
    let from = promise.paused.map_or(moved.old, |paused| paused.from);
    // A pause that took no time away in the end has moved nothing.
    promise.paused = (moved.new != from).then_some(Paused { from, reason: moved.reason });
    promise.due = moved.new;
    promise.provisional = moved.provisional;
    let first = Planned { rung: promise.first_rung, round: 0, at: moved.new };
    timer.run = Run::Running { next: Some(first) };
}

fn confirm(timer: &mut Timer) {
    timer.later.last_mut().unwrap_or(&mut timer.first).provisional = false;
}

/// What rests the promise that holds rests this one, and from this due on.
fn carry_pauses(watch: &mut Watch, carried: Rested) {
    let timer = carried.timer;
    let Some(holds) = watch.timer_mut(timer).map(|timer| timer.promise().number) else { return };
    for hold in &mut watch.holds {
        if hold.rests(timer, holds).is_some()
            && let Pause::Granted { rested, .. } = &mut hold.pause
        {
            rested.retain(|one| (one.timer, one.promise) != (timer, carried.promise));
            rested.push(carried);
        }
    }
}

fn take_over(timer: &mut Timer, taken: &TakenOverV1, above: u8) {
    let TakenOverV1 { rung, by, at, .. } = *taken;
    timer.taken_over = Some(TakenOver { rung, above, by, at });
}

fn rest(timer: &mut Timer, accepted: &RiskAcceptedV1, resumes: Option<Planned>) {
    let RiskAcceptedV1 { until, by, at, .. } = *accepted;
    let promise = timer.promise().number;
    timer.risk = Some(Rest { promise, until, resumes, by, at });
    timer.run = Run::Running { next: resumes };
}

fn watch(state: &mut State, watched: &Watched) {
    let Watched { revision, cycle, number, urgency, start_rung, .. } = *watched;
    let (timers, holds) = match mem::take(state) {
        State::New => (Vec::new(), Vec::new()),
        State::Watching(before) | State::Ended(before) => (before.timers, before.holds),
    };
    let (item, place) = (watched.item.clone(), watched.place.clone());
    let calendars = None;
    *state = State::Watching(Watch {
        revision,
        calendars,
        number,
        item,
        place,
        urgency,
        cycle,
        start_rung,
        timers,
        holds,
    });
}

/// The first promise makes the clock; a later one takes the place of the one before it.
fn arm(
    watch: &mut Watch,
    armed: &ArmedV1,
    (offered, asked): (Option<WorkOrderId>, Option<WorkOrderId>),
    promise: Promise,
) {
    let ArmedV1 { timer: id, subject, commitment, cycle, due, first_rung, .. } = *armed;
    let run = Run::Running { next: Some(Planned { rung: first_rung, round: 0, at: due }) };
    if let Some(timer) = watch.timer_mut(id) {
        timer.later.push(promise);
        timer.run = run;
        timer.extension = None;
    } else {
        let (first, later, fired) = (promise, Vec::new(), Vec::new());
        let (warning, extension, taken_over, risk) = (None, None, None, None);
        watch.timers.push(Timer {
            id,
            subject,
            commitment,
            cycle,
            offered,
            asked,
            first,
            later,
            run,
            fired,
            warning,
            extension,
            taken_over,
            risk,
        });
    }
}

const fn promise(armed: &ArmedV1, since: Timestamp, urgency: Option<Urgency>) -> Promise {
    let ArmedV1 { promise: number, due, provisional, first_rung, .. } = *armed;
    Promise { number, since, due, provisional, first_rung, urgency, moved: None, paused: None }
}

impl From<&RungFiredV1> for Fired {
    fn from(fact: &RungFiredV1) -> Self {
        let RungFiredV1 { promise, rung, round, planned, fired: at, unconfirmed, .. } = *fact;
        Self {
            promise,
            rung,
            round,
            planned,
            at,
            ladder: fact.ladder.clone(),
            post: fact.post.clone(),
            unconfirmed,
            retracted: false,
            skipped: fact.skipped.clone(),
        }
    }
}

impl From<&ExtensionAskedV1> for Extension {
    fn from(fact: &ExtensionAskedV1) -> Self {
        let ExtensionAskedV1 { until, reason, by, at, .. } = *fact;
        Self { until, reason, approver: fact.approver.clone(), by, at }
    }
}
