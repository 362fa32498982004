use events::dispatch::WorkOrderHeldV1;
use jiff::Timestamp;

use super::{Theirs, find, theirs};
use crate::{command::Hold, event::Event, rejected::Rejected, state::State};

pub(super) fn decide(state: &State, hold: Hold, now: Timestamp) -> Result<Vec<Event>, Rejected> {
    let command = Hold::WORD;
    let (_, order) = find(state, command, hold.work_order)?;
    match theirs(order, command, hold.by)? {
        Theirs::GoesOn(taken) => Ok(vec![Event::Held(WorkOrderHeldV1 {
            work_order: order.id,
            offer: order.offer.id,
            cycle: order.cycle,
            department: order.department().clone(),
            by: taken.by(),
            reason: hold.reason,
            at: now,
        })]),
        Theirs::Waits(_) => Err(Rejected::OnHold { command }),
    }
}
