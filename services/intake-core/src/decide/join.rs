use clock::PersonId;
use definitions::{Circumstances, Rules};
use events::intake::CaseJoinedV1;
use jiff::Timestamp;

use super::open;
use crate::{
    command::{Actor, Join},
    event::Event,
    rejected::Rejected,
    state::{Case, State},
    urgency::{change, judge},
};

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    join: &Join,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let case = open(state, Join::VERB)?;
    let joined = joined(case, &join.persons, join.by, now).ok_or(Rejected::AlreadyJoined)?;
    Ok([joined].into_iter().chain(raised(case, rules, join, now)).collect())
}

/// Those of `persons` who are new are its reporters from now on; `None` if nobody is.
pub(super) fn joined(case: &Case, persons: &[PersonId], by: Actor, at: Timestamp) -> Option<Event> {
    let mut joined = Vec::new();
    for person in persons {
        if !case.reporters.contains(person) && !joined.contains(person) {
            joined.push(*person);
        }
    }
    if joined.is_empty() {
        return None;
    }
    let reporters = case.reporters.iter().chain(&joined).copied().collect();
    let (cycle, by) = (case.cycle, by.account());
    Some(Event::Joined(CaseJoinedV1 { cycle, joined, reporters, by, at }))
}

/// What they say may make it more urgent than it was, and never less.
pub(super) fn raised(case: &Case, rules: &Rules, join: &Join, now: Timestamp) -> Option<Event> {
    let circumstances = Circumstances {
        text: &join.text,
        people: join.people,
        asset: join.asset.as_ref(),
        vulnerable: join.vulnerable,
        at: now,
    };
    let (urgency, ground) = judge(rules, &case.item, &case.place, circumstances);
    (urgency > case.urgency).then(|| change(case, rules, (urgency, ground), now, join.by))
}
