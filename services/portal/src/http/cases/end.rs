use axum::{
    Json,
    extract::{Path, State},
};
use events::words::Service;
use proto::intake::v1::{ReopenCaseRequest, WithdrawCaseRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{reference, views::Promise};
use crate::{
    head::Head,
    http::{
        extract::{Answer, Body, Caller, Key},
        schema::Refused,
    },
    portal::Portal,
};

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Reason)]
pub(in crate::http) struct Because {
    /// In words, up to 500 characters; may be missing.
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Withdrawn {
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Withdraws a case
///
/// Its requester does not want it any more. Refused by `case-unknown`,
/// `case-completed`, `case-closed`, `case-is-incident`, and `others-reported` where others wait for it too:
/// the desk takes whoever does not off it.
#[utoipa::path(
    post, path = "/cases/{case}/withdraw", tag = "cases",
    operation_id = "withdrawCase", request_body = Because,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Withdrawn", body = Withdrawn), Refused),
)]
pub(in crate::http) async fn withdraw(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(Because { reason }): Body<Because>,
) -> Answer<Withdrawn> {
    reference(&case)?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(WithdrawCaseRequest { case, reason });
    let answer = portal.peers.intake()?.withdraw_case(request).await?.into_inner();
    Ok(Json(Withdrawn { head: Head::answered(Service::Intake, answer.head) }))
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Reopened {
    /// The cycle that begins.
    cycle: u32,
    promises: Vec<Promise>,
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Reopens a case
///
/// "Not solved", within 7 days of closing (30 when nobody could be reached). Refused by
/// `case-unknown`, `case-open`, `end-is-final` and `reopen-window-over`.
#[utoipa::path(
    post, path = "/cases/{case}/reopen", tag = "cases",
    operation_id = "reopenCase", request_body = Because,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "The next cycle", body = Reopened), Refused),
)]
pub(in crate::http) async fn reopen(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(Because { reason }): Body<Because>,
) -> Answer<Reopened> {
    reference(&case)?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(ReopenCaseRequest { case, reason });
    let answer = portal.peers.intake()?.reopen_case(request).await?.into_inner();
    Ok(Json(Reopened {
        cycle: answer.cycle,
        promises: answer.promises.into_iter().map(Promise::from).collect(),
        head: Head::answered(Service::Intake, answer.head),
    }))
}
