use std::mem;

use clock::{TimerId, WorkOrderId};
use events::{
    EscalationFact,
    escalation::{ArmedV1, ClockStoppedV1, RungFiredV1, RungRetractedV1, RungToldV1},
    words::{Cycle, End, ItemId, PlaceId, Revision, Urgency},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::state::{Fired, Planned, Promise, Run, State, Timer, Watch};

/// What has happened to the clocks of a case.
///
/// What others hear is here exactly as they hear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A cycle of the case is watched from now on.
    Watched(Watched),
    /// The case has another urgency, by which its ladders climb.
    UrgencyChanged {
        /// So much.
        urgency: Urgency,
        /// Since when.
        at: Timestamp,
    },
    /// A clock has a promise to watch.
    Armed {
        /// Which, and until when.
        armed: ArmedV1,
        /// What it counts from: the receipt, the offer, the containment, the completion.
        since: Timestamp,
        /// The work order of an offer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offered: Option<WorkOrderId>,
        /// The urgency by which its ladder climbs, if that is not the case's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        urgency: Option<Urgency>,
    },
    /// A promise was not kept in time: a leader hears of it.
    RungFired {
        /// Which rung of which promise.
        fired: RungFiredV1,
        /// What is planned after it.
        next: Option<Planned>,
    },
    /// The definitions have nobody left to tell, so the clock runs on in silence.
    Rested {
        /// Which clock.
        timer: TimerId,
    },
    /// A rung had fired for what was done already.
    RungRetracted(RungRetractedV1),
    /// A leader hears at once that the case was reopened.
    RungTold(RungToldV1),
    /// A clock ended.
    Stopped(ClockStoppedV1),
    /// The case ended, and with it all that was promised.
    Ended {
        /// In which cycle.
        cycle: Cycle,
        /// How.
        end: End,
        /// When.
        at: Timestamp,
    },
    /// A fact changed nothing.
    Noted {
        /// Its type and version.
        fact: String,
        /// Why.
        reason: Reason,
    },
}

/// By what a cycle is watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The definitions that hold for it.
    pub revision: Revision,
    /// Which cycle.
    pub cycle: Cycle,
    /// What is asked for.
    pub item: ItemId,
    /// Where.
    pub place: PlaceId,
    /// How much haste.
    pub urgency: Urgency,
    /// The rung with which it begins.
    pub start_rung: u8,
}

/// Why a fact changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its case was never accepted, as far as this service knows.
    UnknownCase,
    /// It says what is known.
    AlreadyKnown,
    /// It is about another cycle than the one that is watched.
    OtherCycle,
    /// The case ended before.
    CaseEnded,
    /// No clock waits for it.
    NothingRuns,
    /// The definitions promise nothing from it on.
    NothingPromised,
}

/// Brings the state to after the event, which was decided on this very state.
pub fn apply(state: &mut State, event: &Event) {
    match event {
        Event::Watched(watched) => watch(state, watched),
        Event::Armed { armed, since, offered, urgency } => {
            if let Some(watch) = state.watch_mut() {
                arm(watch, armed, *offered, promise(armed, *since, *urgency));
            }
        }
        Event::UrgencyChanged { urgency, .. } => {
            if let Some(watch) = state.watch_mut() {
                watch.urgency = *urgency;
            }
        }
        Event::RungFired { fired, next } => {
            if let Some(timer) = state.watch_mut().and_then(|watch| watch.timer_mut(fired.timer)) {
                timer.fired.push(Fired::from(fired));
                timer.run = Run::Running { next: *next };
            }
        }
        Event::Rested { timer } => {
            if let Some(timer) = state.watch_mut().and_then(|watch| watch.timer_mut(*timer)) {
                timer.run = Run::Running { next: None };
            }
        }
        Event::RungRetracted(retracted) => {
            let RungRetractedV1 { timer, promise, rung, round, .. } = *retracted;
            let timer = state.watch_mut().and_then(|watch| watch.timer_mut(timer));
            for fired in timer.into_iter().flat_map(|timer| &mut timer.fired) {
                fired.retracted |=
                    (fired.promise, fired.rung, fired.round) == (promise, rung, round);
            }
        }
        Event::Stopped(ClockStoppedV1 { timer, at, on_time, .. }) => {
            if let Some(timer) = state.watch_mut().and_then(|watch| watch.timer_mut(*timer)) {
                timer.run = Run::Stopped { at: *at, on_time: *on_time };
            }
        }
        Event::Ended { .. } => match mem::take(state) {
            State::New => {}
            State::Watching(watch) | State::Ended(watch) => *state = State::Ended(watch),
        },
        Event::RungTold(_) | Event::Noted { .. } => {}
    }
}

/// The fact that others hear, if it is for them.
pub fn publish(event: &Event) -> Option<events::Fact> {
    let fact = match event {
        Event::Armed { armed, .. } => EscalationFact::Armed(armed.clone()),
        Event::RungFired { fired, .. } => EscalationFact::RungFired(fired.clone()),
        Event::RungRetracted(fact) => EscalationFact::RungRetracted(fact.clone()),
        Event::RungTold(fact) => EscalationFact::RungTold(fact.clone()),
        Event::Stopped(fact) => EscalationFact::ClockStopped(fact.clone()),
        Event::Watched(_)
        | Event::UrgencyChanged { .. }
        | Event::Rested { .. }
        | Event::Ended { .. }
        | Event::Noted { .. } => return None,
    };
    Some(fact.into())
}

fn watch(state: &mut State, watched: &Watched) {
    let Watched { revision, cycle, urgency, start_rung, .. } = *watched;
    let timers = match mem::take(state) {
        State::New => Vec::new(),
        State::Watching(before) | State::Ended(before) => before.timers,
    };
    let (item, place) = (watched.item.clone(), watched.place.clone());
    *state = State::Watching(Watch { revision, item, place, urgency, cycle, start_rung, timers });
}

/// The first promise makes the clock; a later one takes the place of the one before it.
fn arm(watch: &mut Watch, armed: &ArmedV1, offered: Option<WorkOrderId>, promise: Promise) {
    let ArmedV1 { timer: id, subject, commitment, cycle, due, first_rung, .. } = *armed;
    let run = Run::Running { next: Some(Planned { rung: first_rung, round: 0, at: due }) };
    if let Some(timer) = watch.timer_mut(id) {
        timer.later.push(promise);
        timer.run = run;
    } else {
        let (first, later, fired) = (promise, Vec::new(), Vec::new());
        let timer = Timer { id, subject, commitment, cycle, offered, first, later, run, fired };
        watch.timers.push(timer);
    }
}

const fn promise(armed: &ArmedV1, since: Timestamp, urgency: Option<Urgency>) -> Promise {
    let ArmedV1 { promise: number, due, provisional, first_rung, .. } = *armed;
    Promise { number, since, due, provisional, first_rung, urgency }
}

impl From<&RungFiredV1> for Fired {
    fn from(fact: &RungFiredV1) -> Self {
        let RungFiredV1 { promise, rung, round, planned, fired: at, unconfirmed, .. } = *fact;
        let (ladder, post) = (fact.ladder.clone(), fact.post.clone());
        Self { promise, rung, round, planned, at, ladder, post, unconfirmed, retracted: false }
    }
}
