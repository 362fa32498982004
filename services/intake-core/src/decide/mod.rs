//! The decisions on commands, one file each.

mod absorb;
mod accept;
mod chase;
mod close_as;
mod close_incident;
mod join;
mod join_incident;
mod note;
mod reopen;
mod reply;
mod unjoin;
mod update_incident;
mod urgency;
mod withdraw;

pub(crate) use accept::received_at;

use clock::Ids;
use definitions::Rules;
use jiff::Timestamp;

use crate::{
    command::{Command, Verb},
    event::Event,
    rejected::Rejected,
    state::{Case, State},
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
        Command::Chase(chase) => chase::decide(state, chase, now),
        Command::Join(join) => join::decide(state, rules, &join, now),
        Command::Unjoin(unjoin) => unjoin::decide(state, unjoin, now),
        Command::ChangeUrgency(ask) => urgency::decide(state, rules, ask, now),
        Command::Note(note) => note::decide(state, note, now),
        Command::Reply(reply) => reply::decide(state, rules, reply, now),
        Command::CloseAs(close) => close_as::decide(state, rules, *close, now),
        Command::Absorb(absorb) => absorb::decide(state, rules, *absorb, now),
        Command::JoinIncident(join) => join_incident::decide(state, rules, &join, now),
        Command::UpdateIncident(ask) => update_incident::decide(state, rules, &ask, now),
        Command::CloseIncident(close) => close_incident::decide(state, close, now),
    }
}

/// The case, for a command that only an open one takes.
fn open(state: &State, command: Verb) -> Result<&Case, Rejected> {
    match state {
        State::New => Err(Rejected::NoSuchCase { command: command.word }),
        State::Open(case) => Ok(case),
        State::Resolved { .. } => Err(Rejected::CaseCompleted { command }),
        State::Closed { closing, .. } => Err(Rejected::CaseClosed { command, end: closing.end }),
    }
}
