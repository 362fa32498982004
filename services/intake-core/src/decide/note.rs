use events::intake::CaseNotedV1;
use jiff::Timestamp;

use crate::{command::Note, event::Event, rejected::Rejected, state::State};

/// There is something to be said of a case after its end, too.
pub(super) fn decide(state: &State, note: Note, now: Timestamp) -> Result<Vec<Event>, Rejected> {
    let case = state.case().ok_or(Rejected::NoSuchCase { command: Note::WORD })?;
    let (cycle, by) = (case.cycle, note.by.account());
    Ok(vec![Event::NoteLeft(CaseNotedV1 { cycle, by, at: now })])
}
