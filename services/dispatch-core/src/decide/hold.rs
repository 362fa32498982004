use events::dispatch::WorkOrderHeldV1;
use jiff::Timestamp;

use super::{Theirs, find, theirs};
use crate::{command::Hold, event::Event, rejected::Rejected, state::State};

pub(super) fn decide(state: &State, hold: Hold, now: Timestamp) -> Result<Vec<Event>, Rejected> {
    let command = Hold::WORD;
    let (_, order) = find(state, command, hold.work_order)?;
    if let Some(visit_at) = hold.visit_at.filter(|visit_at| *visit_at <= now) {
        return Err(Rejected::VisitPast { command, visit_at });
    }
    match theirs(order, command, hold.by)? {
        Theirs::GoesOn(taken) => Ok(vec![Event::Held(WorkOrderHeldV1 {
            work_order: order.id,
            offer: order.offer.id,
            cycle: order.cycle,
            department: order.department().clone(),
            by: taken.by(),
            reason: hold.reason,
            visit_at: hold.visit_at,
            at: now,
        })]),
        Theirs::Waits(_) => Err(Rejected::OnHold { command }),
    }
}
