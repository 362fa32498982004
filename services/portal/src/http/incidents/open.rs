use axum::{Json, extract::State, http::StatusCode};
use events::words::{Channel, Service, Urgency};
use jiff::Timestamp;
use proto::{intake::v1::OpenIncidentRequest, words::v1 as wire_words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    head::Head,
    http::{
        alarms::PersonAtRisk,
        cases::views::{Person, Promise},
        extract::{Body, Caller, Key},
        schema::{self, Refused},
        when,
        wire::{sent, word},
    },
    portal::Portal,
    refusal::Refusal,
};

/// What is out of order, and where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewIncident {
    /// The service item.
    #[schema(example = "no-water")]
    item: String,
    /// All places that it touches; the first is where the work is.
    #[schema(example = json!(["dorm-7", "dorm-8"]))]
    places: Vec<String>,
    /// Why, up to 4,000 characters.
    #[serde(default)]
    cause: String,
    /// When it is expected to be over; missing where nobody knows.
    #[serde(default, deserialize_with = "when::optional")]
    expected_end: Option<Timestamp>,
    /// How it came in; `hotline` if it is missing.
    #[schema(schema_with = schema::channel_or_none)]
    channel: Option<Channel>,
    /// Who said so, and is told what becomes of it; missing where nobody is.
    caller: Option<Person>,
    /// How many people it touches, 1 to 60,000.
    people: Option<u32>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct OpenedIncident {
    id: Uuid,
    /// The number to tell.
    #[schema(example = "2026-09-000123")]
    number: String,
    #[schema(schema_with = schema::urgency_or_none)]
    urgency: Option<Urgency>,
    /// The rule that gave the urgency, for people.
    urgency_reason: String,
    /// What to tell who calls, in Chinese and on a line of its own in English.
    read_out: String,
    /// What the department owes; those that start at receipt.
    promises: Vec<Promise>,
    /// Who is at risk by what was said; absent for who reports for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_at_risk: Option<PersonAtRisk>,
    /// For the next list or case, which then shows this one.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Opens an incident
///
/// A case that touches many places, which all who call about it join. Refused by `case-invalid` with a
/// violation for each field that is wrong, and by `no-definitions`.
#[utoipa::path(
    post, path = "/incidents", tag = "incidents",
    operation_id = "openIncident", request_body = NewIncident,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 201, description = "Opened", body = OpenedIncident), Refused),
)]
pub(in crate::http) async fn open(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(incident): Body<NewIncident>,
) -> Result<(StatusCode, Json<OpenedIncident>), Refusal> {
    let channel = incident.channel.unwrap_or_else(|| caller.usual_channel());
    let request = OpenIncidentRequest {
        item: incident.item,
        places: incident.places,
        cause: incident.cause,
        expected_end: incident.expected_end.map(delivery_rpc::timestamp),
        channel: wire_words::Channel::from(channel).into(),
        caller: incident.caller.map(Into::into),
        people: incident.people,
    };
    let request = portal.on_behalf(&caller)?.idempotent(key).request(request);
    let answer = portal.peers.intake()?.open_incident(request).await?.into_inner();
    let opened = OpenedIncident {
        id: sent(answer.case_id.parse().ok(), "case id")?,
        number: answer.number,
        urgency: word::<wire_words::Urgency, _>(answer.urgency),
        urgency_reason: answer.urgency_reason,
        read_out: answer.read_out,
        promises: answer.promises.into_iter().map(Promise::from).collect(),
        person_at_risk: PersonAtRisk::told(answer.person_at_risk)?,
        head: Head::answered(Service::Intake, answer.head),
    };
    Ok((StatusCode::CREATED, Json(opened)))
}
