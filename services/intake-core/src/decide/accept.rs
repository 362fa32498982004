use clock::PersonId;
use definitions::{Circumstances, Place, Rules, ServiceItem};
use events::{
    intake::CaseAcceptedV1,
    words::{Channel, Cycle, Urgency},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    command::Accept,
    cycle::promises,
    event::{Event, Kept},
    rejected::{Rejected, Violation},
    state::{Ground, State},
    urgency::judge,
};

/// How far in the past a receipt may lie: what is older is a slip of the pen.
const OLDEST_RECEIPT: SignedDuration = SignedDuration::from_hours(7 * 24);

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    accept: &Accept,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    match state {
        State::New => {}
        State::Open(case) | State::Resolved { case, .. } | State::Closed { case, .. } => {
            return Err(Rejected::AlreadyAccepted { number: case.number });
        }
    }
    let Matter { item, place, received_at } =
        matter(rules, accept, now).map_err(Rejected::Invalid)?;
    let (urgency, ground) = urgency(rules, item, place, accept, received_at);
    let accepted = CaseAcceptedV1 {
        number: accept.number,
        kind: item.kind,
        channel: accept.channel,
        contact: accept.contact,
        item: item.id.clone(),
        place: place.id.clone(),
        urgency,
        level: item.level,
        received_at,
        cycle: Cycle::FIRST,
        first_receiver: accept.first_receiver,
        reporters: reporters(accept.caller, accept.on_behalf_of),
        promises: promises(rules, &item.id, urgency, received_at),
    };
    let kept = Kept {
        revision: rules.revision(),
        ground,
        accepted_at: now,
        caller: accept.caller,
        on_behalf_of: accept.on_behalf_of,
        linked: accept.linked,
        by: accept.by,
    };
    Ok(vec![Event::Accepted { accepted: Box::new(accepted), kept }])
}

/// What, where and since when: all of it known to the campus.
struct Matter<'a> {
    item: &'a ServiceItem,
    place: &'a Place,
    received_at: Timestamp,
}

/// The matter, or all that is wrong with it.
fn matter<'a>(
    rules: &'a Rules,
    accept: &Accept,
    now: Timestamp,
) -> Result<Matter<'a>, Vec<Violation>> {
    match (item(rules, accept), place(rules, accept), received_at(accept.received_at, now)) {
        (Ok(item), Ok(place), Ok(received_at)) => Ok(Matter { item, place, received_at }),
        (item, place, received_at) => {
            Err([item.err(), place.err(), received_at.err()].into_iter().flatten().collect())
        }
    }
}

fn item<'a>(rules: &'a Rules, accept: &Accept) -> Result<&'a ServiceItem, Violation> {
    let item = &accept.item;
    rules.item(item).ok_or_else(|| Violation::UnknownItem { item: item.clone() })
}

/// The place that was said, else that of the phone: people call from the hall about their rooms.
fn place<'a>(rules: &'a Rules, accept: &Accept) -> Result<&'a Place, Violation> {
    let of_phone = accept.campus_phone.as_ref().map(|phone| {
        if accept.channel != Channel::CampusPhone {
            return Err(Violation::PhoneOfOtherChannel { channel: accept.channel });
        }
        let place = rules.place_of_phone(phone);
        place.ok_or_else(|| Violation::UnknownPhone { phone: phone.clone() })
    });
    let of_phone = of_phone.transpose()?;
    match &accept.place {
        Some(place) => {
            rules.place(place).ok_or_else(|| Violation::UnknownPlace { place: place.clone() })
        }
        None => of_phone.ok_or(Violation::PlaceMissing),
    }
}

/// When something was received, if that is believable.
pub(crate) fn received_at(
    stated: Option<Timestamp>,
    now: Timestamp,
) -> Result<Timestamp, Violation> {
    let received_at = stated.unwrap_or(now);
    let earliest = now.checked_sub(OLDEST_RECEIPT).unwrap_or(Timestamp::MIN);
    if received_at > now {
        Err(Violation::ReceivedInTheFuture { received_at })
    } else if received_at < earliest {
        Err(Violation::ReceivedTooLongAgo { received_at, earliest })
    } else {
        Ok(received_at)
    }
}

fn urgency(
    rules: &Rules,
    item: &ServiceItem,
    place: &Place,
    accept: &Accept,
    received_at: Timestamp,
) -> (Urgency, Ground) {
    if let Some(urgency) = accept.urgency {
        return (urgency, Ground::Authority);
    }
    let circumstances = Circumstances {
        text: &accept.text,
        people: accept.people,
        asset: accept.asset.as_ref(),
        vulnerable: accept.vulnerable,
        at: received_at,
    };
    judge(rules, &item.id, &place.id, circumstances)
}

/// Who called, then for whom: both hear what becomes of it.
fn reporters(caller: Option<PersonId>, on_behalf_of: Option<PersonId>) -> Vec<PersonId> {
    let other = on_behalf_of.filter(|person| caller != Some(*person));
    caller.into_iter().chain(other).collect()
}
