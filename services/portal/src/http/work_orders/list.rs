//! What is known of work orders.

use axum::{Json, extract::State};
use events::words::{HoldReason, Level, ReleaseCause, Urgency};
use jiff::Timestamp;
use proto::{
    dispatch::v1::{self as dispatch, ListWorkOrdersRequest, WorkOrderState},
    words::v1 as wire_words,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    http::{
        cases::{Account, with_names},
        extract::{Answer, Caller, Params},
        schema::{self, Refused},
        wire::{instant, lower, some, upper, word},
    },
    portal::Portal,
    refusal::Refusal,
};

const PREFIX: &str = "WORK_ORDER_STATE_";
const STATES: [&str; 9] = [
    "offered",
    "claimed",
    "assigned",
    "in-progress",
    "contained",
    "on-hold",
    "disputed",
    "completed",
    "cancelled",
];

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `offered`, `claimed`, `assigned`, `in-progress`, `contained`, `on-hold`, `disputed`, `completed`
    /// or `cancelled`.
    state: Option<String>,
    department: Option<String>,
    /// The number or id of a case.
    case: Option<String>,
    /// Only those that the asker has: claimed or assigned.
    #[serde(default)]
    mine: bool,
    /// Only this one.
    id: Option<String>,
    /// 1 to 200; 50 if it is missing.
    #[serde(default)]
    limit: u32,
    /// `next` of the page before.
    #[serde(default)]
    page: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WorkOrders {
    work_orders: Vec<WorkOrder>,
    /// The next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One department's part of a case.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct WorkOrder {
    id: String,
    /// Its case: the id, and the number that people use.
    case_id: String,
    case_number: String,
    cycle: u32,
    department: String,
    /// The post that it is offered to: `<department>/<post>`.
    post: String,
    item: String,
    place: String,
    #[schema(schema_with = schema::urgency_or_none)]
    urgency: Option<Urgency>,
    #[schema(schema_with = schema::level_or_none)]
    level: Option<Level>,
    /// `offered`, `claimed`, `assigned`, `in-progress`, `contained`, `on-hold`, `disputed`, `completed`
    /// or `cancelled`.
    state: Option<String>,
    offered_at: Option<Timestamp>,
    /// Since when who has it does: claimed or assigned.
    claimed_at: Option<Timestamp>,
    arrived_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    /// The account that has it or had it last: claimed or assigned.
    claimed_by: Option<String>,
    /// The same with a name.
    worker: Option<Account>,
    /// The promise to complete, as told to the requester.
    due: Option<Timestamp>,
    /// The highest rung of leaders told so far in this cycle; 0 for none.
    rung: u32,
    /// What was done, in the words of who completed it.
    note: Option<String>,
    /// What comes next, as its requester is told in the same one's words.
    next_steps: Option<String>,
    /// Of one that was split off: the one that it is a part of, and what is asked of its post.
    split_from: Option<String>,
    task: Option<String>,
    /// Of one that was merged: the one that has its part.
    merged_into: Option<String>,
    /// Of one on hold whose clocks wait too: at most until then.
    paused_until: Option<Timestamp>,
    /// Of one on hold whose clocks do not: `after-due`, `not-in-policy`, `denied` or `undecided`.
    pause_refused: Option<String>,
    /// What it waits for; null if it does not.
    #[schema(schema_with = schema::hold_reason_or_none)]
    held_for: Option<HoldReason>,
    held_at: Option<Timestamp>,
    /// Of one on hold: when somebody comes, as agreed with the requester.
    visit_at: Option<Timestamp>,
    /// When it was made safe, until it is completed.
    contained_at: Option<Timestamp>,
    /// How often it was refused: after the second time it is disputed.
    refusals: u32,
    /// The offers of it that ended, the oldest first.
    releases: Vec<Release>,
    /// Whether it was adjudicated, so that no post may give it away, and why.
    adjudicated: bool,
    adjudication: Option<String>,
}

/// Why a post has a work order no longer.
#[derive(Debug, Serialize, ToSchema)]
struct Release {
    /// `<department>/<post>`.
    post: String,
    /// `expired`: who had it neither came nor said why in time.
    #[schema(schema_with = schema::release_cause_or_none)]
    cause: Option<ReleaseCause>,
    /// Who said so; null if a limit passed.
    by: Option<Account>,
    /// Who had it.
    worker: Option<Account>,
    at: Option<Timestamp>,
    /// Why, in the words of who returned or transferred it.
    reason: Option<String>,
}

