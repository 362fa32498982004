use events::intake::CaseChasedV1;
use jiff::{SignedDuration, Timestamp};

use super::open;
use crate::{command::Chase, event::Event, rejected::Rejected, state::State};

/// Who asks again within so short a time is not getting through: the head hears of it.
const IMPATIENT: SignedDuration = SignedDuration::from_hours(24);

pub(super) fn decide(state: &State, chase: Chase, now: Timestamp) -> Result<Vec<Event>, Rejected> {
    let case = open(state, Chase::VERB)?;
    let before = case.chased;
    let chased = CaseChasedV1 {
        cycle: case.cycle,
        chases: before.map_or(0, |chased| chased.times).saturating_add(1),
        to_head: before.is_some_and(|chased| now.duration_since(chased.last_at) <= IMPATIENT),
        by: chase.by.account(),
        at: now,
    };
    Ok(vec![Event::Chased(chased)])
}
