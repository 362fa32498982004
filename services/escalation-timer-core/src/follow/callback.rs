use events::words::{Commitment, Cycle};
use jiff::Timestamp;

use super::kept;
use crate::{
    event::{Event, Reason},
    state::State,
};

/// The promise to call back is kept by the first attempt: nobody can promise that one is reached.
pub(crate) fn called_back(
    state: &State,
    cycle: Cycle,
    at: Timestamp,
) -> Result<Vec<Event>, Reason> {
    kept(state, at, |timer| timer.commitment == Commitment::CallBack && timer.cycle == cycle)
}
