use clock::Ids;
use definitions::Rules;
use events::{
    dispatch::{CaseCompletedV1, WorkOrderArrivedV1, WorkOrderClaimedV1, WorkOrderOfferedV1},
    words::{Commitment, Cycle, Subject},
};
use jiff::Timestamp;

use super::{stop_those, watching};
use crate::{
    clocks::Promised,
    event::{Event, Reason},
    state::{State, Watch},
};

/// An offer is promised to be claimed in time.
pub(crate) fn offered(
    state: &State,
    rules: &Rules,
    fact: &WorkOrderOfferedV1,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Reason> {
    let watch = in_cycle(watching(state)?, fact.cycle)?;
    let subject = Subject::Offer(fact.offer);
    if watch.timers.iter().any(|timer| timer.subject == subject) {
        return Err(Reason::AlreadyKnown);
    }
    let armed = arm(watch, rules, subject, Commitment::Accept, fact.offered_at, ids);
    armed.map(|armed| vec![armed]).ok_or(Reason::NothingPromised)
}

/// A claim keeps the promise of its offer.
pub(crate) fn claimed(state: &State, fact: &WorkOrderClaimedV1) -> Result<Vec<Event>, Reason> {
    let offer = Subject::Offer(fact.offer);
    stop_those(watching(state)?, fact.at, |timer| timer.subject == offer)
}

/// The first arrival in a cycle keeps the promise to arrive.
pub(crate) fn arrived(state: &State, fact: &WorkOrderArrivedV1) -> Result<Vec<Event>, Reason> {
    stop_those(watching(state)?, fact.at, |timer| {
        timer.commitment == Commitment::Arrive && timer.cycle == fact.cycle
    })
}

/// A completion ends all that was promised in its cycle, and begins the promise to call back.
pub(crate) fn completed(
    state: &State,
    rules: &Rules,
    fact: &CaseCompletedV1,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Reason> {
    let watch = in_cycle(watching(state)?, fact.cycle)?;
    let (callback, done_at) = (Commitment::CallBack, fact.completed_at);
    let of_cycle = watch.timers.iter().filter(|timer| timer.cycle == fact.cycle);
    if of_cycle.clone().any(|timer| timer.commitment == callback) {
        return Err(Reason::AlreadyKnown);
    }
    let kept = stop_those(watch, done_at, |timer| timer.cycle == fact.cycle);
    match arm(watch, rules, Subject::Case, callback, done_at, ids) {
        Some(armed) => Ok(kept.unwrap_or_default().into_iter().chain([armed]).collect()),
        None => kept,
    }
}

fn in_cycle(watch: &Watch, cycle: Cycle) -> Result<&Watch, Reason> {
    if watch.cycle == cycle { Ok(watch) } else { Err(Reason::OtherCycle) }
}

/// The clock of a promise that begins now and not at receipt; nothing if it is not promised.
fn arm(
    watch: &Watch,
    rules: &Rules,
    subject: Subject,
    commitment: Commitment,
    since: Timestamp,
    ids: &mut impl Ids,
) -> Option<Event> {
    let due = rules.due(&watch.item, commitment, watch.urgency, since).ok()??;
    let (cycle, first_rung) = (watch.cycle, first_rung(watch, rules, commitment));
    Some(Promised { subject, commitment, cycle, since, due, first_rung }.arm(ids))
}

/// Clocks of one cycle that climb one ladder begin with one rung, for a cycle has one start rung
/// (BRIEF 4.8): once a leader was told of the reopening, nobody below hears of an offer anew.
fn first_rung(watch: &Watch, rules: &Rules, commitment: Commitment) -> u8 {
    let ladder = |commitment| rules.ladder(&watch.item, commitment).map(|ladder| &ladder.id);
    let own = ladder(commitment);
    let of_cycle = watch.timers.iter().filter(|timer| timer.cycle == watch.cycle);
    let mut alike = of_cycle.filter(|timer| ladder(timer.commitment) == own);
    alike.next().map_or(1, |timer| timer.first.first_rung)
}
