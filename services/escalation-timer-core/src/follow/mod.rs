//! What follows from each fact: clocks begin and end.

mod callback;
mod case;
mod hold;
mod offer;
mod question;
mod report;
mod urgency;
mod work;

pub(crate) use callback::called_back;
pub(crate) use case::{accepted, closed, reopened, told_ladder};
pub(crate) use hold::{held, hold_ended, over, released};
pub(crate) use offer::{disputed, offer_ended, offered};
pub(crate) use question::{asked, replied};
pub(crate) use report::reported;
pub(crate) use urgency::urgency_changed;
pub(crate) use work::{arrived, completed, contained};

use definitions::Rules;
use events::words::{Commitment, Cycle, Subject};
use jiff::Timestamp;

use crate::{
    clocks::{Promised, abandon, stop},
    event::{Event, Reason},
    state::{State, Timer, Watch},
};

/// The clocks of an open case.
fn watching(state: &State) -> Result<&Watch, Reason> {
    match state {
        State::New => Err(Reason::UnknownCase),
        State::Watching(watch) => Ok(watch),
        State::Ended(_) => Err(Reason::CaseEnded),
    }
}

/// Ends those of the clocks that waited for what was done, also of a case that has ended since.
fn kept(
    state: &State,
    done_at: Timestamp,
    waited: impl Fn(&Timer) -> bool,
) -> Result<Vec<Event>, Reason> {
    let watch = state.watch().ok_or(Reason::UnknownCase)?;
    stop_those(watch, done_at, waited).map_err(|nothing| match state {
        State::Ended(_) => Reason::CaseEnded,
        State::New | State::Watching(_) => nothing,
    })
}

/// Ends those of the clocks that waited for what was done.
fn stop_those(
    watch: &Watch,
    done_at: Timestamp,
    waited: impl Fn(&Timer) -> bool,
) -> Result<Vec<Event>, Reason> {
    let those = running_at(watch, done_at).filter(|timer| waited(timer));
    let events: Vec<Event> = those.flat_map(|timer| stop(timer, done_at)).collect();
    if events.is_empty() { Err(Reason::NothingRuns) } else { Ok(events) }
}

/// All that ran is not wanted any more.
fn abandon_all(watch: &Watch, at: Timestamp) -> impl Iterator<Item = Event> {
    running_at(watch, at).flat_map(move |timer| abandon(timer, at))
}

/// The clocks that run, and those that ran on after this instant only because we had not heard of
/// it: of two ends the earlier one counts, whichever is heard first.
fn running_at(watch: &Watch, at: Timestamp) -> impl Iterator<Item = &Timer> {
    watch.timers.iter().filter(move |timer| timer.stopped_at().is_none_or(|end| at < end))
}

fn in_cycle(watch: &Watch, cycle: Cycle) -> Result<&Watch, Reason> {
    if watch.cycle == cycle { Ok(watch) } else { Err(Reason::OtherCycle) }
}

/// A promise that begins now and not at receipt; nothing if it is not promised.
fn promised(
    watch: &Watch,
    rules: &Rules,
    subject: Subject,
    commitment: Commitment,
    since: Timestamp,
) -> Option<Promised> {
    let due = rules.due(&watch.item, commitment, watch.urgency, since).ok()??;
    let (cycle, first_rung) = (watch.cycle, first_rung(watch, rules, commitment));
    Some(Promised { subject, commitment, cycle, since, due, first_rung })
}

/// Clocks of one cycle that climb one ladder begin with one rung, for a cycle has one start rung:
/// once a leader was told of the reopening, nobody below hears of an offer anew.
fn first_rung(watch: &Watch, rules: &Rules, commitment: Commitment) -> u8 {
    let ladder = |commitment| rules.ladder(&watch.item, commitment).map(|ladder| &ladder.id);
    let own = ladder(commitment);
    let of_cycle = watch.timers.iter().filter(|timer| timer.cycle == watch.cycle);
    let mut alike = of_cycle.filter(|timer| ladder(timer.commitment) == own);
    alike.next().map_or(1, |timer| timer.first.first_rung)
}
