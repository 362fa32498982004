//! What leaders do who were told that a promise is late; escalation-timer decides it.

use axum::extract::{Path, State};
use events::words::Commitment;
use jiff::Timestamp;
use proto::{
    escalation_timer::v1::{
        AcceptRiskRequest, ExtendLateRequest, GiveOrderRequest, TakeOverRequest,
    },
    words::v1 as wire_words,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::more_time::{Done, id_of};
use crate::{
    http::{
        extract::{Answer, Body, Caller, Key},
        schema::{self, Refused},
        when,
    },
    portal::Portal,
};

pub(in crate::http) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(extend))
        .routes(routes!(take_over))
        .routes(routes!(order))
        .routes(routes!(accept_risk))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Until {
    /// Until when.
    #[serde(deserialize_with = "when::instant")]
    until: Timestamp,
    /// What is late; what the requester was told if it is missing.
    #[serde(default)]
    #[schema(schema_with = schema::commitment_or_none)]
    commitment: Option<Commitment>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Late {
    /// What is late; what the requester was told if it is missing.
    #[serde(default)]
    #[schema(schema_with = schema::commitment_or_none)]
    commitment: Option<Commitment>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LeaderOrder)]
pub(in crate::http) struct Order {
    /// What is to be done, up to 2,000 characters.
    text: String,
    /// What is late; what the requester was told if it is missing.
    #[serde(default)]
    #[schema(schema_with = schema::commitment_or_none)]
    commitment: Option<Commitment>,
}

/// Extends what is late
///
/// A leader whose rung has fired gives more time: the next promise, which begins with their own rung.
/// Refused by `case-unknown`, `case-closed`, `clock-not-running`, `not-told`, `until-not-later`,
/// `until-too-far` and `until-off-hours`.
#[utoipa::path(
    post, path = "/cases/{case}/ladder/extend", tag = "clocks",
    operation_id = "extendLate", request_body = Until,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "The promise has moved", body = Done), Refused),
)]
pub(in crate::http) async fn extend(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(Until { until, commitment }): Body<Until>,
) -> Answer<Done> {
    let case_id = id_of(&portal, &caller, &case).await?;
    let (until, commitment) = (Some(delivery_rpc::timestamp(until)), late(commitment));
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(ExtendLateRequest { case_id, until, commitment });
    let answer = portal.peers.escalation_timer()?.extend_late(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

/// Takes over what is late
///
/// A leader whose rung has fired makes it their own; the ladder runs on from the rung above. Refused
/// by `case-unknown`, `case-closed`, `clock-not-running`, `not-told` and `taken-over`.
#[utoipa::path(
    post, path = "/cases/{case}/ladder/takeover", tag = "clocks",
    operation_id = "takeOver", request_body = Late,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is theirs", body = Done), Refused),
)]
pub(in crate::http) async fn take_over(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(Late { commitment }): Body<Late>,
) -> Answer<Done> {
    let case_id = id_of(&portal, &caller, &case).await?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(TakeOverRequest { case_id, commitment: late(commitment) });
    let answer = portal.peers.escalation_timer()?.take_over(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

/// Gives an order
///
/// A leader whose rung has fired says what is to be done; the ladder runs on. It is shown with the
/// clocks of the case, but not to its requester. Refused by `case-unknown`, `case-closed`,
/// `clock-not-running` and `not-told`.
#[utoipa::path(
    post, path = "/cases/{case}/ladder/order", tag = "clocks",
    operation_id = "giveOrder", request_body = Order,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is on record", body = Done), Refused),
)]
pub(in crate::http) async fn order(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(Order { text, commitment }): Body<Order>,
) -> Answer<Done> {
    let case_id = id_of(&portal, &caller, &case).await?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(GiveOrderRequest { case_id, text, commitment: late(commitment) });
    let answer = portal.peers.escalation_timer()?.give_order(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

/// Accepts the risk
///
/// A leader of the top two rungs, whose rung has fired, answers for the lateness until a date, which
/// the requester is shown; the ladder rests till then. Refused by `case-unknown`, `case-closed`,
/// `clock-not-running`, `not-told`, `rung-too-low`, `until-not-later` and `until-too-far`.
#[utoipa::path(
    post, path = "/cases/{case}/ladder/accept-risk", tag = "clocks",
    operation_id = "acceptRisk", request_body = Until,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "The ladder rests", body = Done), Refused),
)]
pub(in crate::http) async fn accept_risk(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(Until { until, commitment }): Body<Until>,
) -> Answer<Done> {
    let case_id = id_of(&portal, &caller, &case).await?;
    let (until, commitment) = (Some(delivery_rpc::timestamp(until)), late(commitment));
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(AcceptRiskRequest { case_id, until, commitment });
    let answer = portal.peers.escalation_timer()?.accept_risk(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

fn late(commitment: Option<Commitment>) -> i32 {
    commitment.map(wire_words::Commitment::from).unwrap_or_default().into()
}
