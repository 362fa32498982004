use events::{dispatch::WorkOrderContainedV1, words::Urgency};
use jiff::Timestamp;

use super::{Theirs, find, theirs};
use crate::{command::Contain, event::Event, order::Taken, rejected::Rejected, state::State};

pub(super) fn decide(
    state: &State,
    contain: Contain,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let command = Contain::WORD;
    let (work, order) = find(state, command, contain.work_order)?;
    match (theirs(order, command, contain.by)?, work.urgency) {
        (Theirs::GoesOn(_) | Theirs::Waits(_), Urgency::Urgent | Urgency::Normal) => {
            Err(Rejected::NotCritical { command })
        }
        (Theirs::GoesOn(Taken::InProgress { by, .. }), Urgency::Critical) => {
            Ok(vec![Event::Contained(WorkOrderContainedV1 {
                work_order: order.id,
                offer: order.offer.id,
                cycle: order.cycle,
                department: order.department().clone(),
                by,
                at: now,
            })])
        }
        (
            Theirs::GoesOn(taken @ (Taken::Claimed { .. } | Taken::Assigned { .. })),
            Urgency::Critical,
        ) => Err(Rejected::NotArrived { command, state: taken.word() }),
        (Theirs::GoesOn(Taken::Contained { .. }), Urgency::Critical) => {
            Err(Rejected::AlreadyContained { command })
        }
        (Theirs::Waits(_), Urgency::Critical) => Err(Rejected::OnHold { command }),
    }
}
