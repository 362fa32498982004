use std::{collections::BTreeMap, mem};

use authz::{Action, Relations};
use axum::{
    Json,
    extract::{Path, State},
};
use clock::{AccountId, CaseId};
use delivery::audit;
use events::words::{self, CaseRef, Level};
use jiff::Timestamp;
use proto::{
    dispatch::v1::FindNextStepsRequest,
    intake::v1::{GetCaseRequest, GetCaseResponse},
    words::v1 as wire_words,
};
use rpc::{Call, Code, Error};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::{
    close_as::Referral,
    handlers::Published,
    list::named,
    note::{Remark, named_remarks},
    reference,
    reply::{Reply, named_replies},
    steps::{self, Reader},
    views::{Account, Case, Person, Promise},
};
use crate::{
    head::Head,
    http::{
        alarms::Alarm,
        extract::{Answer, Caller, Params},
        incidents::Incident,
        questions::{self, Question},
        schema::{self, Refused},
        wire::{instant, some, word},
    },
    portal::Portal,
    refusal::Refusal,
    store::{
        accounts, boards,
        timeline::{self, Step},
    },
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct Since {
    /// Of a command's answer: waits until its change is shown, for at most 500 ms.
    #[param(value_type = Option<String>)]
    head: Option<Head>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(in crate::http) struct Shown {
    case: Case,
    /// What only its owner knows; absent where intake does not answer, or not to the asker.
    details: Option<Details>,
    /// Why it is absent, where the asker would see it.
    details_missing: Option<&'static str>,
    /// What is asked inside it, as far as the asker may see it; null where dispatch does not answer.
    questions: Option<Vec<Question>>,
    /// The steps of every service, in order, as far as the asker is told of them.
    timeline: Vec<TimelineStep>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Details {
    #[schema(schema_with = schema::channel_or_none)]
    channel: Option<words::Channel>,
    text: String,
    asset: Option<String>,
    /// The rule that gave the urgency, for people.
    urgency_reason: String,
    caller: Option<Person>,
    on_behalf_of: Option<Person>,
    /// Others who reported the same; a requester sees none but themselves.
    co_reporters: Vec<Person>,
    /// The account that took the first contact; absent for its requester.
    first_receiver: Option<uuid::Uuid>,
    recorded_at: Option<Timestamp>,
    resolved_at: Option<Timestamp>,
    closed_at: Option<Timestamp>,
    /// Those of the running cycle.
    promises: Vec<Promise>,
    /// The revision of the definitions that the case is under.
    revision: u32,
    /// What was said with commands and in notes; for those alone whose duty the case is.
    remarks: Vec<Remark>,
    /// What whoever reported it was answered, the oldest first.
    replies: Vec<Reply>,
    /// The numbers of the case that it duplicates, and of the one that it follows, if the asker may
    /// see them.
    duplicate_of: Option<String>,
    linked_to: Option<String>,
    /// Whose matter it was instead.
    referral: Option<Referral>,
    /// What is known of it, if it is an incident.
    incident: Option<Incident>,
    /// Its card, if it is an alarm.
    alarm: Option<Alarm>,
}

/// One step of one service.
#[derive(Debug, Serialize, ToSchema)]
struct TimelineStep {
    at: Timestamp,
    #[schema(schema_with = schema::service)]
    service: String,
    /// Such as `workorder.claimed`.
    what: String,
    /// Who did it; absent for what services and clocks do, and where the asker is not told.
    actor: Option<Account>,
    /// What exactly: ids, codes, words and times, as far as the asker is told.
    #[schema(value_type = Object)]
    detail: Value,
}

/// Shows a case
///
/// With its timeline: the steps of every service, in order, with who and when, as far as the asker
/// is told of them. A requester hears of no leaders, and of staff only who has it, where their department
/// publishes that; who works on it does not hear how they were marked. A completion says by `next_steps` what comes next, in the words
/// of who completed it; `true` where dispatch does not answer, and nothing if they said nothing. Refused by `case-unknown`, also where the asker may not know
/// of it.
#[utoipa::path(
    get, path = "/cases/{case}", tag = "cases",
    operation_id = "showCase",
    params(("case" = String, Path, description = "Its number or id"), Since),
    responses((status = 200, description = "The case", body = Shown), Refused),
)]
pub(in crate::http) async fn show(
    State(portal): State<Portal>,
    caller: Caller,
    Path(case): Path<String>,
    Params(since): Params<Since>,
) -> Answer<Shown> {
    let case = reference(&case)?;
    if let Some(head) = &since.head {
        head.await_shown(portal.pool()).await?;
    }
    let Found { case, mut details, missing, reader, published } =
        find(&portal, &caller, case, Action::GetCase).await?;
    let steps = timeline::of(portal.pool(), case.id).await?;
    let steps = with_next_steps(&portal, steps).await.into_iter();
    let mut steps: Vec<_> = steps.filter_map(|step| steps::told(reader, step)).collect();
    if let Some(published) = published {
        for step in &mut steps {
            published.limit_step(step);
        }
    }
    let timeline = named_steps(&portal, steps).await?;
    let said = details
        .as_mut()
        .map(|details| (mem::take(&mut details.remarks), mem::take(&mut details.replies)));
    let (remarks, replies) = said.unwrap_or_default();
    let remarks = named_remarks(&portal, remarks).await?;
    let replies = named_replies(&portal, replies, reader).await?;
    let mut details = details.map(|details| Details { remarks, replies, ..Details::from(details) });
    if let (Some(details), Reader::Requester) = (&mut details, reader) {
        details.first_receiver = None;
    }
    let questions = questions::of_case(&portal, &caller, case.id, reader).await;
    Ok(Json(Shown { case, details, details_missing: missing, questions, timeline }))
}

/// A case that the asker may see.
pub(super) struct Found {
    pub(super) case: Case,
    /// What intake says of it, if it does.
    pub(super) details: Option<GetCaseResponse>,
    /// Why it says nothing, where it would say something.
    missing: Option<&'static str>,
    /// What the asker is to it.
    pub(super) reader: Reader,
    /// What a requester is told of who has it.
    published: Option<Published>,
}

/// Looks a case up: on the boards, which know every relation of the asker to it, and at intake,
/// which owns it. Either is enough, so that a case is seen before its events have arrived, and
/// while intake is away.
pub(super) async fn find(
    portal: &Portal,
    caller: &Caller,
    case: CaseRef,
    action: Action,
) -> Result<Found, Refusal> {
    let on_board = match authz::scope(&caller.subject, action) {
        Some(scope) => boards::find(portal.pool(), &scope, case).await?,
        None => None,
    };
    let (details, missing) = match ask_owner(portal, caller, case).await {
        Ok(details) => (details, None),
        Err(error) if on_board.is_some() => (None, Some(silence(error.code()))),
        Err(error) => return Err(error.into()),
    };
    let level = on_board.as_ref().map(boards::BoardCase::level);
    let relations = match &on_board {
        Some(case) => boards::relations(portal.pool(), case.key, &caller.subject).await?,
        None => Relations::NONE,
    };
    let from_owner = || details.as_ref().and_then(|details| details.summary.clone());
    let case = match on_board {
        Some(case) => named(portal, vec![case]).await?.pop(),
        None => from_owner().and_then(Case::of_owner),
    };
    let mut case = case.ok_or_else(|| {
        Refusal::new(Code::NotFound, "case-unknown", "there is no such case, or none for you")
    })?;
    let level = level.or_else(|| case.level.parse().ok()).unwrap_or(Level::Hidden);
    if authz::is_traced(level) {
        note_reading(portal, caller, &[CaseId::from_uuid(case.id)], action).await?;
    }
    let reader = Reader::of(&caller.subject, relations, level);
    let published = match reader {
        Reader::Requester => Some(Published::now(portal).await?),
        Reader::Staff | Reader::Quality => None,
    };
    if let Some(published) = &published {
        published.limit_case(&mut case);
    }
    Ok(Found { case, details, missing, reader, published })
}

/// What intake says of a case to the asker; nothing if that is nothing to them.
/// Why a service that was asked said nothing.
fn silence(code: Code) -> &'static str {
    if code == Code::Unavailable { "intake does not answer" } else { "intake failed to answer" }
}

