use definitions::Rules;
use events::intake::CaseJoinedV1;
use jiff::Timestamp;

use super::open;
use crate::{command::Absorb, event::Event, rejected::Rejected, state::State, urgency::change};

/// Whoever reported the duplicate loses nothing by its end: they hear of this one from now on, and
/// their haste is its haste.
pub(super) fn decide(
    state: &State,
    rules: &Rules,
    absorb: Absorb,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let case = open(state, Absorb::VERB)?;
    let Absorb { number, reporters, urgency, ground, by } = absorb;
    let is_new = |person: &clock::PersonId| !case.reporters.contains(person);
    let joined: Vec<_> = reporters.into_iter().filter(is_new).collect();
    let joining = (!joined.is_empty()).then(|| {
        let reporters = case.reporters.iter().chain(&joined).copied().collect();
        let (cycle, by) = (case.cycle, by.account());
        Event::Joined(CaseJoinedV1 { cycle, joined, reporters, by, at: now })
    });
    let raised = (urgency > case.urgency).then(|| change(case, rules, (urgency, ground), now, by));
    Ok([Event::Absorbed { number }].into_iter().chain(joining).chain(raised).collect())
}
