use clock::Ids;
use events::{dispatch::WorkOrderAskedV1, words::Asked};
use jiff::Timestamp;

use super::{find, theirs, with_a_post};
use crate::{command::Ask, event::Event, rejected::Rejected, state::State};

/// Who has the work asks its requester, the desk, or the head of their department for an instruction
/// (请示); the department that has it is asked by the desk, whoever of it has the work. Nothing waits for
/// the answer, unless the work is held besides.
pub(super) fn decide(
    state: &State,
    ask: Ask,
    now: Timestamp,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Rejected> {
    let command = Ask::WORD;
    let (_, order) = find(state, command, ask.work_order)?;
    match ask.of {
        Asked::Requester | Asked::Desk | Asked::Head => theirs(order, command, ask.by).map(|_| ()),
        Asked::Department => with_a_post(order, command),
    }?;
    Ok(vec![Event::Asked(WorkOrderAskedV1 {
        work_order: order.id,
        question: ids.id(),
        cycle: order.cycle,
        department: order.department().clone(),
        of: ask.of,
        by: ask.by,
        at: now,
    })])
}
