use definitions::Rules;
use jiff::Timestamp;

use super::{
    accept::stated_place,
    join::{joined, raised},
    open,
};
use crate::{
    command::JoinIncident,
    event::Event,
    incident::{self, room},
    rejected::Rejected,
    state::State,
};

/// Every call counts. Of those who call, whoever is new hears of it from now on; who calls again, or
/// without a name, is answered all the same.
pub(super) fn decide(
    state: &State,
    rules: &Rules,
    ask: &JoinIncident,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let JoinIncident { channel, place, campus_phone, join } = ask;
    let case = open(state, JoinIncident::VERB)?;
    let incident = incident::of(case, JoinIncident::VERB)?;
    let place = stated_place(rules, *channel, place.as_ref(), campus_phone.as_deref())
        .map_err(Rejected::JoinInvalid)?;
    let place = place.map(|place| place.id.clone());
    if let Some(place) = &place {
        incident::touches(rules, incident, place)?;
    }
    let persons = join.persons.get(..room(case).min(join.persons.len())).unwrap_or_default();
    let joined = joined(case, persons, join.by, now);
    let raised = raised(case, rules, join, now);
    Ok([Event::Called { place }].into_iter().chain(joined).chain(raised).collect())
}
