use definitions::Rules;
use events::intake::{CaseIncidentUpdatedV1, Incident};
use jiff::Timestamp;

use super::open;
use crate::{command::UpdateIncident, event::Event, incident, rejected::Rejected, state::State};

/// Places are added and never taken away: whoever was told that theirs is touched waits for its end.
pub(super) fn decide(
    state: &State,
    rules: &Rules,
    ask: &UpdateIncident,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let UpdateIncident { places, expected_end, is_worded, by } = ask;
    let case = open(state, UpdateIncident::VERB)?;
    let before = &incident::of(case, UpdateIncident::VERB)?.known;
    incident::check(rules, places, *expected_end, now).map_err(Rejected::IncidentInvalid)?;
    let incident = Incident {
        places: incident::distinct(before.places.iter().chain(places)),
        expected_end: expected_end.or(before.expected_end),
    };
    if incident == *before && !is_worded {
        return Err(Rejected::IncidentUnchanged);
    }
    let (cycle, by) = (case.cycle, by.account());
    Ok(vec![Event::IncidentUpdated(CaseIncidentUpdatedV1 { cycle, incident, by, at: now })])
}
