use axum::{
    Json,
    extract::{Path, State},
};
use events::words::{Channel, Service, Urgency};
use proto::{
    intake::v1::{JoinCaseRequest, UnjoinCaseRequest},
    words::v1 as wire_words,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    reference,
    views::{Person, Promise},
};
use crate::{
    head::Head,
    http::{
        alarms::PersonAtRisk,
        extract::{Answer, Body, Caller, Key},
        schema::{self, Refused},
        wire::word,
    },
    portal::Portal,
};

/// A contact about what somebody else reported already.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Joining {
    /// How it came in; if it is missing, `hotline` of the desk and `web` of whoever reports for
    /// themselves.
    #[schema(schema_with = schema::channel_or_none)]
    channel: Option<Channel>,
    /// Who calls, and for whom: at least one of them.
    caller: Option<Person>,
    on_behalf_of: Option<Person>,
    /// In the caller's own words, up to 4,000 characters.
    #[serde(default)]
    text: String,
    /// The inventory id of the thing concerned.
    #[serde(default)]
    asset: String,
    /// How many people it touches, 1 to 60,000.
    people: Option<u32>,
    /// Somebody who needs protection is among them.
    #[serde(default)]
    vulnerable: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Joined {
    /// The number to tell.
    #[schema(example = "2026-09-000123")]
    number: String,
    #[schema(schema_with = schema::urgency_or_none)]
    urgency: Option<Urgency>,
    /// Why it has that urgency, for people.
    urgency_reason: String,
    /// What they said made it more urgent than it was.
    raised: bool,
    /// Those of the running cycle; the first is the one to tell.
    promises: Vec<Promise>,
    /// Who is at risk by what was said; absent for who reports for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_at_risk: Option<PersonAtRisk>,
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Joins a case
///
/// Others reported the same: they become co-reporters (共同报修人) of an open case, are told all that
/// its caller is, and what they say may raise its urgency. Refused by `case-unknown`, `join-invalid`,
/// `already-joined`, `case-completed` and `case-closed`: then open a new case that is linked to it.
#[utoipa::path(
    post, path = "/cases/{case}/join", tag = "cases",
    operation_id = "joinCase", request_body = Joining,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Joined", body = Joined), Refused),
)]
pub(in crate::http) async fn join(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(joining): Body<Joining>,
) -> Answer<Joined> {
    reference(&case)?;
    let channel = joining.channel.unwrap_or_else(|| caller.usual_channel());
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(JoinCaseRequest {
        case,
        channel: wire_words::Channel::from(channel).into(),
        caller: joining.caller.map(Into::into),
        on_behalf_of: joining.on_behalf_of.map(Into::into),
        text: joining.text,
        asset: joining.asset,
        people: joining.people,
        vulnerable: joining.vulnerable,
    });
    let answer = portal.peers.intake()?.join_case(request).await?.into_inner();
    Ok(Json(Joined {
        number: answer.number,
        urgency: word::<wire_words::Urgency, _>(answer.urgency),
        urgency_reason: answer.urgency_reason,
        raised: answer.raised,
        promises: answer.promises.into_iter().map(Promise::from).collect(),
        person_at_risk: PersonAtRisk::told(answer.person_at_risk)?,
        head: Head::answered(Service::Intake, answer.head),
    }))
}

/// Who is to hear no more of a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Unjoining {
    /// One of its co-reporters: an id, or what tells who it is.
    person: Person,
    /// In words, up to 500 characters; may be missing.
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Unjoined {
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Undoes a joining
///
/// It was another matter, or another person, who hears of the case no more and may not see it. An
/// urgency that came with it stays. Refused by `case-unknown`, `unjoin-invalid` and `not-joined`.
#[utoipa::path(
    post, path = "/cases/{case}/unjoin", tag = "cases",
    operation_id = "unjoinCase", request_body = Unjoining,
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Undone", body = Unjoined), Refused),
)]
pub(in crate::http) async fn unjoin(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(Unjoining { person, reason }): Body<Unjoining>,
) -> Answer<Unjoined> {
    reference(&case)?;
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(UnjoinCaseRequest { case, person: Some(person.into()), reason });
    let answer = portal.peers.intake()?.unjoin_case(request).await?.into_inner();
    Ok(Json(Unjoined { head: Head::answered(Service::Intake, answer.head) }))
}
