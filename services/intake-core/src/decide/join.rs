use definitions::{Circumstances, Rules};
use events::intake::CaseJoinedV1;
use jiff::Timestamp;

use super::open;
use crate::{
    command::Join, event::Event, rejected::Rejected, state::State, urgency::change, urgency::judge,
};

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    join: &Join,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let case = open(state, Join::VERB)?;
    let mut joined = Vec::new();
    for person in &join.persons {
        if !case.reporters.contains(person) && !joined.contains(person) {
            joined.push(*person);
        }
    }
    if joined.is_empty() {
        return Err(Rejected::AlreadyJoined);
    }
    let reporters = case.reporters.iter().chain(&joined).copied().collect();
    let (cycle, by) = (case.cycle, join.by.account());
    let circumstances = Circumstances {
        text: &join.text,
        people: join.people,
        asset: join.asset.as_ref(),
        vulnerable: join.vulnerable,
        at: now,
    };
    let (urgency, ground) = judge(rules, &case.item, &case.place, circumstances);
    let raised =
        (urgency > case.urgency).then(|| change(case, rules, (urgency, ground), now, join.by));
    let joined = Event::Joined(CaseJoinedV1 { cycle, joined, reporters, by, at: now });
    Ok([joined].into_iter().chain(raised).collect())
}
