use events::words::End;
use jiff::Timestamp;

use crate::{
    command::{Rejected, Withdraw},
    cycle::close,
    event::Event,
    state::State,
};

pub(super) fn decide(
    state: &State,
    withdraw: Withdraw,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    match state {
        State::New => Err(Rejected::NoSuchCase { command: Withdraw::WORD }),
        State::Open(case) => Ok(vec![close(case, End::Withdrawn, now, Some(withdraw.by))]),
        State::Resolved { .. } => Err(Rejected::CaseCompleted),
        State::Closed { closing, .. } => Err(Rejected::CaseClosed { end: closing.end }),
    }
}
