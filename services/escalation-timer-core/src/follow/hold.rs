use clock::WorkOrderId;
use definitions::Rules;
use events::{
    dispatch::{WorkOrderHeldV1, WorkOrderReleasedV1},
    escalation::PauseRefusedV1,
    words::Subject,
};
use jiff::Timestamp;

use super::{in_cycle, offer_ended, running_at, watching};
use crate::{
    clocks::abandon,
    event::{Event, Reason},
    hold::{Hold, Pause},
    pausing,
    state::{State, Timer},
};

/// A hold asks by itself whether its clocks wait too, if it waits for what they may.
pub(crate) fn held(
    state: &State,
    rules: &Rules,
    fact: &WorkOrderHeldV1,
    now: Timestamp,
) -> Result<Vec<Event>, Reason> {
    let WorkOrderHeldV1 { work_order, cycle, reason, at: from, .. } = *fact;
    let watch = in_cycle(watching(state)?, cycle)?;
    // What waits already cannot be held again: dispatch says first that it goes on.
    let is_known = |hold: &Hold| hold.is_open() || hold.from == from;
    if watch.holds.iter().any(|hold| hold.work_order == work_order && is_known(hold)) {
        return Err(Reason::AlreadyKnown);
    }
    let hold = Hold { work_order, cycle, reason, from, ended: None, pause: Pause::Unasked };
    let asked = if reason.may_pause() {
        pausing::ask(watch, rules, &hold, now).unwrap_or_else(|cause| {
            let (from, by, at) = (Some(from), None, now);
            let refused = PauseRefusedV1 { work_order, cycle, reason, from, cause, by, at };
            vec![Event::PauseRefused(refused)]
        })
    } else {
        Vec::new()
    };
    Ok([Event::Held(hold)].into_iter().chain(asked).collect())
}

/// The work waits no more: it goes on, it is with another post, or it is over.
pub(crate) fn hold_ended(
    state: &State,
    rules: &Rules,
    work_order: WorkOrderId,
    at: Timestamp,
    now: Timestamp,
) -> Result<Vec<Event>, Reason> {
    let watch = watching(state)?;
    let mut open = watch.holds.iter().filter(|hold| hold.is_open() && hold.from <= at);
    let hold = open.find(|hold| hold.work_order == work_order).ok_or(Reason::NothingRuns)?;
    Ok(pausing::end(watch, rules, hold, at, now))
}

/// What its post has no longer is neither offered to it nor waits there.
pub(crate) fn released(
    state: &State,
    rules: &Rules,
    fact: &WorkOrderReleasedV1,
    now: Timestamp,
) -> Result<Vec<Event>, Reason> {
    let offer = offer_ended(state, fact.offer, fact.at);
    match hold_ended(state, rules, fact.work_order, fact.at, now) {
        Ok(ended) => Ok(offer.unwrap_or_default().into_iter().chain(ended).collect()),
        Err(_) => offer,
    }
}

/// A work order is done, or nobody wants it by itself, while others of the case may go on: nobody
/// claims it, decides whose it is or answers what was asked of it any more. What is the case's runs on.
pub(crate) fn over(
    state: &State,
    rules: &Rules,
    work_order: WorkOrderId,
    at: Timestamp,
    now: Timestamp,
) -> Result<Vec<Event>, Reason> {
    let watch = state.watch().ok_or(Reason::UnknownCase)?;
    let its_own = |timer: &&Timer| {
        [timer.offered, timer.asked].contains(&Some(work_order))
            || timer.subject == Subject::WorkOrder(work_order)
    };
    let left = running_at(watch, at).filter(its_own).flat_map(|timer| abandon(timer, at));
    let left: Vec<_> = left.collect();
    match hold_ended(state, rules, work_order, at, now) {
        Ok(ended) => Ok(left.into_iter().chain(ended).collect()),
        Err(reason) if left.is_empty() => Err(reason),
        Err(_) => Ok(left),
    }
}
