use definitions::Rules;
use events::dispatch::WorkOrderAssignedV1;
use jiff::Timestamp;

use super::{arrive_by, find};
use crate::{
    command::Assign,
    event::Event,
    order::{Status, Taken},
    rejected::Rejected,
    state::State,
};

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    assign: Assign,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let command = Assign::WORD;
    let (work, order) = find(state, command, assign.work_order)?;
    match order.status {
        // To whoever has it already it would only be a longer limit.
        Status::Taken(Taken::Claimed { by, .. } | Taken::Assigned { by, .. })
            if by == assign.to =>
        {
            Err(Rejected::AlreadyTheirs { command })
        }
        Status::Offered | Status::Taken(Taken::Claimed { .. } | Taken::Assigned { .. }) => {
            let assigned = WorkOrderAssignedV1 {
                work_order: order.id,
                offer: order.offer.id,
                cycle: order.cycle,
                department: order.department().clone(),
                by: assign.by,
                to: assign.to,
                at: now,
            };
            Ok(vec![Event::Assigned {
                assigned,
                arrive_by: arrive_by(rules, &work.item, work.urgency, now),
            }])
        }
        Status::Taken(Taken::InProgress { .. } | Taken::Contained { .. })
        | Status::OnHold { .. } => {
            Err(Rejected::AlreadyBegun { command, state: order.status.word() })
        }
        Status::Disputed { .. } => Err(Rejected::Disputed { command }),
        Status::Completed { .. } => Err(Rejected::AlreadyCompleted { command }),
        Status::Cancelled { .. } => Err(Rejected::Cancelled { command }),
    }
}
