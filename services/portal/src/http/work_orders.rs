//! Work orders, which dispatch owns.

use axum::{
    Json,
    extract::{Path, State},
};
use clock::{AccountId, WorkOrderId};
use events::words::{Level, Service, Urgency};
use jiff::Timestamp;
use proto::{
    dispatch::v1::{
        self as dispatch, ArriveRequest, AssignRequest, ClaimRequest, CompleteRequest,
        ListWorkOrdersRequest, WorkOrderState,
    },
    words::v1 as wire_words,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    cases::Account,
    extract::{Answer, Body, Caller, Key, Params, id},
    schema::{self, Refused},
    wire::{instant, lower, some, upper, word},
};
use crate::{head::Head, portal::Portal, refusal::Refusal, store::accounts};

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
struct WorkOrder {
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
}

/// Lists work orders
///
/// Those that the asker may see, the most urgent and oldest first.
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
    let request = portal.on_behalf(&caller)?.request(ListWorkOrdersRequest {
        state: state.unwrap_or_default().into(),
        department: wanted.department.unwrap_or_default(),
        case: wanted.case.unwrap_or_default(),
        mine: wanted.mine,
        page_size: wanted.limit,
        page_token: wanted.page,
    });
    let answer = portal.peers.dispatch()?.list_work_orders(request).await?.into_inner();
    let mut work_orders: Vec<_> = answer.work_orders.into_iter().map(WorkOrder::from).collect();
    name_workers(&portal, &mut work_orders).await?;
    Ok(Json(WorkOrders { work_orders, next: some(answer.next_page_token) }))
}

/// What a command did to a work order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkDone)]
pub(super) struct Done {
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

impl Done {
    fn answered(head: Option<proto::delivery::v1::Head>) -> Json<Self> {
        Json(Self { head: Head::answered(Service::Dispatch, head) })
    }
}

fn work_order(text: &str) -> Result<String, Refusal> {
    Ok(id::<WorkOrderId>(text, "no-such-work-order", "work order")?.to_string())
}

/// Claims a work order
///
/// Of two at once, one does; the other is refused by `already-claimed`. Else it is refused by
/// `no-such-work-order`, `already-completed`, `work-order-cancelled` and `case-closed`.
#[utoipa::path(
    post, path = "/work-orders/{id}/claim", tag = "work orders",
    operation_id = "claimWorkOrder",
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is the asker's", body = Done), Refused),
)]
pub(super) async fn claim(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
) -> Answer<Done> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(ClaimRequest { work_order: work_order(&id)? });
    let answer = portal.peers.dispatch()?.claim(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assignment {
    /// The account that is to do it, by its login name or id.
    to: String,
}

/// Assigns a work order
///
/// Somebody of its department is told to do it, whether it was claimed or not. Refused by
/// `no-such-work-order`, `assignment-invalid`, `no-such-worker` (who holds no post of the department),
/// `not-deciding` (the asker holds none that decides), `already-theirs`, `already-begun`, `disputed`,
/// `already-completed`, `work-order-cancelled` and `case-closed`.
#[utoipa::path(
    post, path = "/work-orders/{id}/assign", tag = "work orders",
    operation_id = "assignWorkOrder", request_body = Assignment,
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is theirs", body = Done), Refused),
)]
pub(super) async fn assign(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
    Body(Assignment { to }): Body<Assignment>,
) -> Answer<Done> {
    let to = worker(&portal, to).await?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(AssignRequest { work_order: work_order(&id)?, to });
    let answer = portal.peers.dispatch()?.assign(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

/// The id of an account that is called by its login name. Whether there is one is nobody's business
/// who may not assign, so one that there is not is nobody, which dispatch refuses as a worker.
async fn worker(portal: &Portal, named: String) -> Result<String, Refusal> {
    if named.is_empty() || named.parse::<AccountId>().is_ok() {
        return Ok(named);
    }
    let login = accounts::by_login(portal.pool(), &named).await?;
    let account = login.filter(|login| !login.is_closed).map(|login| login.account);
    Ok(account.unwrap_or(AccountId::from_uuid(Uuid::nil())).to_string())
}

/// Records the arrival
///
/// The asker, who has it, is on site. Refused by `no-such-work-order`, `not-yours`, `not-claimed`,
/// `already-arrived`, `on-hold`, `disputed`, `already-completed`, `work-order-cancelled` and
/// `case-closed`.
#[utoipa::path(
    post, path = "/work-orders/{id}/arrive", tag = "work orders",
    operation_id = "arriveForWorkOrder",
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is in progress", body = Done), Refused),
)]
pub(super) async fn arrive(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
) -> Answer<Done> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(ArriveRequest { work_order: work_order(&id)? });
    let answer = portal.peers.dispatch()?.arrive(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Completion {
    /// What was done, up to 2,000 characters.
    #[serde(default)]
    note: String,
}

/// Completes a work order
///
/// The asker, who has it, is done. Refused by `no-such-work-order`, `not-yours`, `not-claimed`,
/// `disputed`, `already-completed`, `work-order-cancelled` and `case-closed`.
#[utoipa::path(
    post, path = "/work-orders/{id}/complete", tag = "work orders",
    operation_id = "completeWorkOrder", request_body = Completion,
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is completed", body = Done), Refused),
)]
pub(super) async fn complete(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
    Body(Completion { note }): Body<Completion>,
) -> Answer<Done> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(CompleteRequest { work_order: work_order(&id)?, note });
    let answer = portal.peers.dispatch()?.complete(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

/// Says who the workers are.
async fn name_workers(portal: &Portal, work_orders: &mut [WorkOrder]) -> Result<(), Refusal> {
    let workers = work_orders.iter().filter_map(|order| order.worker.as_ref());
    let workers: Vec<_> = workers.map(|worker| worker.id).collect();
    let names = accounts::names(portal.pool(), &portal.masters(), &workers).await?;
    for worker in work_orders.iter_mut().filter_map(|order| order.worker.as_mut()) {
        worker.name = names.get(&worker.id).cloned();
    }
    Ok(())
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
            worker: order.claimed_by.parse().ok().map(|id| Account { id, name: None }),
            claimed_by: some(order.claimed_by),
            due: order.promise.and_then(|promise| instant(promise.due)),
            rung: order.rung,
            note: some(order.note),
        }
    }
}
