use definitions::Rules;
use jiff::Timestamp;

use super::{join::joined, open};
use crate::{
    command::{Absorb, JoinIncident},
    event::Event,
    incident,
    rejected::Rejected,
    state::State,
    urgency::change,
};

/// Whoever reported the duplicate loses nothing by its end: they hear of this one from now on, and
/// their haste is its haste.
pub(super) fn decide(
    state: &State,
    rules: &Rules,
    absorb: Absorb,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let case = open(state, Absorb::VERB)?;
    let Absorb { number, reporters, urgency, ground, place, by } = absorb;
    if let Some(place) = &place {
        incident::touches(rules, incident::of(case, JoinIncident::VERB)?, place)?;
    }
    let joining = joined(case, &reporters, by, now);
    let raised = (urgency > case.urgency).then(|| change(case, rules, (urgency, ground), now, by));
    Ok([Event::Absorbed { number }].into_iter().chain(joining).chain(raised).collect())
}
