//! The decisions on commands, one file each.

mod answer;
mod attempt;

use clock::{AccountId, CallbackId, Ids};
use definitions::Rules;
use events::{
    survey::{CallbackAttemptedV1, CaseJudgedV1},
    words::{Cycle, Verdict},
};
use jiff::Timestamp;

use crate::{
    command::{Command, Rejected},
    event::Event,
    state::{Call, Fate, State, Survey},
};

/// What follows from a command at `now`: at least one event, or a rejection and nothing.
pub fn on_command(
    state: &State,
    rules: &Rules,
    command: Command,
    now: Timestamp,
    _ids: &mut impl Ids,
) -> Result<Vec<Event>, Rejected> {
    match command {
        Command::Attempt(attempt) => attempt::decide(state, rules, attempt, now),
        Command::Answer(answer) => answer::decide(state, rules, answer, now),
    }
}

/// The callback that a command names, with its case; one without a fate is open.
fn find<'a>(
    state: &'a State,
    command: &'static str,
    callback: CallbackId,
) -> Result<(&'a Survey, &'a Call, Option<Fate>), Rejected> {
    let found = state.callbacks().find(|(call, _)| call.id == callback);
    let found = state.survey().zip(found).map(|(survey, (call, fate))| (survey, call, fate));
    found.ok_or(Rejected::NoSuchCallback { command, callback })
}

fn refuse_own_work(call: &Call, command: &'static str, by: AccountId) -> Result<(), Rejected> {
    if call.workers.contains(&by) {
        return Err(Rejected::WorkerMayNotCallBack { command });
    }
    Ok(())
}

fn attempted(call: &Call, by: AccountId, at: Timestamp, reached: bool) -> CallbackAttemptedV1 {
    let attempt = u16::try_from(call.attempts.len() + 1).unwrap_or(u16::MAX);
    CallbackAttemptedV1 { callback: call.id, cycle: call.cycle, attempt, by, at, reached }
}

const fn judge(cycle: Cycle, verdict: Verdict, judged_at: Timestamp) -> Event {
    Event::Judged(CaseJudgedV1 { cycle, verdict, judged_at })
}
