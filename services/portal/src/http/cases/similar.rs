//! What somebody may be speaking of who reports something that others reported before.

use axum::{Json, extract::State};
use events::words::Urgency;
use jiff::Timestamp;
use proto::{
    intake::v1::{self as intake, FindSimilarRequest},
    words::v1 as wire_words,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    http::{
        extract::{Answer, Caller, Params},
        schema::{self, Refused},
        wire::{instant, lower, sent, word},
    },
    portal::Portal,
    refusal::Refusal,
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Reported {
    /// The service item.
    #[param(example = "water-leak")]
    item: String,
    /// Where it is; may be missing when the campus phone tells it.
    #[serde(default)]
    place: String,
    /// The campus phone that the call comes from.
    #[serde(default)]
    campus_phone: String,
}

/// A case that is open, and that others may join.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct SimilarCase {
    id: Uuid,
    #[schema(example = "2026-09-000123")]
    number: String,
    place: String,
    /// Always `open`: who reports what is completed opens a case that follows it.
    state: Option<String>,
    #[schema(schema_with = schema::urgency_or_none)]
    urgency: Option<Urgency>,
    received_at: Option<Timestamp>,
    /// How many persons reported it.
    reporters: u32,
    /// The promise to the requester.
    due: Option<Timestamp>,
    /// It is an incident, which is joined as one.
    incident: bool,
}

impl SimilarCase {
    fn of(similar: intake::SimilarCase) -> Result<Self, Refusal> {
        let case = sent(similar.summary, "case")?;
        Ok(Self {
            id: sent(case.id.parse().ok(), "case id")?,
            state: lower(case.state().as_str_name(), "CASE_STATE_"),
            number: case.number,
            place: case.place,
            urgency: word::<wire_words::Urgency, _>(case.urgency),
            received_at: instant(case.received_at),
            reporters: similar.reporters,
            due: case.promise.and_then(|promise| instant(promise.due)),
            incident: similar.incident,
        })
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct SimilarCases {
    cases: Vec<SimilarCase>,
}

/// Finds similar cases
///
/// Before another one is opened: those of the item that are open, in or around the place and received
/// within the hours of its policy (72, if that does not say), and the incidents that cover the place; of
/// those that the asker may see, the newest first, at most 10. Who joins one is told all that follows.
/// Refused by `list-invalid` with a violation for each field that is wrong, and by `no-definitions`.
#[utoipa::path(
    get, path = "/cases/similar", tag = "cases", params(Reported),
    operation_id = "findSimilarCases",
    responses((status = 200, description = "Those there are", body = SimilarCases), Refused),
)]
pub(in crate::http) async fn find(
    State(portal): State<Portal>,
    caller: Caller,
    Params(Reported { item, place, campus_phone }): Params<Reported>,
) -> Answer<SimilarCases> {
    let request = FindSimilarRequest { item, place, campus_phone, before: String::new() };
    let request = portal.on_behalf(&caller)?.request(request);
    let answer = portal.peers.intake()?.find_similar(request).await?.into_inner();
    let cases = answer.cases.into_iter().map(SimilarCase::of).collect::<Result<_, _>>()?;
    Ok(Json(SimilarCases { cases }))
}

/// What a case that was just accepted may be a duplicate of. Nobody waits for it long: the case is there
/// whether it is known or not.
pub(super) async fn to(
    portal: &Portal,
    caller: &Caller,
    accepted: FindSimilarRequest,
) -> Vec<SimilarCase> {
    let found = async {
        let request = portal.on_behalf_in_passing(caller)?.request(accepted);
        let answer = portal.peers.intake()?.find_similar(request).await?.into_inner();
        answer.cases.into_iter().map(SimilarCase::of).collect::<Result<Vec<_>, Refusal>>()
    };
    found.await.unwrap_or_else(|refusal| {
        refusal.log();
        Vec::new()
    })
}
