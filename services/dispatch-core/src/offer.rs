//! How a work order comes to a post, and how it leaves one.

use clock::{AccountId, Ids, WorkOrderId};
use definitions::Rules;
use events::{
    dispatch::{Split, WorkOrderDisputedV1, WorkOrderOfferedV1, WorkOrderReleasedV1},
    intake::{CaseAcceptedV1, CaseReopenedV1},
    words::{Cycle, ItemId, Level, PlaceId, PostId, ReleaseCause, Revision, Urgency},
};
use jiff::Timestamp;

use crate::{
    event::{Event, Reason},
    order::Order,
    state::Work,
};

/// What is asked for in a cycle.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    cycle: Cycle,
    item: &'a ItemId,
    place: &'a PlaceId,
    urgency: Urgency,
    level: Level,
}

impl<'a> From<&'a CaseAcceptedV1> for Asked<'a> {
    fn from(fact: &'a CaseAcceptedV1) -> Self {
        let CaseAcceptedV1 { cycle, ref item, ref place, urgency, level, .. } = *fact;
        Self { cycle, item, place, urgency, level }
    }
}

impl<'a> From<&'a CaseReopenedV1> for Asked<'a> {
    fn from(fact: &'a CaseReopenedV1) -> Self {
        let CaseReopenedV1 { cycle, ref item, ref place, urgency, level, .. } = *fact;
        Self { cycle, item, place, urgency, level }
    }
}

impl<'a> From<&'a Work> for Asked<'a> {
    fn from(work: &'a Work) -> Self {
        let Work { cycle, ref item, ref place, urgency, level, .. } = *work;
        Self { cycle, item, place, urgency, level }
    }
}

/// Where an offer goes, and what that leaves open.
#[derive(Clone, Copy)]
pub(crate) struct Terms<'a> {
    /// The post that may claim it.
    pub(crate) to: &'a PostId,
    /// The post to which it may be returned.
    pub(crate) from: Option<&'a PostId>,
    /// Nobody may give it away any more.
    pub(crate) is_final: bool,
}

impl<'a> Terms<'a> {
    /// To a post that nobody else's opinion brought it to.
    pub(crate) const fn to(post: &'a PostId) -> Self {
        Self { to: post, from: None, is_final: false }
    }
}

/// A new work order, offered to the post whose route it is.
pub(crate) fn first(
    asked: Asked<'_>,
    rules: &Rules,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Result<Event, Reason> {
    let post = &rules.route(asked.item, asked.place, now).ok_or(Reason::Unrouted)?.id;
    let work_order = ids.id();
    let (revision, terms) = (rules.revision(), Terms::to(post));
    Ok(offer(asked, (work_order, None), revision, terms, now, ids))
}

/// A further work order of the same cycle, for a part of one that goes on.
pub(crate) fn part(
    work: &Work,
    of: &Order,
    terms: Terms<'_>,
    by: AccountId,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Event {
    let (work_order, split) = (ids.id(), Some(Split { from: of.id, by }));
    offer(work.into(), (work_order, split), work.revision, terms, now, ids)
}

/// A new offer of a work order, in place of the one that ended.
pub(crate) fn again(
    work: &Work,
    order: &Order,
    terms: Terms<'_>,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Event {
    offer(work.into(), (order.id, None), work.revision, terms, now, ids)
}

/// A post has a work order no longer.
///
/// A return is a refusal. So is every transfer after it: what was refused once is not handed on.
pub(crate) fn release(
    order: &Order,
    cause: ReleaseCause,
    by: Option<AccountId>,
    at: Timestamp,
) -> Event {
    let refused = match cause {
        ReleaseCause::Returned => true,
        ReleaseCause::Transferred => order.refusals > 0,
        ReleaseCause::Reassigned | ReleaseCause::Expired => false,
    };
    let released = WorkOrderReleasedV1 {
        work_order: order.id,
        offer: order.offer.id,
        cycle: order.cycle,
        department: order.department().clone(),
        cause,
        by,
        worker: order.status.worker(),
        at,
    };
    Event::Released { released, refusals: order.refusals.saturating_add(u8::from(refused)) }
}

/// Nobody wants it: somebody else decides whose it is.
pub(crate) fn dispute(order: &Order, at: Timestamp) -> Event {
    let department = order.department().clone();
    Event::Disputed(WorkOrderDisputedV1 {
        work_order: order.id,
        cycle: order.cycle,
        department,
        at,
    })
}

fn offer(
    asked: Asked<'_>,
    (work_order, split): (WorkOrderId, Option<Split>),
    revision: Revision,
    terms: Terms<'_>,
    offered_at: Timestamp,
    ids: &mut impl Ids,
) -> Event {
    let Asked { cycle, item, place, urgency, level } = asked;
    let Terms { to, from, is_final } = terms;
    let offered = WorkOrderOfferedV1 {
        work_order,
        offer: ids.id(),
        cycle,
        department: to.department().clone(),
        post: to.clone(),
        item: item.clone(),
        place: place.clone(),
        urgency,
        level,
        offered_at,
        split,
    };
    Event::Offered { offered, revision, from: from.cloned(), is_final }
}
