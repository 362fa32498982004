use axum::{
    Json,
    extract::{Path, State},
};
use proto::intake::v1::{self as intake, CaseState, GetIncidentRequest, ListIncidentsRequest};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Incident;
use crate::{
    http::{
        cases::{reference, views::Case},
        extract::{Answer, Caller, Params},
        schema::Refused,
        wire::{sent, some, upper},
    },
    portal::Portal,
    refusal::Refusal,
};

const STATES: [&str; 3] = ["open", "resolved", "closed"];

/// An incident, which is a case.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ShownIncident {
    case: Case,
    incident: Incident,
    /// What to tell who calls, in Chinese and on a line of its own in English; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_out: Option<String>,
}

impl ShownIncident {
    fn of(answer: intake::GetIncidentResponse) -> Result<Self, Refusal> {
        let (case, incident) = (answer.summary.and_then(Case::of_owner), answer.incident);
        Ok(Self {
            case: sent(case, "case")?,
            incident: sent(incident, "incident")?.into(),
            read_out: some(answer.read_out),
        })
    }
}

/// Shows an incident
///
/// With what to read out to who calls about it. Refused by `case-unknown`, also where the asker may not
/// know of it, and by `not-an-incident`.
#[utoipa::path(
    get, path = "/incidents/{case}", tag = "incidents",
    operation_id = "showIncident",
    params(("case" = String, Path, description = "Its number or id")),
    responses((status = 200, description = "The incident", body = ShownIncident), Refused),
)]
pub(in crate::http) async fn show(
    State(portal): State<Portal>,
    caller: Caller,
    Path(incident): Path<String>,
) -> Answer<ShownIncident> {
    reference(&incident)?;
    let request = portal.on_behalf(&caller)?.request(GetIncidentRequest { incident });
    let answer = portal.peers.intake()?.get_incident(request).await?.into_inner();
    Ok(Json(ShownIncident::of(answer)?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Wanted {
    /// `open`, `resolved` or `closed`; `open` if it is missing.
    state: Option<String>,
    /// Those that touch this place, or one inside of it.
    #[serde(default)]
    place: String,
    /// 1 to 200; 50 if it is missing.
    #[serde(default)]
    limit: u32,
    /// `next` of the page before.
    #[serde(default)]
    page: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Incidents {
    incidents: Vec<ShownIncident>,
    /// The next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Lists incidents
///
/// Those that are not over, unless another state is asked for; the newest first.
#[utoipa::path(
    get, path = "/incidents", tag = "incidents", params(Wanted),
    operation_id = "listIncidents",
    responses((status = 200, description = "A page", body = Incidents), Refused),
)]
pub(in crate::http) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    Params(wanted): Params<Wanted>,
) -> Answer<Incidents> {
    let state = wanted.state.as_deref();
    let state = upper("state", state, "CASE_STATE_", &STATES, CaseState::from_str_name)?;
    let request = portal.on_behalf(&caller)?.request(ListIncidentsRequest {
        state: state.unwrap_or(CaseState::Unspecified).into(),
        place: wanted.place,
        page_size: wanted.limit,
        page_token: wanted.page,
    });
    let answer = portal.peers.intake()?.list_incidents(request).await?.into_inner();
    let incidents = answer.incidents.into_iter().map(ShownIncident::of);
    let incidents = incidents.collect::<Result<_, _>>()?;
    Ok(Json(Incidents { incidents, next: some(answer.next_page_token) }))
}
