use authz::Action;
use axum::{
    Json,
    extract::{Path, State},
};
use events::words::Service;
use jiff::Timestamp;
use proto::intake::v1::ChaseCaseRequest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    reference,
    show::find,
    steps::{self, Reader},
};
use crate::{
    head::Head,
    http::{
        alarms::PersonAtRisk,
        extract::{Answer, Body, Caller, Key},
        schema::Refused,
        wire::instant,
    },
    portal::Portal,
    store::timeline,
};

/// The step that is the asking itself, and no reply.
const CHASED: &str = "case.chased";

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Said)]
pub(in crate::http) struct Said {
    /// In words, up to 4,000 characters; may be missing.
    #[serde(default)]
    text: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Chased {
    /// How often the case was chased, over all its cycles and with this time.
    chases: u32,
    /// It came within 24 hours of the one before: the head hears of it too.
    to_head: bool,
    /// What the requester was told last.
    last_reply: Option<Reply>,
    /// Until when it is promised now.
    due: Option<Timestamp>,
    /// Who is at risk by what was said; absent for who reports for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_at_risk: Option<PersonAtRisk>,
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// The newest step of the case that its requester is told of.
#[derive(Debug, Serialize, ToSchema)]
struct Reply {
    at: Timestamp,
    /// Such as `workorder.claimed`.
    what: String,
}

/// Chases a case
///
/// Asks again for what is not done yet (催单): counted, told to who has it, never a new case; the
/// second within 24 hours is told to the head too. Answers with what is known to tell. Refused by
/// `case-unknown`, `text-too-long`, `case-completed` and `case-closed`, whose message says what to do
/// instead.
#[utoipa::path(
    post, path = "/cases/{case}/chase", tag = "cases",
    operation_id = "chaseCase", request_body = Said,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Counted", body = Chased), Refused),
)]
pub(in crate::http) async fn chase(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(Said { text }): Body<Said>,
) -> Answer<Chased> {
    let named = reference(&case)?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(ChaseCaseRequest { case, text });
    let answer = portal.peers.intake()?.chase_case(request).await?.into_inner();
    // It is counted: what the boards do not know cannot be told, and is no reason to refuse.
    let found = find(&portal, &caller, named, Action::GetCase).await.ok();
    let (mut last_reply, mut due) = (None, None);
    if let Some(found) = found {
        due = found.case.due;
        let steps = timeline::of(portal.pool(), found.case.id).await?.into_iter().rev();
        let mut told = steps.filter_map(|step| steps::told(Reader::Requester, step));
        let reply = told.find(|step| step.what != CHASED);
        last_reply = reply.map(|step| Reply { at: step.at, what: step.what });
    }
    Ok(Json(Chased {
        chases: answer.chases,
        to_head: answer.to_head,
        last_reply,
        due: due.or_else(|| answer.promise.and_then(|promise| instant(promise.due))),
        person_at_risk: PersonAtRisk::told(answer.person_at_risk)?,
        head: Head::answered(Service::Intake, answer.head),
    }))
}