async fn ask_owner(
    portal: &Portal,
    caller: &Caller,
    case: CaseRef,
) -> Result<Option<GetCaseResponse>, Error> {
    let request = portal.on_behalf(caller)?.request(GetCaseRequest { case: case.to_string() });
    match portal.peers.intake()?.get_case(request).await.map_err(Error::from) {
        Ok(answer) => Ok(Some(answer.into_inner())),
        Err(error) if matches!(error.code(), Code::NotFound | Code::PermissionDenied) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reading restricted cases leaves a trace of each.
pub(super) async fn note_reading(
    portal: &Portal,
    caller: &Caller,
    cases: &[CaseId],
    action: Action,
) -> Result<(), sqlx::Error> {
    if cases.is_empty() {
        return Ok(());
    }
    let mut tx = portal.pool().begin().await?;
    for case in cases {
        let entry = audit::Entry {
            at: portal.clock().now(),
            actor: &caller.subject.principal.to_string(),
            action: "case.read",
            key: Some(case.uuid()),
            detail: json!({ "for": action.word() }),
        };
        audit::record(&mut tx, &entry).await?;
    }
    tx.commit().await
}

/// Steps with what comes next in the words of who completed the work, which are dispatch's; where it
/// does not answer, they say that there is something.
async fn with_next_steps(portal: &Portal, mut steps: Vec<Step>) -> Vec<Step> {
    let completed = steps.iter().filter_map(completed_with_next_steps);
    let work_orders: Vec<_> = completed.map(str::to_owned).collect();
    if work_orders.is_empty() {
        return steps;
    }
    let known = match find_next_steps(portal, work_orders).await {
        Ok(known) => known,
        Err(error) => {
            tracing::warn!(%error, "a case is shown without its next steps");
            return steps;
        }
    };
    for step in &mut steps {
        let text = completed_with_next_steps(step).and_then(|order| known.get(order)).cloned();
        if let (Some(text), Some(detail)) = (text, step.detail.as_object_mut()) {
            detail.insert("next_steps".to_owned(), text.into());
        }
    }
    steps
}

/// The work order that a step completed with a word on what comes next.
fn completed_with_next_steps(step: &Step) -> Option<&str> {
    let is_said = step.what == "workorder.completed" && step.detail.get("next_steps")?.as_bool()?;
    step.detail.get("work_order")?.as_str().filter(|_| is_said)
}

async fn find_next_steps(
    portal: &Portal,
    work_orders: Vec<String>,
) -> Result<BTreeMap<String, String>, Error> {
    let request = Call::new().request(FindNextStepsRequest { work_orders });
    let found = portal.peers.dispatch()?.find_next_steps(request).await?.into_inner();
    Ok(found.next_steps.into_iter().map(|one| (one.work_order, one.text)).collect())
}

/// Steps with the names of who did them.
async fn named_steps(portal: &Portal, steps: Vec<Step>) -> Result<Vec<TimelineStep>, Refusal> {
    let actors: Vec<AccountId> = steps.iter().filter_map(|step| step.actor).collect();
    let names = accounts::names(portal.pool(), &portal.masters(), &actors).await?;
    let told = steps.into_iter().map(|step| TimelineStep {
        at: step.at,
        service: step.source,
        what: step.what,
        actor: step.actor.map(|id| Account { id, name: names.get(&id).cloned() }),
        detail: step.detail,
    });
    Ok(told.collect())
}

impl From<GetCaseResponse> for Details {
    fn from(case: GetCaseResponse) -> Self {
        Self {
            channel: word::<wire_words::Channel, _>(case.channel),
            text: case.text,
            asset: some(case.asset),
            urgency_reason: case.urgency_reason,
            caller: case.caller.map(Person::from),
            on_behalf_of: case.on_behalf_of.map(Person::from),
            co_reporters: case.co_reporters.into_iter().map(Person::from).collect(),
            first_receiver: case.first_receiver.parse().ok(),
            recorded_at: instant(case.recorded_at),
            resolved_at: instant(case.resolved_at),
            closed_at: instant(case.closed_at),
            promises: case.promises.into_iter().map(Promise::from).collect(),
            revision: case.revision,
            remarks: Vec::new(),
            replies: Vec::new(),
            duplicate_of: some(case.duplicate_of),
            linked_to: some(case.linked_to),
            referral: case.referral.map(Referral::from),
            incident: case.incident.map(Incident::from),
            alarm: case.alarm.map(Alarm::from),
        }
    }
}
