//! The decisions on commands, one file each.

mod arrive;
mod claim;
mod complete;

use clock::{Ids, WorkOrderId};
use definitions::Rules;
use jiff::Timestamp;

use crate::{
    command::{Command, Rejected},
    event::Event,
    state::{Order, State, Work},
};

/// What follows from a command at `now`: at least one event, or a rejection and nothing.
pub fn on_command(
    state: &State,
    _rules: &Rules,
    command: Command,
    now: Timestamp,
    _ids: &mut impl Ids,
) -> Result<Vec<Event>, Rejected> {
    match command {
        Command::Claim(claim) => claim::decide(state, claim, now),
        Command::Arrive(arrive) => arrive::decide(state, arrive, now),
        Command::Complete(complete) => complete::decide(state, complete, now),
    }
}

/// The work order that a command names, in a case that has not ended.
fn find<'a>(
    state: &'a State,
    command: &'static str,
    work_order: WorkOrderId,
) -> Result<(&'a Work, &'a Order), Rejected> {
    let none = Rejected::NoSuchWorkOrder { command, work_order };
    match state {
        State::New => Err(none),
        State::Ended { end, .. } => Err(Rejected::CaseClosed { command, end: *end }),
        State::Working(work) | State::Done(work) => {
            work.order(work_order).map(|order| (work, order)).ok_or(none)
        }
    }
}
