use clock::Ids;
use definitions::Rules;
use events::{
    intake::CaseRepliedV1,
    words::{Commitment, Subject},
};

use super::{case::promised, first_rung, in_cycle, kept, stop_those, watching};
use crate::{
    event::{Event, Reason},
    state::{State, Timer},
};

/// An answer to whoever reported the case keeps the promise of it, and the next one that it promises has
/// a clock of its own: that each came in time is said of each.
pub(crate) fn reported(
    state: &State,
    rules: &Rules,
    fact: &CaseRepliedV1,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Reason> {
    let of_cycle = |timer: &Timer| {
        (timer.subject, timer.commitment, timer.cycle)
            == (Subject::Case, Commitment::FollowUp, fact.cycle)
    };
    // What a later answer promised, this one does not keep.
    let waited = |timer: &Timer| of_cycle(timer) && timer.first.since <= fact.at;
    if let State::Ended(_) = state {
        return kept(state, fact.at, waited);
    }
    let watch = in_cycle(watching(state)?, fact.cycle)?;
    // Of two at one instant that promise the same the later one says nothing new.
    let runs_already = |timer: &Timer| {
        let next = fact.next.as_ref().map(|next| next.due);
        let began = (timer.first.since, Some(timer.first.due));
        timer.run.is_on() && of_cycle(timer) && began == (fact.at, next)
    };
    if watch.timers.iter().any(runs_already) {
        return Err(Reason::AlreadyKnown);
    }
    let mut events = stop_those(watch, fact.at, waited).unwrap_or_default();
    events.extend(fact.next.as_ref().map(|next| {
        let rung = first_rung(watch, rules, Commitment::FollowUp);
        promised(next, fact.cycle, fact.at, rung).arm(ids)
    }));
    if events.is_empty() { Err(Reason::NothingRuns) } else { Ok(events) }
}
