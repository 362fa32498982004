//! What dispatch knows, as the wire has it.

use clock::AccountId;
use delivery_rpc::timestamp;
use dispatch_core::{Pause, Release, Status, Taken};
use events::intake::Promise;
use proto::{
    dispatch::v1::{self as wire_dispatch, WorkOrder, WorkOrderState},
    words::v1 as wire,
};

use crate::{
    board::Board,
    store::{
        list::Found,
        reasons::{About, Reasons},
    },
};

/// What was written of a work order in a list.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    /// What was done.
    pub(crate) note: Option<String>,
    /// What comes next.
    pub(crate) next_steps: Option<String>,
    /// What was asked of its post when it was split off.
    pub(crate) task: Option<String>,
    /// Why its offers ended.
    pub(crate) reasons: &'a Reasons,
}

/// A work order in a list; none for one that is not in its case, which no writer leaves.
pub(crate) fn work_order(
    found: &Found,
    Written { note, next_steps, task, reasons }: Written<'_>,
) -> Option<WorkOrder> {
    let Board { number, promise, rung, cycle, .. } = &found.case.board;
    let work = found.case.state.work()?;
    let order = work.order(found.id)?;
    let (held, completed_at) = match order.status {
        Status::OnHold { reason, held_at, .. } => (Some((reason, held_at)), None),
        Status::Completed { completed_at, .. } => (None, Some(completed_at)),
        Status::Offered | Status::Taken(_) | Status::Disputed { .. } | Status::Cancelled { .. } => {
            (None, None)
        }
    };
    let worker = order.status.worker().map(|account| account.to_string());
    let (paused_until, pause_refused) = match order.status.pause() {
        Some(Pause::Granted { until }) => (Some(timestamp(until)), String::new()),
        Some(Pause::Refused { cause }) => (None, cause.to_string()),
        None => (None, String::new()),
    };
    // Promise and rung are those of the running cycle.
    let runs = order.cycle == *cycle;
    Some(WorkOrder {
        id: found.id.to_string(),
        case_id: found.case_id.to_string(),
        case_number: number.to_string(),
        cycle: order.cycle.get().into(),
        department: order.department().to_string(),
        post: order.offer.post.to_string(),
        item: work.item.to_string(),
        place: work.place.to_string(),
        urgency: wire::Urgency::from(work.urgency).into(),
        level: wire::Level::from(work.level).into(),
        state: state(order.status).into(),
        offered_at: Some(timestamp(order.offer.at)),
        claimed_at: order.status.claimed_at().map(timestamp),
        arrived_at: order.status.arrived_at().map(timestamp),
        completed_at: completed_at.map(timestamp),
        claimed_by: worker.unwrap_or_default(),
        promise: promise.as_ref().filter(|_| runs).map(told),
        rung: if runs { u32::from(*rung) } else { 0 },
        note: note.unwrap_or_default(),
        next_steps: next_steps.unwrap_or_default(),
        held_for: held
            .map_or_else(Default::default, |(reason, _)| wire::HoldReason::from(reason).into()),
        held_at: held.map(|(_, held_at)| timestamp(held_at)),
        visit_at: order.status.visit_at().map(timestamp),
        contained_at: order.status.contained_at().map(timestamp),
        refusals: order.refusals.into(),
        releases: order.releases.iter().map(|release| ended(release, reasons)).collect(),
        adjudicated: order.is_final,
        adjudication: reasons.about(About::Adjudication(order.id)),
        split_from: order.split_from.map(|id| id.to_string()).unwrap_or_default(),
        task: task.unwrap_or_default(),
        merged_into: order.status.merged_into().map(|id| id.to_string()).unwrap_or_default(),
        paused_until,
        pause_refused,
    })
}

fn ended(release: &Release, reasons: &Reasons) -> wire_dispatch::Release {
    let named = |account: Option<AccountId>| account.map(|account| account.to_string());
    wire_dispatch::Release {
        post: release.post.to_string(),
        cause: wire::ReleaseCause::from(release.cause).into(),
        by: named(release.by).unwrap_or_default(),
        worker: named(release.worker).unwrap_or_default(),
        at: Some(timestamp(release.at)),
        reason: reasons.about(About::Offer(release.offer)),
    }
}

fn told(promise: &Promise) -> wire::Promise {
    wire::Promise {
        commitment: wire::Commitment::from(promise.commitment).into(),
        due: Some(timestamp(promise.due)),
        provisional: promise.provisional,
    }
}

const fn state(status: Status) -> WorkOrderState {
    match status {
        Status::Offered => WorkOrderState::Offered,
        Status::Taken(Taken::Claimed { .. }) => WorkOrderState::Claimed,
        Status::Taken(Taken::Assigned { .. }) => WorkOrderState::Assigned,
        Status::Taken(Taken::InProgress { .. }) => WorkOrderState::InProgress,
        Status::Taken(Taken::Contained { .. }) => WorkOrderState::Contained,
        Status::OnHold { .. } => WorkOrderState::OnHold,
        Status::Disputed { .. } => WorkOrderState::Disputed,
        Status::Completed { .. } => WorkOrderState::Completed,
        Status::Cancelled { .. } => WorkOrderState::Cancelled,
    }
}
