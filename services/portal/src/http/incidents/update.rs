use axum::{
    Json,
    extract::{Path, State},
};
use events::words::Service;
use jiff::Timestamp;
use proto::intake::v1::{CloseIncidentRequest, UpdateIncidentRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Incident;
use crate::{
    head::Head,
    http::{
        cases::reference,
        extract::{Answer, Body, Caller, Key},
        schema::Refused,
        when,
    },
    portal::Portal,
};

/// What is known of an incident now; what is missing is as it was.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct IncidentNews {
    /// Those that it touches besides.
    #[serde(default)]
    places: Vec<String>,
    /// When it is expected to be over.
    #[serde(default, deserialize_with = "when::optional")]
    expected_end: Option<Timestamp>,
    /// Why, up to 4,000 characters.
    #[serde(default)]
    cause: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct UpdatedIncident {
    incident: Option<Incident>,
    /// What to tell who calls from now on, in Chinese and on a line of its own in English.
    read_out: String,
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Updates an incident
///
/// All who reported it are told, once. Refused by `case-unknown`, `incident-invalid` with a violation
/// for each field that is wrong, `incident-unchanged`, `not-an-incident`, `case-completed` and
/// `case-closed`.
#[utoipa::path(
    post, path = "/incidents/{case}/update", tag = "incidents",
    operation_id = "updateIncident", request_body = IncidentNews,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Updated", body = UpdatedIncident), Refused),
)]
pub(in crate::http) async fn update(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(incident): Path<String>,
    Body(IncidentNews { places, expected_end, cause }): Body<IncidentNews>,
) -> Answer<UpdatedIncident> {
    reference(&incident)?;
    let expected_end = expected_end.map(delivery_rpc::timestamp);
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(UpdateIncidentRequest { incident, places, expected_end, cause });
    let answer = portal.peers.intake()?.update_incident(request).await?.into_inner();
    Ok(Json(UpdatedIncident {
        incident: answer.incident.map(Incident::from),
        read_out: answer.read_out,
        head: Head::answered(Service::Intake, answer.head),
    }))
}

/// That an incident is over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct IncidentEnd {
    /// What was done, up to 4,000 characters.
    #[serde(default)]
    outcome: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct ClosedIncident {
    /// How many persons are told.
    reporters: u32,
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Closes an incident
///
/// It is over: its case ends for all who reported it, and they are told. Its work is cancelled and its
/// clocks end; nobody is called back. Refused by `case-unknown`, `text-too-long`, `not-an-incident`,
/// `case-completed` and `case-closed`.
#[utoipa::path(
    post, path = "/incidents/{case}/close", tag = "incidents",
    operation_id = "closeIncident", request_body = IncidentEnd,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Closed", body = ClosedIncident), Refused),
)]
pub(in crate::http) async fn close(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(incident): Path<String>,
    Body(IncidentEnd { outcome }): Body<IncidentEnd>,
) -> Answer<ClosedIncident> {
    reference(&incident)?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(CloseIncidentRequest { incident, outcome });
    let answer = portal.peers.intake()?.close_incident(request).await?.into_inner();
    let head = Head::answered(Service::Intake, answer.head);
    Ok(Json(ClosedIncident { reporters: answer.reporters, head }))
}
