use axum::{Json, extract::State, http::StatusCode};
use events::words::{CaseKind, Channel, Level, Service, Urgency};
use jiff::Timestamp;
use proto::{
    intake::v1::{AcceptCaseRequest, AcceptCaseResponse, FindSimilarRequest},
    words::v1 as wire_words,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    similar::{self, SimilarCase},
    views::{Person, Promise},
};
use crate::{
    head::Head,
    http::{
        alarms::{Alarm, PersonAtRisk},
        extract::{Body, Caller, Key},
        schema::{self, Refused},
        when,
        wire::{sent, word},
    },
    portal::Portal,
    refusal::Refusal,
    store::accounts,
};

/// What somebody reports or asks for. Place and item are enough.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct NewCase {
    /// What the item must be of; if it is missing, the kind is the item's.
    #[schema(schema_with = schema::kind_or_none)]
    kind: Option<CaseKind>,
    /// If it is missing: `hotline` of the desk, `web` of whoever reports for themselves, who may state
    /// no other.
    #[schema(schema_with = schema::channel_or_none)]
    channel: Option<Channel>,
    /// The campus phone that the call came from; its place is known.
    #[serde(default)]
    campus_phone: String,
    /// The service item.
    #[schema(example = "water-leak")]
    item: String,
    /// May be missing when the campus phone tells it, or who reports for themselves where they live.
    #[schema(example = "dorm-7-302")]
    #[serde(default)]
    place: String,
    /// In the caller's own words, up to 4,000 characters.
    #[serde(default)]
    text: String,
    /// Who calls; missing for an unknown caller.
    caller: Option<Person>,
    /// For whom, if not for oneself.
    on_behalf_of: Option<Person>,
    /// The inventory id of the thing concerned.
    #[serde(default)]
    asset: String,
    /// How many people it touches, 1 to 60,000.
    people: Option<u32>,
    /// Somebody who needs protection is among them.
    #[serde(default)]
    vulnerable: bool,
    /// When it was received, if that is past (written on paper during an outage); by permission.
    #[serde(default, deserialize_with = "when::optional")]
    received_at: Option<Timestamp>,
    /// The case that it follows, by number or id, where that takes no more reporters.
    #[serde(default)]
    linked_to: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Accepted {
    id: Uuid,
    /// The number to tell.
    #[schema(example = "2026-09-000123")]
    number: String,
    #[schema(schema_with = schema::urgency_or_none)]
    urgency: Option<Urgency>,
    /// The rule that gave the urgency, for people.
    urgency_reason: String,
    #[schema(schema_with = schema::level_or_none)]
    level: Option<Level>,
    place: String,
    /// Those that start at receipt; the first is the one to tell.
    promises: Vec<Promise>,
    /// What to say and whom to phone, if it is an alarm: words that tell of a person at risk make it
    /// one.
    alarm: Option<Alarm>,
    /// Who is at risk by what was said; absent for who reports for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_at_risk: Option<PersonAtRisk>,
    /// What was reported before and may be the same, of what the caller may see, the newest first; absent
    /// if there is none, or it is not found within half a second. Who may closes this case as its
    /// duplicate. An equal request may be answered others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    similar: Vec<SimilarCase>,
    /// For the next list or case, which then shows this one.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Accepts a case
///
/// Refused by `case-invalid` with a violation for each field that is wrong, and by
/// `backdating-not-permitted` and `no-definitions`.
#[utoipa::path(
    post, path = "/cases", tag = "cases",
    operation_id = "acceptCase", request_body = NewCase,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 201, description = "Accepted, and promised", body = Accepted), Refused),
)]
pub(in crate::http) async fn accept(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(case): Body<NewCase>,
) -> Result<(StatusCode, Json<Accepted>), Refusal> {
    let channel = case.channel.unwrap_or_else(|| caller.usual_channel());
    let item = case.item.clone();
    let place = place(&portal, &caller, &case).await?;
    let request = AcceptCaseRequest {
        kind: case.kind.map(wire_words::CaseKind::from).unwrap_or_default().into(),
        channel: wire_words::Channel::from(channel).into(),
        campus_phone: case.campus_phone,
        item: case.item,
        place,
        text: case.text,
        caller: case.caller.map(Into::into),
        on_behalf_of: case.on_behalf_of.map(Into::into),
        asset: case.asset,
        people: case.people,
        vulnerable: case.vulnerable,
        received_at: case.received_at.map(delivery_rpc::timestamp),
        linked_to: case.linked_to,
    };
    let request = portal.on_behalf(&caller)?.idempotent(key).request(request);
    let answer = portal.peers.intake()?.accept_case(request).await?.into_inner();
    let (place, before) = (answer.place.clone(), answer.case_id.clone());
    let accepted = Accepted::of(answer)?;
    let others = FindSimilarRequest { item, place, campus_phone: String::new(), before };
    let similar = similar::to(&portal, &caller, others).await;
    Ok((StatusCode::CREATED, Json(Accepted { similar, ..accepted })))
}

impl Accepted {
    /// As intake tells it.
    pub(in crate::http) fn of(answer: AcceptCaseResponse) -> Result<Self, Refusal> {
        Ok(Self {
            id: sent(answer.case_id.parse().ok(), "case id")?,
            number: answer.number,
            urgency: word::<wire_words::Urgency, _>(answer.urgency),
            urgency_reason: answer.urgency_reason,
            level: word::<wire_words::Level, _>(answer.level),
            place: answer.place,
            promises: answer.promises.into_iter().map(Promise::from).collect(),
            alarm: answer.alarm.map(Alarm::from),
            person_at_risk: PersonAtRisk::told(answer.person_at_risk)?,
            similar: Vec::new(),
            head: Head::answered(Service::Intake, answer.head),
        })
    }
}

/// Where it is: for whoever reports for themselves and names no place, where they live.
async fn place(portal: &Portal, caller: &Caller, case: &NewCase) -> Result<String, Refusal> {
    let names_somebody = case.caller.is_some() || case.on_behalf_of.is_some();
    let names_place = !case.place.is_empty() || !case.campus_phone.is_empty();
    let account = caller.subject.principal.account();
    let own = account.filter(|_| !names_somebody && caller.usual_channel() == Channel::Web);
    let home = match own {
        Some(account) if !names_place => {
            accounts::home(portal.pool(), &portal.masters(), account).await?
        }
        Some(_) | None => None,
    };
    Ok(home.map_or_else(|| case.place.clone(), |home| home.to_string()))
}
