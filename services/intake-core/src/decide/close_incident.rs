use events::words::End;
use jiff::Timestamp;

use super::open;
use crate::{
    command::CloseIncident, cycle::close, event::Event, incident, rejected::Rejected, state::State,
};

/// Nobody is called back: all are told, and whoever still waits says so.
pub(super) fn decide(
    state: &State,
    ask: CloseIncident,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let case = open(state, CloseIncident::VERB)?;
    incident::of(case, CloseIncident::VERB)?;
    Ok(vec![close(case, End::Uncalled, now, Some(ask.by))])
}
