use events::dispatch::{Merged, WorkOrderCancelledV1};
use jiff::Timestamp;

use super::{find, may_leave, with_a_post};
use crate::{command::Merge, event::Event, rejected::Rejected, state::State};

/// Neither is what a post must do by adjudication merged away, for another one could be given away
/// again; nor does anything go to where no post has it.
pub(super) fn decide(state: &State, merge: Merge, now: Timestamp) -> Result<Vec<Event>, Rejected> {
    let command = Merge::WORD;
    let Merge { work_order, into, by } = merge;
    let (work, order) = find(state, command, work_order)?;
    may_leave(order, command)?;
    if into == work_order {
        return Err(Rejected::IntoItself { command });
    }
    let target = work.order(into).ok_or(Rejected::NotInThisCase { command, into })?;
    if target.cycle != order.cycle {
        return Err(Rejected::OtherCycle { command, into });
    }
    if with_a_post(target, command).is_err() {
        return Err(Rejected::IntoNoPost { command, into, state: target.status.word() });
    }
    Ok(vec![Event::Cancelled(WorkOrderCancelledV1 {
        work_order: order.id,
        cycle: order.cycle,
        department: order.department().clone(),
        at: now,
        merged: Some(Merged { into, by }),
    })])
}
