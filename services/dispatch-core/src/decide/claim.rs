use events::dispatch::WorkOrderClaimedV1;
use jiff::Timestamp;

use super::find;
use crate::{
    command::{Claim, Rejected},
    event::Event,
    state::{State, Status},
};

pub(super) fn decide(state: &State, claim: Claim, now: Timestamp) -> Result<Vec<Event>, Rejected> {
    let command = Claim::WORD;
    let (_, order) = find(state, command, claim.work_order)?;
    match order.status {
        Status::Offered => Ok(vec![Event::Claimed(WorkOrderClaimedV1 {
            work_order: order.id,
            offer: order.offer.id,
            cycle: order.cycle,
            department: order.department().clone(),
            by: claim.by,
            at: now,
        })]),
        Status::Claimed { .. } | Status::InProgress { .. } => {
            Err(Rejected::AlreadyClaimed { command })
        }
        Status::Completed { .. } => Err(Rejected::AlreadyCompleted { command }),
        Status::Cancelled { .. } => Err(Rejected::Cancelled { command }),
    }
}
