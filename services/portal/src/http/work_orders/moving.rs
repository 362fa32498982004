//! To whom a work order goes.

use axum::extract::{Path, State};
use proto::dispatch::v1::{AdjudicateRequest, ReassignRequest, ReturnRequest, TransferRequest};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Done, work_order};
use crate::{
    http::{
        extract::{Answer, Body, Caller, Key},
        schema::Refused,
    },
    portal::Portal,
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Refusing {
    /// Why it is not theirs, 1 to 2,000 characters.
    reason: String,
}

/// Returns a work order
///
/// What another post transferred goes back to it; after the second refusal it is disputed. By who has
/// it, or by who decides for the department. Refused by `no-such-work-order`, `return-invalid`,
/// `not-deciding`, `not-transferred`, `adjudicated`, `disputed`, `already-completed`,
/// `work-order-cancelled`, `case-closed` and `concerned-by-the-complaint`.
#[utoipa::path(
    post, path = "/work-orders/{id}/return", tag = "work orders",
    operation_id = "returnWorkOrder", request_body = Refusing,
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It went back", body = Done), Refused),
)]
pub(super) async fn back(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
    Body(Refusing { reason }): Body<Refusing>,
) -> Answer<Done> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(ReturnRequest { work_order: work_order(&id)?, reason });
    let answer = portal.peers.dispatch()?.r#return(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Transfer {
    /// `<department>/<post>` whose it is.
    to: String,
    /// Why, 1 to 2,000 characters.
    reason: String,
}

/// Transfers a work order
///
/// It is offered to the post whose it is, by who decides for the department that has it; once it was
/// refused before, it is disputed instead. Refused by `no-such-work-order`, `transfer-invalid`,
/// `no-such-post`, `not-accepting`, `not-deciding`, `same-post`, `came-from-there`, `adjudicated`,
/// `disputed`, `already-completed`, `work-order-cancelled`, `case-closed` and
/// `concerned-by-the-complaint`.
#[utoipa::path(
    post, path = "/work-orders/{id}/transfer", tag = "work orders",
    operation_id = "transferWorkOrder", request_body = Transfer,
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It left the post", body = Done), Refused),
)]
pub(super) async fn transfer(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
    Body(Transfer { to, reason }): Body<Transfer>,
) -> Answer<Done> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(TransferRequest { work_order: work_order(&id)?, to, reason });
    let answer = portal.peers.dispatch()?.transfer(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Reassignment {
    /// `<department>/<post>` that gets it.
    to: String,
}

/// Reassigns a work order
///
/// It is offered to another post, or anew to the one where somebody has it. A dispatcher may, to
/// whichever post; the department's head, and a leader who was told of the case, within the
/// department. Refused by `no-such-work-order`, `reassignment-invalid`, `no-such-post`,
/// `not-accepting`, `other-department`, `same-post`, `adjudicated`, `disputed`, `already-completed`,
/// `work-order-cancelled`, `case-closed` and `concerned-by-the-complaint`.
#[utoipa::path(
    post, path = "/work-orders/{id}/reassign", tag = "work orders",
    operation_id = "reassignWorkOrder", request_body = Reassignment,
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is offered there", body = Done), Refused),
)]
pub(super) async fn reassign(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
    Body(Reassignment { to }): Body<Reassignment>,
) -> Answer<Done> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(ReassignRequest { work_order: work_order(&id)?, to });
    let answer = portal.peers.dispatch()?.reassign(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Adjudication {
    /// `<department>/<post>` that has to do it.
    to: String,
    /// Why, 1 to 2,000 characters.
    reason: String,
}

/// Adjudicates a work order
///
/// Whose a disputed one is, for good: by the hall director, and by the duty counsellor if it is
/// critical. Refused by `no-such-work-order`, `adjudication-invalid`, `no-such-post`,
/// `not-accepting`, `not-disputed`, `not-critical`, `adjudicated`, `already-completed`,
/// `work-order-cancelled`, `case-closed` and `concerned-by-the-complaint`.
#[utoipa::path(
    post, path = "/work-orders/{id}/adjudicate", tag = "work orders",
    operation_id = "adjudicateWorkOrder", request_body = Adjudication,
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is offered there for good", body = Done), Refused),
)]
pub(super) async fn adjudicate(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
    Body(Adjudication { to, reason }): Body<Adjudication>,
) -> Answer<Done> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(AdjudicateRequest { work_order: work_order(&id)?, to, reason });
    let answer = portal.peers.dispatch()?.adjudicate(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}
