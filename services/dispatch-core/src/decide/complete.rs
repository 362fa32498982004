use std::collections::BTreeSet;

use clock::{AccountId, WorkOrderId};
use events::dispatch::{CaseCompletedV1, WorkOrderCompletedV1};
use jiff::Timestamp;

use super::{Theirs, find, theirs};
use crate::{
    command::Complete,
    event::Event,
    rejected::Rejected,
    state::{State, Work},
};

pub(super) fn decide(
    state: &State,
    complete: Complete,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let command = Complete::WORD;
    let (work, order) = find(state, command, complete.work_order)?;
    match theirs(order, command, complete.by)? {
        // Without an arrival or a resumption too: whoever forgot to record it must still be able to
        // say "done".
        Theirs::GoesOn(taken) | Theirs::Waits(taken) => {
            let completed = Event::Completed(WorkOrderCompletedV1 {
                work_order: order.id,
                offer: order.offer.id,
                cycle: order.cycle,
                department: order.department().clone(),
                by: taken.by(),
                at: now,
                next_steps: complete.next_steps,
            });
            Ok([completed].into_iter().chain(last_of_cycle(work, order.id, now)).collect())
        }
    }
}

/// The completion of the cycle, if no other work order than this one is open.
fn last_of_cycle(work: &Work, completed: WorkOrderId, now: Timestamp) -> Option<Event> {
    if work.open().any(|order| order.id != completed) {
        return None;
    }
    let of_cycle = work.orders.iter().filter(|order| order.cycle == work.cycle);
    // Whoever completes now is their work order's worker already.
    let workers: BTreeSet<AccountId> = of_cycle
        .flat_map(|order| order.workers.iter().copied().chain(order.status.worker()))
        .collect();
    Some(Event::CycleCompleted(CaseCompletedV1 {
        cycle: work.cycle,
        completed_at: now,
        workers: workers.into_iter().collect(),
    }))
}
