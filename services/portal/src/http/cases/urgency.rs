use axum::{
    Json,
    extract::{Path, State},
};
use events::words::{Service, Urgency};
use proto::{intake::v1::ChangeUrgencyRequest, words::v1 as wire_words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{reference, views::Promise};
use crate::{
    head::Head,
    http::{
        extract::{Answer, Body, Caller, Key},
        schema::{self, Refused},
    },
    portal::Portal,
};

/// How much haste a case is to have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Haste {
    #[schema(schema_with = schema::urgency)]
    urgency: Urgency,
    /// In words, up to 500 characters; may be missing if it is raised.
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Hurried {
    /// The next promises; the first is the one to tell.
    promises: Vec<Promise>,
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Changes the urgency of a case
///
/// Raises it, or lowers it, which needs authority of its own and a reason; both make the next
/// promises. Refused by `case-unknown`, `urgency-invalid`, `reason-missing`, `urgency-unchanged`,
/// `case-completed` and `case-closed`.
#[utoipa::path(
    post, path = "/cases/{case}/urgency", tag = "cases",
    operation_id = "changeUrgency", request_body = Haste,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Promised anew", body = Hurried), Refused),
)]
pub(in crate::http) async fn change(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(Haste { urgency, reason }): Body<Haste>,
) -> Answer<Hurried> {
    reference(&case)?;
    let urgency = wire_words::Urgency::from(urgency).into();
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(ChangeUrgencyRequest { case, urgency, reason });
    let answer = portal.peers.intake()?.change_urgency(request).await?.into_inner();
    Ok(Json(Hurried {
        promises: answer.promises.into_iter().map(Promise::from).collect(),
        head: Head::answered(Service::Intake, answer.head),
    }))
}
