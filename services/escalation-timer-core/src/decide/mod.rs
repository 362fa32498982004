//! The decisions on commands.

mod extension;
mod ladder;
mod pause;

use clock::Ids;
use definitions::Rules;
use events::words::{Commitment, PostId, Subject};
use jiff::{SignedDuration, Timestamp};

use crate::{
    command::{Command, Speaker},
    event::Event,
    rejected::Rejected,
    state::{State, Timer, Watch},
    warning::with_warnings,
};

/// A year and a day: whoever gives more time than that has mistyped a date.
const FARTHEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// What follows from a command at `now`: at least one event, or a rejection and nothing.
pub fn on_command(
    state: &State,
    rules: &Rules,
    command: &Command,
    now: Timestamp,
    _ids: &mut impl Ids,
) -> Result<Vec<Event>, Rejected> {
    let asked = Asked { watch: watching(state, command)?, rules, command: command.word(), now };
    let events = match command {
        Command::AskExtension(ask) => extension::ask(asked, *ask),
        Command::ApproveExtension(speaker) => extension::approve(asked, speaker),
        Command::RefuseExtension(speaker) => extension::refuse(asked, speaker),
        Command::AskPause(ask) => pause::ask(asked, *ask),
        Command::ApprovePause(decide) => pause::approve(asked, decide),
        Command::RefusePause(decide) => pause::refuse(asked, decide),
        Command::Extend(extend) => ladder::extend(asked, extend),
        Command::TakeOver(of) => ladder::take_over(asked, of),
        Command::Order(of) => ladder::order(asked, of),
        Command::AcceptRisk(accept) => ladder::accept_risk(asked, accept),
    }?;
    Ok(with_warnings(state, rules, events))
}

/// What every decision looks at.
#[derive(Clone, Copy)]
struct Asked<'a> {
    watch: &'a Watch,
    rules: &'a Rules,
    /// The verb, for refusals.
    command: &'static str,
    now: Timestamp,
}

fn watching<'a>(state: &'a State, command: &Command) -> Result<&'a Watch, Rejected> {
    match state {
        State::New => Err(Rejected::NoSuchCase { command: command.word() }),
        State::Watching(watch) => Ok(watch),
        State::Ended(_) => Err(Rejected::CaseClosed { command: command.word() }),
    }
}

/// Whether a clock is that of the promise which the requester was told.
fn is_told(timer: &Timer) -> bool {
    let told = match timer.commitment {
        Commitment::Complete | Commitment::Answer => true,
        Commitment::Accept
        | Commitment::Arrive
        | Commitment::Contain
        | Commitment::FollowUp
        | Commitment::CallBack
        | Commitment::Reply
        | Commitment::Adjudicate => false,
    };
    told && timer.subject == Subject::Case
}

impl<'a> Asked<'a> {
    /// The clocks of this cycle that run.
    fn running(&self) -> impl Iterator<Item = &'a Timer> {
        let cycle = self.watch.cycle;
        self.watch.running().filter(move |timer| timer.cycle == cycle)
    }

    /// The clock of what the requester was told.
    fn told(&self) -> Result<&'a Timer, Rejected> {
        let command = self.command;
        self.running().find(|timer| is_told(timer)).ok_or(Rejected::NothingRuns { command })
    }

    /// Refuses an instant that is not later than these, or farther than anybody thinks.
    fn later(&self, until: Timestamp, than: Timestamp) -> Result<(), Rejected> {
        let (command, than) = (self.command, than.max(self.now));
        let most = self.now.saturating_add(FARTHEST).unwrap_or(Timestamp::MAX);
        if until <= than {
            Err(Rejected::NotLater { command, than })
        } else if until > most {
            Err(Rejected::TooFar { command, most })
        } else {
            Ok(())
        }
    }

    /// Refuses who does not hold the post that decides.
    fn decides(&self, speaker: &Speaker, approver: &PostId) -> Result<(), Rejected> {
        let (command, holds) = (self.command, speaker.posts.contains(approver));
        let refused = || Rejected::NotApprover { command, approver: approver.clone() };
        if holds { Ok(()) } else { Err(refused()) }
    }
}
