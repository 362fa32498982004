use axum::{
    Json,
    extract::{Path, State},
};
use events::words::{Channel, Service, Urgency};
use proto::{
    intake::v1::{IncidentCall, JoinIncidentRequest, join_incident_request::Who},
    words::v1 as wire_words,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    head::Head,
    http::{
        alarms::PersonAtRisk,
        cases::{reference, views::Person},
        extract::{Answer, Body, Caller, Key},
        schema::{self, Refused},
        wire::{some, word},
    },
    portal::Portal,
    refusal::Refusal,
};

/// Who joins: whoever calls, or all who reported a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct JoiningIncident {
    /// A case that is open and was this all along, by number or id: it ends as a duplicate. With it goes
    /// nothing else.
    case: Option<String>,
    /// How the call came in; `hotline` if it is missing.
    #[schema(schema_with = schema::channel_or_none)]
    channel: Option<Channel>,
    /// The campus phone that the call came from; its place is known.
    #[serde(default)]
    campus_phone: String,
    /// Where they are: one of its places, or inside of one.
    #[schema(example = "dorm-7-302")]
    #[serde(default)]
    place: String,
    /// Who calls, and for whom; missing for an unknown caller, who is answered and hears no more.
    caller: Option<Person>,
    on_behalf_of: Option<Person>,
    /// In the caller's own words, up to 4,000 characters.
    #[serde(default)]
    text: String,
    /// How many people it touches, 1 to 60,000.
    people: Option<u32>,
    /// Somebody who needs protection is among them.
    #[serde(default)]
    vulnerable: bool,
}

impl JoiningIncident {
    /// Whether anything is said of a call.
    fn is_call(&self) -> bool {
        let said = [&self.campus_phone, &self.place, &self.text];
        said.iter().any(|text| !text.is_empty())
            || self.caller.is_some()
            || self.on_behalf_of.is_some()
            || self.people.is_some()
            || self.channel.is_some()
            || self.vulnerable
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct JoinedIncident {
    /// The number to tell.
    #[schema(example = "2026-09-000123")]
    number: String,
    /// What to tell who calls, in Chinese and on a line of its own in English.
    read_out: String,
    /// In the words of who knows it.
    cause: Option<String>,
    /// Somebody hears of it from now on who did not before.
    joined: bool,
    #[schema(schema_with = schema::urgency_or_none)]
    urgency: Option<Urgency>,
    /// What they said made it more urgent than it was.
    raised: bool,
    /// Who is at risk by what was said; absent for who reports for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_at_risk: Option<PersonAtRisk>,
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Joins an incident
///
/// One more call, which is counted: who calls hears of it from now on, if they have a name and are new.
/// Or a case that is there already, which ends as a duplicate. Refused by `case-unknown`,
/// `join-invalid`, `close-invalid`, `not-an-incident`, `place-not-touched`, `case-completed` and
/// `case-closed`: then open a new case that is linked to it.
#[utoipa::path(
    post, path = "/incidents/{case}/join", tag = "incidents",
    operation_id = "joinIncident", request_body = JoiningIncident,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Joined, or answered", body = JoinedIncident), Refused),
)]
pub(in crate::http) async fn join(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(incident): Path<String>,
    Body(joining): Body<JoiningIncident>,
) -> Answer<JoinedIncident> {
    reference(&incident)?;
    if joining.case.is_some() && joining.is_call() {
        return Err(Refusal::field("case", "goes alone: take the call by a command of its own"));
    }
    let channel = joining.channel.unwrap_or_else(|| caller.usual_channel());
    let who = match joining.case {
        Some(case) => Who::Case(case),
        None => Who::Call(Box::new(IncidentCall {
            channel: wire_words::Channel::from(channel).into(),
            campus_phone: joining.campus_phone,
            place: joining.place,
            caller: joining.caller.map(Into::into),
            on_behalf_of: joining.on_behalf_of.map(Into::into),
            text: joining.text,
            people: joining.people,
            vulnerable: joining.vulnerable,
        })),
    };
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(JoinIncidentRequest { incident, who: Some(who) });
    let answer = portal.peers.intake()?.join_incident(request).await?.into_inner();
    Ok(Json(JoinedIncident {
        number: answer.number,
        read_out: answer.read_out,
        cause: some(answer.cause),
        joined: answer.joined,
        urgency: word::<wire_words::Urgency, _>(answer.urgency),
        raised: answer.raised,
        person_at_risk: PersonAtRisk::told(answer.person_at_risk)?,
        head: Head::answered(Service::Intake, answer.head),
    }))
}
