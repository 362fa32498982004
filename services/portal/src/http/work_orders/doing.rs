//! What is done with a work order by who does the work, and who is told to.

use axum::extract::{Path, State};
use events::words::HoldReason;
use jiff::Timestamp;
use proto::{
    dispatch::v1::{
        ArriveRequest, AssignRequest, ClaimRequest, CompleteRequest, ContainRequest, HoldRequest,
        ResumeRequest,
    },
    words::v1 as wire_words,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Done, work_order};
use crate::{
    http::{
        extract::{Answer, Body, Caller, Key},
        schema::{self, Refused},
        when,
        wire::upper,
    },
    portal::Portal,
    store::accounts,
};

/// Claims a work order
///
/// Of two at once, one does; the other is refused by `already-claimed`. Else it is refused by
/// `no-such-work-order`, `not-trained` (an assistant of whom no training for the item is recorded),
/// `already-completed`, `work-order-cancelled`, `case-closed` and `concerned-by-the-complaint` (whoever
/// worked on what is complained of).
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
/// `on-leave` (choose who stands in), `not-trained` (an assistant without the training), `not-deciding`
/// (the asker holds none that decides), `already-theirs`, `already-begun`, `disputed`,
/// `already-completed`, `work-order-cancelled`, `case-closed` and `concerned-by-the-complaint`.
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
    let to = accounts::called(portal.pool(), to).await?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(AssignRequest { work_order: work_order(&id)?, to });
    let answer = portal.peers.dispatch()?.assign(request).await?.into_inner();
    Ok(Done::answered(answer.head))
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

/// Records that the danger is over
///
/// The asker, who has it, made a critical one safe; the repair goes on as an urgent one. Refused by
/// `no-such-work-order`, `not-yours`, `not-claimed`, `not-arrived`, `not-critical`,
/// `already-contained`, `on-hold`, `disputed`, `already-completed`, `work-order-cancelled` and
/// `case-closed`.
#[utoipa::path(
    post, path = "/work-orders/{id}/contain", tag = "work orders",
    operation_id = "containWorkOrder",
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is made safe", body = Done), Refused),
)]
pub(super) async fn contain(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
) -> Answer<Done> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(ContainRequest { work_order: work_order(&id)? });
    let answer = portal.peers.dispatch()?.contain(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiting {
    /// What it waits for.
    #[schema(schema_with = schema::hold_reason)]
    reason: String,
    /// When somebody comes, as agreed with the requester, who is told it.
    #[serde(default, deserialize_with = "when::optional")]
    visit_at: Option<Timestamp>,
}

/// Holds a work order
///
/// The work of the asker, who has it, waits. Whether a clock pauses for it is another question.
/// Refused by `visit-past`, `no-such-work-order`, `not-yours`, `not-claimed`, `on-hold`, `disputed`,
/// `already-completed`, `work-order-cancelled` and `case-closed`.
#[utoipa::path(
    post, path = "/work-orders/{id}/hold", tag = "work orders",
    operation_id = "holdWorkOrder", request_body = Waiting,
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It waits", body = Done), Refused),
)]
pub(super) async fn hold(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
    Body(Waiting { reason, visit_at }): Body<Waiting>,
) -> Answer<Done> {
    let allowed: Vec<_> = HoldReason::ALL.iter().map(|reason| reason.word()).collect();
    let named = wire_words::HoldReason::from_str_name;
    let reason = upper("reason", Some(&reason), "HOLD_REASON_", &allowed, named)?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let reason = reason.unwrap_or_default().into();
    let visit_at = visit_at.map(delivery_rpc::timestamp);
    let request = call.request(HoldRequest { work_order: work_order(&id)?, reason, visit_at });
    let answer = portal.peers.dispatch()?.hold(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

/// Resumes a work order
///
/// It goes on as before the hold. Refused by `no-such-work-order`, `not-yours`, `not-claimed`,
/// `not-on-hold`, `disputed`, `already-completed`, `work-order-cancelled` and `case-closed`.
#[utoipa::path(
    post, path = "/work-orders/{id}/resume", tag = "work orders",
    operation_id = "resumeWorkOrder",
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It goes on", body = Done), Refused),
)]
pub(super) async fn resume(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
) -> Answer<Done> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(ResumeRequest { work_order: work_order(&id)? });
    let answer = portal.peers.dispatch()?.resume(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Completion {
    /// What was done, up to 2,000 characters.
    #[serde(default)]
    note: String,
    /// What comes next, up to 2,000 characters: the requester is told it.
    #[serde(default)]
    next_steps: String,
}

/// Completes a work order
///
/// The asker, who has it, is done. Refused by `note-too-long`, `next-steps-too-long`,
/// `no-such-work-order`, `not-yours`, `not-claimed`, `disputed`, `already-completed`,
/// `work-order-cancelled` and `case-closed`.
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
    Body(Completion { note, next_steps }): Body<Completion>,
) -> Answer<Done> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let work_order = work_order(&id)?;
    let request = call.request(CompleteRequest { work_order, note, next_steps });
    let answer = portal.peers.dispatch()?.complete(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}
