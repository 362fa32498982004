use definitions::Rules;
use jiff::Timestamp;

use super::open;
use crate::{
    command::ChangeUrgency,
    event::Event,
    rejected::Rejected,
    state::{Ground, State},
    urgency::change,
};

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    ask: ChangeUrgency,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let case = open(state, ChangeUrgency::VERB)?;
    let ChangeUrgency { urgency, is_reasoned, by } = ask;
    if urgency == case.urgency {
        return Err(Rejected::UrgencyUnchanged { urgency });
    }
    if urgency < case.urgency && !is_reasoned {
        return Err(Rejected::ReasonMissing { command: "lower the urgency" });
    }
    Ok(vec![change(case, rules, (urgency, Ground::Authority), now, by)])
}
