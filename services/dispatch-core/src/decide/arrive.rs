use events::dispatch::WorkOrderArrivedV1;
use jiff::Timestamp;

use super::{Theirs, find, theirs};
use crate::{command::Arrive, event::Event, order::Taken, rejected::Rejected, state::State};

pub(super) fn decide(
    state: &State,
    arrive: Arrive,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let command = Arrive::WORD;
    let (_, order) = find(state, command, arrive.work_order)?;
    match theirs(order, command, arrive.by)? {
        Theirs::GoesOn(Taken::Claimed { by, .. } | Taken::Assigned { by, .. }) => {
            Ok(vec![Event::Arrived(WorkOrderArrivedV1 {
                work_order: order.id,
                offer: order.offer.id,
                cycle: order.cycle,
                department: order.department().clone(),
                by,
                at: now,
            })])
        }
        Theirs::GoesOn(taken @ (Taken::InProgress { .. } | Taken::Contained { .. })) => {
            Err(Rejected::AlreadyArrived { command, state: taken.word() })
        }
        Theirs::Waits(_) => Err(Rejected::OnHold { command }),
    }
}
