//! Alarms (报警): raised at intake, which alerts guards and counsellor itself; acknowledged at
//! notification, which alerts the next until somebody has it.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use clock::AccountId;
use events::words::{AlarmKind, Channel, Level, Service, Urgency};
use jiff::Timestamp;
use proto::{
    intake::v1::{self as intake, AcceptCaseResponse, OpenAlarmRequest},
    notification::v1::AcknowledgeAlarmRequest,
    words::v1 as wire_words,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    cases::views::{Account, Person},
    extract::{Answer, Body, Caller, Key},
    schema::{self, Refused},
    wire::{instant, sent, some, word},
};
use crate::{head::Head, portal::Portal, refusal::Refusal, store::accounts};

/// What is the matter, and where. A place is enough.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAlarm {
    /// May be missing when the campus phone tells it.
    #[schema(example = "dorm-7-302")]
    #[serde(default)]
    place: String,
    /// `other` if it is missing.
    #[schema(schema_with = schema::alarm_kind_or_none)]
    r#type: Option<AlarmKind>,
    /// In the caller's own words, up to 4,000 characters.
    #[serde(default)]
    text: String,
    /// If it is missing: `hotline` of the desk, `web` of whoever reports for themselves.
    #[schema(schema_with = schema::channel_or_none)]
    channel: Option<Channel>,
    /// The campus phone that the call came from; its place is known.
    #[serde(default)]
    campus_phone: String,
    /// Who calls; missing for an unknown caller.
    caller: Option<Person>,
    /// For whom, if not for oneself.
    on_behalf_of: Option<Person>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OpenedAlarm {
    id: Uuid,
    /// The number to tell.
    #[schema(example = "2026-09-000123")]
    number: String,
    #[schema(schema_with = schema::urgency_or_none)]
    urgency: Option<Urgency>,
    #[schema(schema_with = schema::level_or_none)]
    level: Option<Level>,
    place: String,
    /// What to say and whom to phone; absent of a person at risk for all but the desk.
    alarm: Option<Alarm>,
    /// Who is at risk by what was said; absent for who reports for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_at_risk: Option<PersonAtRisk>,
    /// For the next list or case, which then shows this one.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// What a case is besides, if it is an alarm.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Alarm {
    #[schema(schema_with = schema::alarm_kind_or_none)]
    r#type: Option<AlarmKind>,
    /// What to say, and which of 119, 120 and 110 to call first, line by line.
    card: Card,
    /// Those who are alerted at once: whom to phone if nobody acknowledges.
    alerted: Vec<AlertedPost>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Card {
    zh: String,
    en: String,
}

#[derive(Debug, Serialize, ToSchema)]
struct AlertedPost {
    #[schema(example = "security/guard-post")]
    post: String,
    /// What its department publishes it as, in Chinese and in English.
    name: String,
    phone: Option<String>,
    mobile: Option<String>,
}

/// Raises an alarm
///
/// Guards and counsellor are alerted at once, and the next every minute until somebody acknowledges
/// it. The answer is the card for its type. Refused by `case-invalid` with a violation for each field
/// that is wrong, and by `no-alarms` and `no-definitions`.
#[utoipa::path(
    post, path = "/alarms", tag = "alarms",
    operation_id = "openAlarm", request_body = NewAlarm,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 201, description = "Raised", body = OpenedAlarm), Refused),
)]
pub(super) async fn open(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(alarm): Body<NewAlarm>,
) -> Result<(StatusCode, Json<OpenedAlarm>), Refusal> {
    let channel = alarm.channel.unwrap_or_else(|| caller.usual_channel());
    let kind = alarm.r#type.unwrap_or(AlarmKind::Other);
    let request = OpenAlarmRequest {
        kind: wire_words::AlarmKind::from(kind).into(),
        channel: wire_words::Channel::from(channel).into(),
        campus_phone: alarm.campus_phone,
        place: alarm.place,
        text: alarm.text,
        caller: alarm.caller.map(Into::into),
        on_behalf_of: alarm.on_behalf_of.map(Into::into),
    };
    let request = portal.on_behalf(&caller)?.idempotent(key).request(request);
    let answer = portal.peers.intake()?.open_alarm(request).await?.into_inner();
    Ok((StatusCode::CREATED, Json(opened(answer)?)))
}

fn opened(answer: AcceptCaseResponse) -> Result<OpenedAlarm, Refusal> {
    Ok(OpenedAlarm {
        id: sent(answer.case_id.parse().ok(), "case id")?,
        number: answer.number,
        urgency: word::<wire_words::Urgency, _>(answer.urgency),
        level: word::<wire_words::Level, _>(answer.level),
        place: answer.place,
        alarm: answer.alarm.map(Alarm::from),
        person_at_risk: PersonAtRisk::told(answer.person_at_risk)?,
        head: Head::answered(Service::Intake, answer.head),
    })
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AcknowledgedAlarm {
    /// Who has it: who said so first.
    by: Account,
    /// Since when.
    at: Option<Timestamp>,
    /// Somebody had it before.
    repeated: bool,
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Acknowledges an alarm
///
/// The asker has it: nobody else is alerted. Whoever says so later is told who was first. Refused by
/// `case-unknown` if they were told of no such case, by `not-permitted` if others were, and by
/// `case-not-an-alarm` and `alarm-over`.
#[utoipa::path(
    post, path = "/alarms/{case}/acknowledge", tag = "alarms",
    operation_id = "acknowledgeAlarm",
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Who has it", body = AcknowledgedAlarm), Refused),
)]
pub(super) async fn acknowledge(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
) -> Answer<AcknowledgedAlarm> {
    let request = AcknowledgeAlarmRequest { case };
    let request = portal.on_behalf(&caller)?.idempotent(key).request(request);
    let answer = portal.peers.notification()?.acknowledge_alarm(request).await?.into_inner();
    let by: AccountId = sent(answer.by.parse().ok(), "account")?;
    let mut names = accounts::names(portal.pool(), &portal.masters(), &[by]).await?;
    Ok(Json(AcknowledgedAlarm {
        by: Account { id: by, name: names.remove(&by) },
        at: instant(answer.at),
        repeated: answer.repeated,
        head: Head::answered(Service::Notification, answer.head),
    }))
}

/// Somebody at risk of whom what was said tells, whatever it was said about: a case of its own, with
/// which alone the words are kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonAtRisk {
    id: Uuid,
    #[schema(example = "2026-09-000124")]
    number: String,
    alarm: Option<Alarm>,
}

impl PersonAtRisk {
    /// As intake answers it.
    pub(super) fn told(person: Option<intake::PersonAtRisk>) -> Result<Option<Self>, Refusal> {
        let Some(intake::PersonAtRisk { case_id, number, alarm }) = person else { return Ok(None) };
        let id = sent(case_id.parse().ok(), "case id")?;
        Ok(Some(Self { id, number, alarm: alarm.map(Alarm::from) }))
    }
}

impl From<intake::Alarm> for Alarm {
    fn from(alarm: intake::Alarm) -> Self {
        Self {
            r#type: word::<wire_words::AlarmKind, _>(alarm.kind),
            card: Card { zh: alarm.card_zh, en: alarm.card_en },
            alerted: alarm.alerted.into_iter().map(AlertedPost::from).collect(),
        }
    }
}

impl From<intake::AlertedPost> for AlertedPost {
    fn from(post: intake::AlertedPost) -> Self {
        Self {
            post: post.post,
            name: format!("{} {}", post.name_zh, post.name_en),
            phone: some(post.phone),
            mobile: some(post.mobile),
        }
    }
}
