use std::collections::BTreeSet;

use calendar::Due;
use clock::Ids;
use definitions::{Ladder, Rules};
use events::{
    escalation::RungToldV1,
    intake::{CaseAcceptedV1, CaseClosedV1, CaseReopenedV1, Promise},
    words::{Commitment, Cycle, PostId, Subject},
};
use jiff::Timestamp;

use super::{abandon_all, watching};
use crate::{
    clocks::Promised,
    event::{Event, Reason, Watched},
    state::{State, Watch},
    wake::filled,
};

/// Watches exactly what was promised: intake computed it, and told it to the requester.
pub(crate) fn accepted(
    state: &State,
    rules: &Rules,
    fact: &CaseAcceptedV1,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Reason> {
    match state {
        State::New => {}
        State::Watching(_) | State::Ended(_) => return Err(Reason::AlreadyKnown),
    }
    let watched = Event::Watched(Watched {
        revision: rules.revision(),
        cycle: fact.cycle,
        number: Some(fact.number),
        item: fact.item.clone(),
        place: fact.place.clone(),
        urgency: fact.urgency,
        start_rung: 1,
    });
    let armed =
        fact.promises.iter().map(|one| promised(one, fact.cycle, fact.received_at, 1).arm(ids));
    Ok([watched].into_iter().chain(armed).collect())
}

/// Begins one rung higher than before, and tells that rung at once, or the next at which somebody is.
pub(crate) fn reopened(
    state: &State,
    rules: &Rules,
    fact: &CaseReopenedV1,
    (now, unattended): (Timestamp, &BTreeSet<PostId>),
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Reason> {
    let watch = state.watch().ok_or(Reason::UnknownCase)?;
    if fact.cycle == watch.cycle {
        return Err(Reason::AlreadyKnown);
    } else if fact.cycle < watch.cycle {
        return Err(Reason::OtherCycle);
    }
    let ladder = told_ladder(rules, fact);
    let start_rung = ladder.map_or(watch.start_rung, |ladder| start_rung(watch, ladder));
    // An open callback of the cycle before, mostly.
    let left = abandon_all(watch, fact.reopened_at);
    let watched = Event::Watched(Watched {
        revision: rules.revision(),
        cycle: fact.cycle,
        number: watch.number,
        item: fact.item.clone(),
        place: fact.place.clone(),
        urgency: fact.urgency,
        start_rung,
    });
    let filled = ladder.map(|ladder| filled(ladder, start_rung, unattended));
    let (told_rung, skipped) = filled.unwrap_or((start_rung, Vec::new()));
    let told = ladder.and_then(|ladder| ladder.rung(told_rung)).map(|post| {
        let (cycle, post) = (fact.cycle, post.clone());
        Event::RungTold(RungToldV1 { cycle, rung: told_rung, post, at: now, skipped })
    });
    let armed = fact.promises.iter().map(|one| {
        let own = rules.ladder(&fact.item, one.commitment);
        let goes_on = own.zip(ladder).is_some_and(|(own, told)| own.id == told.id);
        let above = || own.map_or(1, |own| own.top().min(told_rung.saturating_add(1)));
        let first_rung = if goes_on { above() } else { 1 };
        promised(one, fact.cycle, fact.reopened_at, first_rung).arm(ids)
    });
    Ok(left.chain([watched]).chain(told).chain(armed).collect())
}

/// Ends every clock with its case.
pub(crate) fn closed(state: &State, fact: &CaseClosedV1) -> Result<Vec<Event>, Reason> {
    let watch = watching(state)?;
    let CaseClosedV1 { cycle, end, closed_at: at, .. } = *fact;
    if cycle < watch.cycle {
        return Err(Reason::OtherCycle);
    }
    let left = abandon_all(watch, at);
    Ok(left.chain([Event::Ended { cycle, end, at }]).collect())
}

pub(super) fn promised(
    promise: &Promise,
    cycle: Cycle,
    since: Timestamp,
    first_rung: u8,
) -> Promised {
    let Promise { commitment, due, provisional } = *promise;
    let due = Due { at: due, provisional };
    Promised { subject: Subject::Case, commitment, cycle, since, due, first_rung }
}

/// The ladder of what the requester was told: the completion or the answer.
pub(crate) fn told_ladder<'a>(rules: &'a Rules, fact: &CaseReopenedV1) -> Option<&'a Ladder> {
    let told = |commitment: &Commitment| {
        fact.promises.iter().any(|promise| promise.commitment == *commitment)
    };
    let commitment = [Commitment::Complete, Commitment::Answer].into_iter().find(told)?;
    rules.ladder(&fact.item, commitment)
}

/// One above the start of the cycle before, or the highest rung that fired in any cycle if that is
/// higher, and never above the top.
fn start_rung(watch: &Watch, ladder: &Ladder) -> u8 {
    let higher = watch.start_rung.saturating_add(1);
    higher.max(watch.highest_rung(&ladder.id)).min(ladder.top())
}
