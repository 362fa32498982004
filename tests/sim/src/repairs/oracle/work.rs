//! A work order is worked on by one, and moves only from those who have it; what is asked of it moves
//! nothing.

use std::collections::{BTreeMap, BTreeSet};

use clock::{AccountId, WorkOrderId};
use dispatch_core::Event;
use events::{
    DispatchFact,
    words::{Asked, Commitment, ReleaseCause, Urgency},
};
use jiff::Timestamp;

use super::File;
use crate::repairs::campus::RULES;

/// Where a work order is, as what was said has it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    AtPost,
    Held { by: AccountId, since: Timestamp },
    Nowhere,
    Over,
}

pub(super) fn check(file: &File<'_>) -> Vec<String> {
    let mut places: BTreeMap<WorkOrderId, Place> = BTreeMap::new();
    let mut wrong = Vec::new();
    for fact in &file.dispatch {
        if let Some((_, id)) = fact.work_order() {
            let place = places.get(&id).copied();
            match moved(file, fact, place) {
                Ok(now) => {
                    places.insert(id, now);
                }
                Err(why) => {
                    wrong.push(format!("{} of {id}: {why} ({place:?})", fact.event_type()));
                }
            }
        }
    }
    if places.values().any(|place| *place != Place::Over) {
        wrong.push("a work order is open after the end".to_owned());
    }
    wrong.extend(unasked(file));
    wrong.extend(overdue(file));
    wrong
}

fn moved(
    file: &File<'_>,
    fact: &DispatchFact,
    place: Option<Place>,
) -> Result<Place, &'static str> {
    match fact {
        DispatchFact::WorkOrderOffered(_) => match place {
            None | Some(Place::Nowhere) => Ok(Place::AtPost),
            Some(Place::AtPost | Place::Held { .. } | Place::Over) => Err("is not free"),
        },
        DispatchFact::WorkOrderClaimed(claimed) => match place {
            Some(Place::AtPost) => Ok(Place::Held { by: claimed.by, since: claimed.at }),
            _ => Err("somebody has it already"),
        },
        DispatchFact::WorkOrderAssigned(assigned) => match place {
            Some(Place::AtPost | Place::Held { .. }) => {
                Ok(Place::Held { by: assigned.to, since: assigned.at })
            }
            _ => Err("nobody can have it"),
        },
        DispatchFact::WorkOrderReleased(released) => match (place, released.worker) {
            (Some(Place::AtPost), None) => Ok(Place::Nowhere),
            (Some(Place::Held { by, since }), Some(worker)) if by == worker => {
                let expired = released.cause == ReleaseCause::Expired;
                if expired && !came_too_late(file, since, released.at) {
                    return Err("it expired before the limit to arrive");
                }
                Ok(Place::Nowhere)
            }
            _ => Err("from somebody who does not have it"),
        },
        DispatchFact::WorkOrderDisputed(_) => match place {
            Some(Place::Nowhere) => Ok(Place::Nowhere),
            _ => Err("somebody has it"),
        },
        DispatchFact::WorkOrderCancelled(_) => match place {
            Some(Place::Over) | None => Err("it is over"),
            Some(_) => Ok(Place::Over),
        },
        DispatchFact::WorkOrderAsked(asked) => match (place, asked.of) {
            (Some(place @ (Place::AtPost | Place::Held { .. })), Asked::Department) => Ok(place),
            (
                Some(place @ Place::Held { by, .. }),
                Asked::Requester | Asked::Desk | Asked::Head,
            ) if by == asked.by => Ok(place),
            _ => Err("by somebody who does not have it"),
        },
        DispatchFact::WorkOrderAnswered(_) => match place {
            Some(place @ (Place::AtPost | Place::Held { .. } | Place::Nowhere)) => Ok(place),
            Some(Place::Over) | None => Err("it is over"),
        },
        _ => gone_on(fact, place),
    }
}

