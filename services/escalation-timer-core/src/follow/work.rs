use clock::Ids;
use definitions::Rules;
use events::{
    dispatch::{CaseCompletedV1, WorkOrderArrivedV1, WorkOrderContainedV1},
    words::{Commitment, Cycle, MoveCause, Subject, Urgency},
};
use jiff::Timestamp;

use super::{in_cycle, kept, promised, running_at, stop_those, watching};
use crate::{
    clocks::{Anew, abandon, promise_anew, stop},
    event::{Event, Reason},
    state::{State, Timer, Watch},
};

/// The first arrival in a cycle keeps the promise to arrive.
pub(crate) fn arrived(state: &State, fact: &WorkOrderArrivedV1) -> Result<Vec<Event>, Reason> {
    kept(state, fact.at, |timer| {
        timer.commitment == Commitment::Arrive && timer.cycle == fact.cycle
    })
}

/// The first containment in a cycle keeps the promise to contain, and what was critical is to be
/// completed as something urgent, counted from then on.
pub(crate) fn contained(
    state: &State,
    rules: &Rules,
    fact: &WorkOrderContainedV1,
) -> Result<Vec<Event>, Reason> {
    let of_cycle =
        |timer: &Timer, commitment| (timer.commitment, timer.cycle) == (commitment, fact.cycle);
    if let State::Ended(_) = state {
        return kept(state, fact.at, |timer| of_cycle(timer, Commitment::Contain));
    }
    let watch = in_cycle(watching(state)?, fact.cycle)?;
    let kept = stop_those(watch, fact.at, |timer| of_cycle(timer, Commitment::Contain));
    let mut complete = watch.running().filter(|timer| of_cycle(timer, Commitment::Complete));
    match complete.find_map(|timer| as_urgent(watch, rules, timer, fact.at)) {
        Some(anew) => Ok(kept.unwrap_or_default().into_iter().chain(anew).collect()),
        None => kept,
    }
}

/// The urgent limit of a clock, once; nothing if it has that already, or if it is not promised.
fn as_urgent(watch: &Watch, rules: &Rules, timer: &Timer, at: Timestamp) -> Option<Vec<Event>> {
    const URGENCY: Urgency = Urgency::Urgent;
    let again = timer.later.iter().any(|promise| promise.urgency == Some(URGENCY));
    // To what was less than critical it would be a shorter limit, or none.
    if again || watch.urgency != Urgency::Critical {
        return None;
    }
    // Nothing is made safe before it was reported, whatever two machines think of the time.
    let since = at.max(timer.first.since);
    let due = rules.due(&watch.item, timer.commitment, URGENCY, since).ok()??;
    let next = promise_anew(timer, Anew { since, due, urgency: Some(URGENCY), rung: None });
    Some(next.moved(MoveCause::Containment, None, None, at))
}

/// A completion ends all that was promised in its cycle, and begins the promise to call back, if the
/// case is among those of its item that are.
pub(crate) fn completed(
    state: &State,
    rules: &Rules,
    fact: &CaseCompletedV1,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Reason> {
    let (callback, done_at) = (Commitment::CallBack, fact.completed_at);
    if let State::Ended(watch) = state {
        // Whoever is to be called back was completed before, as we know already.
        let is_known = called_back(watch, fact.cycle);
        let ended = if is_known { Vec::new() } else { ended_by(watch, fact) };
        return if ended.is_empty() { Err(Reason::CaseEnded) } else { Ok(ended) };
    }
    let watch = in_cycle(watching(state)?, fact.cycle)?;
    if called_back(watch, fact.cycle) {
        return Err(Reason::AlreadyKnown);
    }
    let mut events = ended_by(watch, fact);
    let is_taken = |number| rules.is_called_back(&watch.item, number) != Some(false);
    let promised = promised(watch, rules, Subject::Case, callback, done_at)
        .filter(|_| watch.number.is_none_or(is_taken));
    events.extend(promised.map(|promised| promised.arm(ids)));
    if events.is_empty() { Err(Reason::NothingRuns) } else { Ok(events) }
}

/// What was promised in the cycle is kept by its completion; and what nobody has answered by then, nobody
/// needs to know any more. Whoever was promised an answer of their own still waits for it.
fn ended_by(watch: &Watch, fact: &CaseCompletedV1) -> Vec<Event> {
    let done_at = fact.completed_at;
    let of_cycle = running_at(watch, done_at)
        .filter(|timer| timer.cycle == fact.cycle && timer.commitment != Commitment::FollowUp);
    let (asked, promised): (Vec<_>, Vec<_>) =
        of_cycle.partition(|timer| timer.commitment == Commitment::Reply);
    let kept = promised.into_iter().flat_map(|timer| stop(timer, done_at));
    kept.chain(asked.into_iter().flat_map(|timer| abandon(timer, done_at))).collect()
}

/// Whether it was promised to call back after this cycle.
fn called_back(watch: &Watch, cycle: Cycle) -> bool {
    let mut timers = watch.timers.iter();
    timers.any(|timer| (timer.commitment, timer.cycle) == (Commitment::CallBack, cycle))
}
