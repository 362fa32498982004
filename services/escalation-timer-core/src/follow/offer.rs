use clock::{Ids, OfferId};
use definitions::Rules;
use events::{
    dispatch::{WorkOrderDisputedV1, WorkOrderOfferedV1},
    words::{Commitment, Subject},
};
use jiff::Timestamp;

use super::{in_cycle, kept, promised, stop_those, watching};
use crate::{
    event::{Event, Reason},
    state::{State, Timer},
};

/// An offer is promised to be claimed in time. It ends what its work order waited for before: an
/// adjudication, or the claim of an offer whose end was not heard of.
pub(crate) fn offered(
    state: &State,
    rules: &Rules,
    fact: &WorkOrderOfferedV1,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Reason> {
    let (subject, at) = (Subject::Offer(fact.offer), fact.offered_at);
    let adjudicated = |timer: &Timer| {
        let whole = Subject::WorkOrder(fact.work_order);
        (timer.subject, timer.commitment) == (whole, Commitment::Adjudicate)
    };
    if let State::Ended(_) = state {
        return kept(state, at, adjudicated);
    }
    let watch = in_cycle(watching(state)?, fact.cycle)?;
    if watch.timers.iter().any(|timer| timer.subject == subject) {
        return Err(Reason::AlreadyKnown);
    }
    let before = |timer: &Timer| timer.offered == Some(fact.work_order) || adjudicated(timer);
    let mut events = stop_those(watch, at, before).unwrap_or_default();
    let promised = promised(watch, rules, subject, Commitment::Accept, at);
    events.extend(promised.map(|promised| promised.arm_offer(fact.work_order, ids)));
    if events.is_empty() { Err(Reason::NothingPromised) } else { Ok(events) }
}

/// Nobody waits for an offer any more that was claimed, assigned to somebody, or released.
pub(crate) fn offer_ended(
    state: &State,
    offer: OfferId,
    at: Timestamp,
) -> Result<Vec<Event>, Reason> {
    let subject = Subject::Offer(offer);
    kept(state, at, |timer| timer.subject == subject)
}

/// It is promised to decide in time whose work it is.
pub(crate) fn disputed(
    state: &State,
    rules: &Rules,
    fact: &WorkOrderDisputedV1,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Reason> {
    let watch = in_cycle(watching(state)?, fact.cycle)?;
    let subject = Subject::WorkOrder(fact.work_order);
    if watch.timers.iter().any(|timer| timer.subject == subject) {
        return Err(Reason::AlreadyKnown);
    }
    let promised = promised(watch, rules, subject, Commitment::Adjudicate, fact.at);
    promised.map(|promised| vec![promised.arm(ids)]).ok_or(Reason::NothingPromised)
}
