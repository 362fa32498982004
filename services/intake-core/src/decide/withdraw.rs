use events::words::End;
use jiff::Timestamp;

use super::open;
use crate::{command::Withdraw, cycle::close, event::Event, rejected::Rejected, state::State};

pub(super) fn decide(
    state: &State,
    withdraw: Withdraw,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let case = open(state, Withdraw::VERB)?;
    if case.incident.is_some() {
        return Err(Rejected::IsIncident);
    }
    if case.reporters.len() > 1 && !withdraw.for_all {
        return Err(Rejected::OthersReported);
    }
    Ok(vec![close(case, End::Withdrawn, now, Some(withdraw.by))])
}
