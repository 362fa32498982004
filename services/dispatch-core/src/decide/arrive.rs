use events::dispatch::WorkOrderArrivedV1;
use jiff::Timestamp;

use super::find;
use crate::{
    command::{Arrive, Rejected},
    event::Event,
    state::{State, Status},
};

pub(super) fn decide(
    state: &State,
    arrive: Arrive,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let command = Arrive::WORD;
    let (_, order) = find(state, command, arrive.work_order)?;
    match order.status {
        Status::Offered => Err(Rejected::NotClaimed { command }),
        Status::Claimed { by, .. } | Status::InProgress { by, .. } if by != arrive.by => {
            Err(Rejected::NotYours { command })
        }
        Status::Claimed { by, .. } => Ok(vec![Event::Arrived(WorkOrderArrivedV1 {
            work_order: order.id,
            offer: order.offer.id,
            cycle: order.cycle,
            department: order.department().clone(),
            by,
            at: now,
        })]),
        Status::InProgress { .. } => Err(Rejected::AlreadyArrived { command }),
        Status::Completed { .. } => Err(Rejected::AlreadyCompleted { command }),
        Status::Cancelled { .. } => Err(Rejected::Cancelled { command }),
    }
}
