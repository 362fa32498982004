use definitions::Rules;
use events::dispatch::WorkOrderResumedV1;
use jiff::Timestamp;

use super::{Theirs, arrive_by, find, theirs};
use crate::{command::Resume, event::Event, order::Taken, rejected::Rejected, state::State};

pub(super) fn decide(
    state: &State,
    rules: &Rules,
    resume: Resume,
    now: Timestamp,
) -> Result<Vec<Event>, Rejected> {
    let command = Resume::WORD;
    let (work, order) = find(state, command, resume.work_order)?;
    match theirs(order, command, resume.by)? {
        Theirs::Waits(before) => {
            let resumed = WorkOrderResumedV1 {
                work_order: order.id,
                offer: order.offer.id,
                cycle: order.cycle,
                department: order.department().clone(),
                by: before.by(),
                at: now,
            };
            // Whoever had not come yet has as long again.
            let arrive_by = match before {
                Taken::Claimed { .. } | Taken::Assigned { .. } => {
                    arrive_by(rules, &work.item, work.urgency, now)
                }
                Taken::InProgress { .. } | Taken::Contained { .. } => None,
            };
            Ok(vec![Event::Resumed { resumed, arrive_by }])
        }
        Theirs::GoesOn(taken) => Err(Rejected::NotOnHold { command, state: taken.word() }),
    }
}
