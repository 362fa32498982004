use clock::Ids;
use definitions::Rules;
use jiff::Timestamp;

use crate::{event::Event, state::State};

/// When this case must be woken next: never, since an attempt is somebody's deed, and one that is
/// late is watched by escalation-timer.
pub const fn next_at(_state: &State) -> Option<Timestamp> {
    None
}

/// What follows from the hour alone: nothing.
pub const fn on_wake(
    _state: &State,
    _rules: &Rules,
    _now: Timestamp,
    _ids: &mut impl Ids,
) -> Vec<Event> {
    Vec::new()
}
