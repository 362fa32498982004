//! What follows from each fact: clocks begin and end.

mod callback;
mod case;
mod work;

pub(crate) use callback::called_back;
pub(crate) use case::{accepted, closed, reopened};
pub(crate) use work::{arrived, claimed, completed, offered};

use jiff::Timestamp;

use crate::{
    clocks::stop,
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

/// Ends those of the running clocks that waited for what was done.
fn stop_those(
    watch: &Watch,
    done_at: Timestamp,
    waited: impl Fn(&Timer) -> bool,
) -> Result<Vec<Event>, Reason> {
    let those = watch.running().filter(|timer| waited(timer));
    let events: Vec<Event> = those.flat_map(|timer| stop(timer, done_at)).collect();
    if events.is_empty() { Err(Reason::NothingRuns) } else { Ok(events) }
}
