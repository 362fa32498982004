use events::intake::CaseUnjoinedV1;
use jiff::Timestamp;

use crate::{command::Unjoin, event::Event, rejected::Rejected, state::State};

/// Whoever opened the case, or for whom it was opened, stays: without them it is another case.
pub(super) fn decide(
    state: &State,
    unjoin: Unjoin,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let case = state.case().ok_or(Rejected::NoSuchCase { command: Unjoin::WORD })?;
    let Unjoin { person, by } = unjoin;
    let first = [case.caller, case.on_behalf_of].contains(&Some(person));
    if first || !case.reporters.contains(&person) {
        return Err(Rejected::NotJoined);
    }
    Ok(vec![Event::Unjoined(CaseUnjoinedV1 {
        cycle: case.cycle,
        person,
        reporters: case.reporters.iter().copied().filter(|one| *one != person).collect(),
        by: by.account(),
        at: now,
    })])
}