/// A question is asked once and answered once at most, and never before it was asked.
fn unasked(file: &File<'_>) -> Vec<String> {
    let (mut asked, mut answered) = (BTreeMap::new(), BTreeSet::new());
    let mut wrong = Vec::new();
    for fact in &file.dispatch {
        wrong.extend(match fact {
            DispatchFact::WorkOrderAsked(fact) => {
                let before = asked.insert(fact.question, (fact.work_order, fact.of));
                before.map(|_| format!("{} is asked twice", fact.question))
            }
            DispatchFact::WorkOrderAnswered(fact)
                if asked.get(&fact.question) != Some(&(fact.work_order, fact.of)) =>
            {
                Some(format!("nobody asked {}", fact.question))
            }
            DispatchFact::WorkOrderAnswered(fact) => {
                let again = !answered.insert(fact.question);
                again.then(|| format!("{} is answered twice", fact.question))
            }
            _ => None,
        });
    }
    wrong
}

/// What only who has it may do.
fn gone_on(fact: &DispatchFact, place: Option<Place>) -> Result<Place, &'static str> {
    let Some(Place::Held { by, since }) = place else { return Err("nobody has it") };
    // Whoever came has no limit to come.
    let came = Place::Held { by, since: Timestamp::MAX };
    let (who, then) = match fact {
        DispatchFact::WorkOrderArrived(fact) => (fact.by, came),
        DispatchFact::WorkOrderContained(fact) => (fact.by, came),
        DispatchFact::WorkOrderHeld(fact) => (fact.by, Place::Held { by, since }),
        DispatchFact::WorkOrderResumed(fact) => {
            let since = if since < Timestamp::MAX { fact.at } else { since };
            (fact.by, Place::Held { by, since })
        }
        DispatchFact::WorkOrderCompleted(fact) => (fact.by, Place::Over),
        _ => return Err("it is about no work order"),
    };
    if who == by { Ok(then) } else { Err("by somebody who does not have it") }
}

/// Whether the shortest limit to arrive of any urgency had passed.
fn came_too_late(file: &File<'_>, since: Timestamp, at: Timestamp) -> bool {
    let due = |urgency| RULES.due(file.item, Commitment::Arrive, urgency, since).ok().flatten();
    let dues = Urgency::ALL.iter().filter_map(|urgency| due(*urgency));
    dues.map(|due| due.at).min().is_some_and(|due| due <= at)
}

/// Whoever neither came nor said why has it no longer once the limit is over.
fn overdue(file: &File<'_>) -> Vec<String> {
    let journal = file.world.dispatch.journal.iter().filter(|entry| entry.case == file.case);
    let mut limits: BTreeMap<WorkOrderId, Timestamp> = BTreeMap::new();
    let mut wrong = Vec::new();
    for entry in journal {
        let (id, limit) = match &entry.event {
            Event::Claimed { claimed, arrive_by } => (claimed.work_order, *arrive_by),
            Event::Assigned { assigned, arrive_by } => (assigned.work_order, *arrive_by),
            Event::Resumed { resumed, arrive_by } => (resumed.work_order, *arrive_by),
            Event::Arrived(fact) => (fact.work_order, None),
            Event::Held(fact) => (fact.work_order, None),
            Event::Released { released, .. } => (released.work_order, None),
            Event::Completed(fact) => (fact.work_order, None),
            Event::Cancelled(fact) => (fact.work_order, None),
            Event::UrgencyChanged { arrive_by: Some(sooner), .. } => {
                for limit in limits.values_mut() {
                    *limit = (*limit).min(*sooner);
                }
                continue;
            }
            _ => continue,
        };
        let before = limits.remove(&id);
        limits.extend(limit.map(|limit| (id, limit)));
        if let Some(limit) = before
            && !file.world.dispatch.was_held_up(file.case, limit, entry.at)
        {
            wrong.push(format!("nobody came by {limit}, and {id} was not offered anew"));
        }
    }
    wrong
}
