//! What more than one post does for a case.

use axum::extract::{Path, State};
use proto::dispatch::v1::{MergeRequest, SplitRequest};
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
pub(super) struct Part {
    /// `<department>/<post>` that is asked.
    to: String,
    /// What is asked of it, 1 to 2,000 characters.
    task: String,
}

/// Splits a work order
///
/// A part of it is offered to another post, as a further work order of the case; what it was split off
/// goes on. By who has it, by who decides for the department that has it, or by a dispatcher. That post
/// may return it. Refused by `no-such-work-order`, `split-invalid`, `no-such-post`, `not-accepting`,
/// `not-deciding`, `post-has-one`, `too-many-work-orders`, `disputed`, `already-completed`,
/// `work-order-cancelled`, `case-closed` and `concerned-by-the-complaint`.
#[utoipa::path(
    post, path = "/work-orders/{id}/split", tag = "work orders",
    operation_id = "splitWorkOrder", request_body = Part,
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "The part is offered there", body = Done), Refused),
)]
pub(super) async fn split(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
    Body(Part { to, task }): Body<Part>,
) -> Answer<Done> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(SplitRequest { work_order: work_order(&id)?, to, task });
    let answer = portal.peers.dispatch()?.split(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Merging {
    /// The id of the work order that has its part from now on.
    into: String,
}

/// Merges a work order
///
/// Another open work order of the same case and cycle has its part from now on, and it is cancelled;
/// who worked on it stays on record. By a dispatcher, or by who decides for the department that has
/// both. Refused by `no-such-work-order`, `merge-invalid`, `not-deciding`, `other-department`,
/// `into-itself`, `not-in-this-case`, `other-cycle`, `into-no-post`, `adjudicated`, `disputed`,
/// `already-completed`, `work-order-cancelled` and `case-closed`.
#[utoipa::path(
    post, path = "/work-orders/{id}/merge", tag = "work orders",
    operation_id = "mergeWorkOrder", request_body = Merging,
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "The other one has its part", body = Done), Refused),
)]
pub(super) async fn merge(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(id): Path<String>,
    Body(Merging { into }): Body<Merging>,
) -> Answer<Done> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(MergeRequest { work_order: work_order(&id)?, into });
    let answer = portal.peers.dispatch()?.merge(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}
