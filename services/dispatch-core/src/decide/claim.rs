use definitions::Rules;
use events::dispatch::WorkOrderClaimedV1;
use jiff::Timestamp;

use super::{arrive_by, find};
use crate::{command::Claim, event::Event, order::Status, rejected::Rejected, state::State};

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    claim: Claim,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let command = Claim::WORD;
    let (work, order) = find(state, command, claim.work_order)?;
    match order.status {
        Status::Offered => {
            let claimed = WorkOrderClaimedV1 {
                work_order: order.id,
                offer: order.offer.id,
                cycle: order.cycle,
                department: order.department().clone(),
                by: claim.by,
                at: now,
            };
            Ok(vec![Event::Claimed {
                claimed,
                arrive_by: arrive_by(rules, &work.item, work.urgency, now),
            }])
        }
        Status::Taken(_) | Status::OnHold { .. } => Err(Rejected::AlreadyClaimed { command }),
        Status::Disputed { .. } => Err(Rejected::Disputed { command }),
        Status::Completed { .. } => Err(Rejected::AlreadyCompleted { command }),
        Status::Cancelled { .. } => Err(Rejected::Cancelled { command }),
    }
}
