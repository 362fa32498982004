//! More time for the clocks of a case: extensions and pauses, which escalation-timer decides.

use authz::Action;
use axum::{
    Json,
    extract::{Path, State},
};
use clock::WorkOrderId;
use events::words::{CaseRef, HoldReason, Service};
use jiff::Timestamp;
use proto::{
    escalation_timer::v1::{
        ApproveExtensionRequest, ApprovePauseRequest, AskExtensionRequest, AskPauseRequest,
        RefuseExtensionRequest, RefusePauseRequest,
    },
    words::v1 as wire_words,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reference;
use crate::{
    head::Head,
    http::{
        cases::show::find,
        extract::{Answer, Body, Caller, Key},
        schema::{self, Refused},
        when,
    },
    portal::Portal,
    refusal::Refusal,
};

/// What a command did to the clocks of a case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClocksChanged)]
pub(in crate::http) struct Done {
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

impl Done {
    pub(super) fn answered(head: Option<proto::delivery::v1::Head>) -> Json<Self> {
        Json(Self { head: Head::answered(Service::EscalationTimer, head) })
    }
}

/// The id of a case that is named in a path: only the boards know numbers.
pub(super) async fn id_of(portal: &Portal, caller: &Caller, case: &str) -> Result<String, Refusal> {
    match reference(case)? {
        CaseRef::Id(id) => Ok(id.to_string()),
        number @ CaseRef::Number(_) => {
            let found = find(portal, caller, number, Action::ListClocks).await?;
            Ok(found.case.id.to_string())
        }
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct MoreTime {
    /// Until when: an hour that counts for the promise.
    #[serde(deserialize_with = "when::instant")]
    until: Timestamp,
    /// What the work waits for.
    #[schema(schema_with = schema::hold_reason)]
    reason: HoldReason,
}

/// Asks for an extension
///
/// Of the promise that the requester was told, before it is due; the post that the policy names
/// decides. Refused by `case-unknown`, `case-closed`, `clock-not-running`, `promise-expired`,
/// `extension-pending`, `extension-not-in-policy`, `until-not-later`, `until-too-far` and
/// `until-off-hours`.
#[utoipa::path(
    post, path = "/cases/{case}/extension/ask", tag = "clocks",
    operation_id = "askExtension", request_body = MoreTime,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Somebody is to decide", body = Done), Refused),
)]
pub(in crate::http) async fn ask_extension(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(MoreTime { until, reason }): Body<MoreTime>,
) -> Answer<Done> {
    let case_id = id_of(&portal, &caller, &case).await?;
    let (until, reason) =
        (Some(delivery_rpc::timestamp(until)), wire_words::HoldReason::from(reason).into());
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(AskExtensionRequest { case_id, until, reason });
    let answer = portal.peers.escalation_timer()?.ask_extension(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

/// Approves an extension
///
/// The next promise, which the requester is told. Refused by `case-unknown`, `case-closed`,
/// `clock-not-running`, `extension-not-asked`, `not-approver` and `until-not-later`.
#[utoipa::path(
    post, path = "/cases/{case}/extension/approve", tag = "clocks",
    operation_id = "approveExtension",
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "The promise has moved", body = Done), Refused),
)]
pub(in crate::http) async fn approve_extension(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
) -> Answer<Done> {
    let case_id = id_of(&portal, &caller, &case).await?;
    let request = portal.on_behalf(&caller)?.idempotent(key);
    let request = request.request(ApproveExtensionRequest { case_id });
    let answer = portal.peers.escalation_timer()?.approve_extension(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

/// Refuses an extension
///
/// The promise holds as it was. Refused by `case-unknown`, `case-closed`, `clock-not-running`,
/// `extension-not-asked` and `not-approver`.
#[utoipa::path(
    post, path = "/cases/{case}/extension/refuse", tag = "clocks",
    operation_id = "refuseExtension",
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "There is no more time", body = Done), Refused),
)]
pub(in crate::http) async fn refuse_extension(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
) -> Answer<Done> {
    let case_id = id_of(&portal, &caller, &case).await?;
    let request = portal.on_behalf(&caller)?.idempotent(key);
    let request = request.request(RefuseExtensionRequest { case_id });
    let answer = portal.peers.escalation_timer()?.refuse_extension(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct PauseFor {
    /// Which work order; the newest that waits if it is missing.
    #[schema(value_type = Option<uuid::Uuid>)]
    #[serde(default)]
    work_order: Option<WorkOrderId>,
    /// In words, up to 2,000 characters; may be missing where the policy asks for none.
    #[serde(default)]
    evidence: String,
}

/// Asks for a pause
///
/// A hold asks by itself; this gives the evidence that the policy asks for, or asks again after a no.
/// Refused by `case-unknown`, `case-closed`, `not-on-hold`, `reason-never-pauses`,
/// `pause-not-in-policy`, `pause-pending`, `pause-granted` and `promise-expired`.
#[utoipa::path(
    post, path = "/cases/{case}/pause/ask", tag = "clocks",
    operation_id = "askPause", request_body = PauseFor,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "It is asked", body = Done), Refused),
)]
pub(in crate::http) async fn ask_pause(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(PauseFor { work_order, evidence }): Body<PauseFor>,
) -> Answer<Done> {
    let case_id = id_of(&portal, &caller, &case).await?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request =
        call.request(AskPauseRequest { case_id, work_order: named(work_order), evidence });
    let answer = portal.peers.escalation_timer()?.ask_pause(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct PauseOf {
    /// Of which work order; the newest that waits if it is missing.
    #[schema(value_type = Option<uuid::Uuid>)]
    #[serde(default)]
    work_order: Option<WorkOrderId>,
}

/// Approves a pause
///
/// The clocks that are not due yet wait with the work, from the hold on, until it is resumed or the
/// cap passes. Refused by `case-unknown`, `case-closed`, `not-on-hold`, `pause-not-asked`,
/// `pause-not-in-policy`, `not-approver`, `evidence-missing` and `promise-expired`.
#[utoipa::path(
    post, path = "/cases/{case}/pause/approve", tag = "clocks",
    operation_id = "approvePause", request_body = PauseOf,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "The clocks wait", body = Done), Refused),
)]
pub(in crate::http) async fn approve_pause(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(PauseOf { work_order }): Body<PauseOf>,
) -> Answer<Done> {
    let case_id = id_of(&portal, &caller, &case).await?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(ApprovePauseRequest { case_id, work_order: named(work_order) });
    let answer = portal.peers.escalation_timer()?.approve_pause(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

/// Refuses a pause
///
/// The work waits and its clocks do not. Refused by `case-unknown`, `case-closed`, `not-on-hold`,
/// `pause-not-asked` and `not-approver`.
#[utoipa::path(
    post, path = "/cases/{case}/pause/refuse", tag = "clocks",
    operation_id = "refusePause", request_body = PauseOf,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "The clocks run", body = Done), Refused),
)]
pub(in crate::http) async fn refuse_pause(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(PauseOf { work_order }): Body<PauseOf>,
) -> Answer<Done> {
    let case_id = id_of(&portal, &caller, &case).await?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(RefusePauseRequest { case_id, work_order: named(work_order) });
    let answer = portal.peers.escalation_timer()?.refuse_pause(request).await?.into_inner();
    Ok(Done::answered(answer.head))
}

fn named(work_order: Option<WorkOrderId>) -> String {
    work_order.map(|id| id.to_string()).unwrap_or_default()
}
