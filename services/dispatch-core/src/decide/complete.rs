use std::collections::BTreeSet;

use clock::{AccountId, WorkOrderId};
use events::dispatch::{CaseCompletedV1, WorkOrderCompletedV1};
use jiff::Timestamp;

use super::find;
use crate::{
    command::{Complete, Rejected},
    event::Event,
    state::{State, Status, Work},
};

pub(super) fn decide(
    state: &State,
    complete: Complete,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let command = Complete::WORD;
    let (work, order) = find(state, command, complete.work_order)?;
    match order.status {
        Status::Offered => Err(Rejected::NotClaimed { command }),
        Status::Claimed { by, .. } | Status::InProgress { by, .. } if by != complete.by => {
            Err(Rejected::NotYours { command })
        }
        // Without an arrival too: whoever forgot to record it must still be able to say "done".
        Status::Claimed { by, .. } | Status::InProgress { by, .. } => {
            let completed = Event::Completed(WorkOrderCompletedV1 {
                work_order: order.id,
                offer: order.offer.id,
                cycle: order.cycle,
                department: order.department().clone(),
                by,
                at: now,
            });
            Ok([completed].into_iter().chain(last_of_cycle(work, order.id, now)).collect())
        }
        Status::Completed { .. } => Err(Rejected::AlreadyCompleted { command }),
        Status::Cancelled { .. } => Err(Rejected::Cancelled { command }),
    }
}

/// The completion of the cycle, if no other work order than this one is open.
fn last_of_cycle(work: &Work, completed: WorkOrderId, now: Timestamp) -> Option<Event> {
    if work.open().any(|order| order.id != completed) {
        return None;
    }
    let of_cycle = work.orders.iter().filter(|order| order.cycle == work.cycle);
    let workers: BTreeSet<AccountId> = of_cycle.filter_map(|order| order.status.worker()).collect();
    Some(Event::CycleCompleted(CaseCompletedV1 {
        cycle: work.cycle,
        completed_at: now,
        workers: workers.into_iter().collect(),
    }))
}
