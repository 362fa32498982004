use clock::PersonId;
use definitions::{Circumstances, Place, Rules, ServiceItem};
use events::{
    intake::{CaseAcceptedV1, Incident},
    words::{CaseKind, Channel, Cycle, PlaceId, Urgency},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    command::Accept,
    cycle::promises,
    event::{Event, Kept},
    incident,
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
    let Matter { item, place, received_at, incident } =
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
        incident,
        complains_of: accept.linked.filter(|_| item.kind == CaseKind::Complaint),
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
    incident: Option<Incident>,
}

/// The matter, or all that is wrong with it.
fn matter<'a>(
    rules: &'a Rules,
    accept: &Accept,
    now: Timestamp,
) -> Result<Matter<'a>, Vec<Violation>> {
    let incident = accept.incident.as_ref();
    let incident = incident.map(|told| incident_of(rules, told, now)).transpose();
    let place = match &accept.incident {
        None => place(rules, accept).map_err(|violation| vec![violation]),
        // What is wrong with its places is told once, with all else of the incident.
        Some(told) => told.places.iter().find_map(|id| rules.place(id)).ok_or_else(Vec::new),
    };
    match (item(rules, accept), place, received_at(accept.received_at, now), incident) {
        (Ok(item), Ok(place), Ok(received_at), Ok(incident)) => {
            Ok(Matter { item, place, received_at, incident })
        }
        (item, place, received_at, incident) => {
            let matter = item.err().into_iter().chain(place.err().into_iter().flatten());
            let incident = incident.err().into_iter().flatten();
            Err(matter.chain(received_at.err()).chain(incident).collect())
        }
    }
}

/// An incident as it is told, or all that is wrong with it.
fn incident_of(rules: &Rules, told: &Incident, now: Timestamp) -> Result<Incident, Vec<Violation>> {
    let Incident { places, expected_end } = told;
    let checked = incident::check(rules, places, *expected_end, now);
    let missing = places.is_empty().then_some(Violation::PlacesMissing);
    let wrong: Vec<_> = missing.into_iter().chain(checked.err().into_iter().flatten()).collect();
    if wrong.is_empty() {
        let places = incident::distinct(places.iter());
        Ok(Incident { places, expected_end: *expected_end })
    } else {
        Err(wrong)
    }
}

fn item<'a>(rules: &'a Rules, accept: &Accept) -> Result<&'a ServiceItem, Violation> {
    let item = &accept.item;
    rules.item(item).ok_or_else(|| Violation::UnknownItem { item: item.clone() })
}

fn place<'a>(rules: &'a Rules, accept: &Accept) -> Result<&'a Place, Violation> {
    let Accept { channel, place, campus_phone, .. } = accept;
    let stated = stated_place(rules, *channel, place.as_ref(), campus_phone.as_deref())?;
    stated.ok_or(Violation::PlaceMissing)
}

/// The place that was said, else that of the phone: people call from the hall about their rooms.
pub(super) fn stated_place<'a>(
    rules: &'a Rules,
    channel: Channel,
    place: Option<&PlaceId>,
    campus_phone: Option<&str>,
) -> Result<Option<&'a Place>, Violation> {
    let of_phone = campus_phone.map(|phone| {
        if channel != Channel::CampusPhone {
            return Err(Violation::PhoneOfOtherChannel { channel });
        }
        let place = rules.place_of_phone(phone);
        place.ok_or_else(|| Violation::UnknownPhone { phone: phone.to_owned() })
    });
    let of_phone = of_phone.transpose()?;
    let said = place.map(|place| {
        rules.place(place).ok_or_else(|| Violation::UnknownPlace { place: place.clone() })
    });
    Ok(said.transpose()?.or(of_phone))
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
    if item.alarm.is_some() {
        return (Urgency::Critical, Ground::Alarm);
    }
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
