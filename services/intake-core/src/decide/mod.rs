//! The decisions on commands, one file each.

mod accept;
mod reopen;
mod withdraw;

use clock::Ids;
use definitions::Rules;
use jiff::Timestamp;

use crate::{
    command::{Command, Rejected},
    event::Event,
    state::State,
};

/// What follows from a command at `now`: at least one event, or a rejection and nothing.
///
/// `rules` is the newest revision for `accept`, and the case's own for all others.
pub fn on_command(
    state: &State,
    rules: &Rules,
    command: Command,
    now: Timestamp,
    _ids: &mut impl Ids,
) -> Result<Vec<Event>, Rejected> {
    match command {
        Command::Accept(accept) => accept::decide(state, rules, &accept, now),
        Command::Withdraw(withdraw) => withdraw::decide(state, withdraw, now),
        Command::Reopen(reopen) => reopen::decide(state, rules, reopen, now),
    }
}
