use clock::Ids;
use definitions::Rules;
use events::{
    dispatch::{WorkOrderAnsweredV1, WorkOrderAskedV1},
    words::{Asked, Commitment, Subject},
};

use super::{in_cycle, kept, promised, watching};
use crate::{
    event::{Event, Reason},
    state::State,
};

/// It is promised that desk, department and head answer in time. What its requester is asked has
/// no clock: nobody can promise it for them.
pub(crate) fn asked(
    state: &State,
    rules: &Rules,
    fact: &WorkOrderAskedV1,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Reason> {
    let watch = in_cycle(watching(state)?, fact.cycle)?;
    let subject = Subject::Question(fact.question);
    if watch.timers.iter().any(|timer| timer.subject == subject) {
        return Err(Reason::AlreadyKnown);
    }
    let promised = match fact.of {
        Asked::Desk | Asked::Department | Asked::Head => {
            promised(watch, rules, subject, Commitment::Reply, fact.at)
        }
        Asked::Requester => None,
    };
    promised
        .map(|promised| vec![promised.arm_question(fact.work_order, ids)])
        .ok_or(Reason::NothingPromised)
}

/// Whoever was asked has said what they know.
pub(crate) fn replied(state: &State, fact: &WorkOrderAnsweredV1) -> Result<Vec<Event>, Reason> {
    let subject = Subject::Question(fact.question);
    kept(state, fact.at, |timer| timer.subject == subject)
}