/// Lists work orders
///
/// Those that the asker may see, the most urgent and oldest first. Without a state and a case only
/// those that are neither completed nor cancelled.
#[utoipa::path(
    get, path = "/work-orders", tag = "work orders", params(Wanted),
    operation_id = "listWorkOrders",
    responses((status = 200, description = "A page", body = WorkOrders), Refused),
)]
pub(super) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    Params(wanted): Params<Wanted>,
) -> Answer<WorkOrders> {
    let named = WorkOrderState::from_str_name;
    let state = upper("state", wanted.state.as_deref(), PREFIX, &STATES, named)?;
    let message = ListWorkOrdersRequest {
        state: state.unwrap_or_default().into(),
        department: wanted.department.unwrap_or_default(),
        case: wanted.case.unwrap_or_default(),
        mine: wanted.mine,
        work_order: wanted.id.unwrap_or_default(),
        page_size: wanted.limit,
        page_token: wanted.page,
    };
    Ok(Json(look_up(&portal, &caller, message).await?))
}

/// What is not done, the most urgent and oldest first, and from where on there is more of it.
pub(in crate::http) async fn open(
    portal: &Portal,
    caller: &Caller,
    page_size: u32,
) -> Result<(Vec<WorkOrder>, Option<String>), Refusal> {
    let message = ListWorkOrdersRequest { page_size, ..ListWorkOrdersRequest::default() };
    let page = look_up(portal, caller, message).await?;
    Ok((page.work_orders, page.next))
}

/// A page, with what those are called who have or had to do with them.
async fn look_up(
    portal: &Portal,
    caller: &Caller,
    message: ListWorkOrdersRequest,
) -> Result<WorkOrders, Refusal> {
    let request = portal.on_behalf(caller)?.request(message);
    let answer = portal.peers.dispatch()?.list_work_orders(request).await?.into_inner();
    let mut work_orders: Vec<_> = answer.work_orders.into_iter().map(WorkOrder::from).collect();
    with_names(portal, work_orders.iter_mut().flat_map(WorkOrder::people)).await?;
    Ok(WorkOrders { work_orders, next: some(answer.next_page_token) })
}

impl WorkOrder {
    fn people(&mut self) -> impl Iterator<Item = &mut Account> {
        let released = self.releases.iter_mut();
        let released =
            released.flat_map(|release| release.by.iter_mut().chain(&mut release.worker));
        self.worker.iter_mut().chain(released)
    }
}

impl From<dispatch::Release> for Release {
    fn from(release: dispatch::Release) -> Self {
        Self {
            post: release.post,
            cause: word::<wire_words::ReleaseCause, _>(release.cause),
            by: Account::nameless(&release.by),
            worker: Account::nameless(&release.worker),
            at: instant(release.at),
            reason: some(release.reason),
        }
    }
}

impl From<dispatch::WorkOrder> for WorkOrder {
    fn from(order: dispatch::WorkOrder) -> Self {
        Self {
            urgency: word::<wire_words::Urgency, _>(order.urgency),
            level: word::<wire_words::Level, _>(order.level),
            state: lower(order.state().as_str_name(), PREFIX),
            id: order.id,
            case_id: order.case_id,
            case_number: order.case_number,
            cycle: order.cycle,
            department: order.department,
            post: order.post,
            item: order.item,
            place: order.place,
            offered_at: instant(order.offered_at),
            claimed_at: instant(order.claimed_at),
            arrived_at: instant(order.arrived_at),
            completed_at: instant(order.completed_at),
            worker: Account::nameless(&order.claimed_by),
            claimed_by: some(order.claimed_by),
            due: order.promise.and_then(|promise| instant(promise.due)),
            rung: order.rung,
            note: some(order.note),
            next_steps: some(order.next_steps),
            split_from: some(order.split_from),
            task: some(order.task),
            merged_into: some(order.merged_into),
            paused_until: instant(order.paused_until),
            pause_refused: some(order.pause_refused),
            held_for: word::<wire_words::HoldReason, _>(order.held_for),
            held_at: instant(order.held_at),
            visit_at: instant(order.visit_at),
            contained_at: instant(order.contained_at),
            refusals: order.refusals,
            releases: order.releases.into_iter().map(Release::from).collect(),
            adjudicated: order.adjudicated,
            adjudication: some(order.adjudication),
        }
    }
}
