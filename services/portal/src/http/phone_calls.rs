//! Whom the desk is to phone, which notification decides; who they are the portal knows.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
};
use clock::MessageId;
use events::words::Service;
use jiff::Timestamp;
use proto::notification::v1::{
    self as notification, AcknowledgementState, ListPhoneCallsRequest, SettlePhoneCallRequest,
    TakePhoneCallRequest,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    extract::{Answer, Body, Caller, Key, Params, id},
    messages::recipient_of,
    schema::Refused,
    wire::{instant, lower, some},
};
use crate::{head::Head, personal::Personal, portal::Portal, refusal::Refusal, store::accounts};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// 1 to 200; 50 if it is missing.
    #[serde(default)]
    limit: u32,
    /// `next` of the page before.
    #[serde(default)]
    page: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PhoneCalls {
    calls: Vec<PhoneCall>,
    /// The next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Somebody to phone: they were told something critical, and nobody knows whether they have heard.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PhoneCall {
    id: String,
    /// The case that it is about: the id, and the number that people use.
    case_id: String,
    case_number: String,
    /// `account/<uuid>` or `post/<department>/<post>`.
    to: Option<String>,
    /// The number that rings at the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// The number that takes its text messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile: Option<String>,
    /// Who holds the post, with their numbers.
    holders: Vec<Holder>,
    /// What they were told of: the template of the message.
    template: String,
    /// `unacknowledged` or `undelivered`.
    why: Option<String>,
    since: Option<Timestamp>,
    /// How often nobody was reached.
    tries: u32,
    /// The account of who is phoning; absent while nobody is.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_by: Option<String>,
    /// Until when nobody else may.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_until: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PhoneHolder)]
struct Holder {
    name: String,
    phone: Option<String>,
}

/// Lists whom the desk is to phone
///
/// As far as the asker may know: those that nobody tried first, and of them the oldest.
#[utoipa::path(
    get, path = "/phone-calls", tag = "messages", params(Wanted),
    operation_id = "listPhoneCalls",
    responses((status = 200, description = "A page", body = PhoneCalls), Refused),
)]
pub(super) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    Params(wanted): Params<Wanted>,
) -> Answer<PhoneCalls> {
    let message = ListPhoneCallsRequest { page_size: wanted.limit, page_token: wanted.page };
    Ok(Json(look_up(&portal, &caller, message).await?))
}

/// Whom the desk is to phone, those that nobody tried first, and from where on there are more.
pub(super) async fn open(
    portal: &Portal,
    caller: &Caller,
    page_size: u32,
) -> Result<(Vec<PhoneCall>, Option<String>), Refusal> {
    let message = ListPhoneCallsRequest { page_size, page_token: String::new() };
    let page = look_up(portal, caller, message).await?;
    Ok((page.calls, page.next))
}

async fn look_up(
    portal: &Portal,
    caller: &Caller,
    message: ListPhoneCallsRequest,
) -> Result<PhoneCalls, Refusal> {
    let request = portal.on_behalf(caller)?.request(message);
    let answer = portal.peers.notification()?.list_phone_calls(request).await?.into_inner();
    let calls = with_holders(portal, answer.calls).await?;
    Ok(PhoneCalls { calls, next: some(answer.next_page_token) })
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TakenCall {
    /// Absent when nobody is to be phoned.
    call: Option<PhoneCall>,
}

/// Takes the next call
///
/// The first that nobody else is making, the asker's own before all others.
#[utoipa::path(
    post, path = "/phone-calls/next", tag = "messages",
    operation_id = "takePhoneCall",
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "Whom to phone", body = TakenCall), Refused),
)]
pub(super) async fn take(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
) -> Answer<TakenCall> {
    let request = portal.on_behalf(&caller)?.idempotent(key).request(TakePhoneCallRequest {});
    let answer = portal.peers.notification()?.take_phone_call(request).await?.into_inner();
    let call = with_holders(&portal, answer.call.into_iter().collect()).await?.pop();
    Ok(Json(TakenCall { call }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PhoneOutcome {
    /// Whether somebody was reached, who knows now.
    reached: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SettledCall {
    /// `acknowledged`, or `to-phone` if it is to be made again.
    state: Option<String>,
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Says what came of a call
///
/// Of one that the asker took. Refused by `no-such-call`, `call-over`, `call-not-taken` and
/// `call-taken`.
#[utoipa::path(
    post, path = "/phone-calls/{id}/outcome", tag = "messages",
    operation_id = "settlePhoneCall", request_body = PhoneOutcome,
    params(("id" = uuid::Uuid, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "What is known now", body = SettledCall), Refused),
)]
pub(super) async fn settle(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(call): Path<String>,
    Body(PhoneOutcome { reached }): Body<PhoneOutcome>,
) -> Answer<SettledCall> {
    let call = id::<MessageId>(&call, "no-such-call", "call")?.to_string();
    let request = SettlePhoneCallRequest { call, reached };
    let request = portal.on_behalf(&caller)?.idempotent(key).request(request);
    let answer = portal.peers.notification()?.settle_phone_call(request).await?.into_inner();
    Ok(Json(SettledCall {
        state: state(answer.state()),
        head: Head::answered(Service::Notification, answer.head),
    }))
}

/// How far an acknowledgement is, in a word.
pub(super) fn state(state: AcknowledgementState) -> Option<String> {
    lower(state.as_str_name(), "ACKNOWLEDGEMENT_STATE_")
}

async fn with_holders(
    portal: &Portal,
    calls: Vec<notification::PhoneCall>,
) -> Result<Vec<PhoneCall>, Refusal> {
    let to = |call: &notification::PhoneCall| call.to.as_ref().map(|to| to.id.clone());
    let posts: Vec<String> = calls.iter().filter_map(to).collect();
    let holders = accounts::holders(portal.pool(), &portal.masters(), &posts).await?;
    Ok(calls.into_iter().map(|call| PhoneCall::of(call, &holders)).collect())
}

impl PhoneCall {
    fn of(call: notification::PhoneCall, holders: &BTreeMap<String, Vec<Personal>>) -> Self {
        let known = call.to.as_ref().and_then(|to| holders.get(&to.id).cloned());
        let holder = |Personal { name, phone, .. }| Holder { name, phone };
        Self {
            why: lower(call.why().as_str_name(), "UNHEARD_"),
            to: call.to.as_ref().and_then(recipient_of),
            holders: known.into_iter().flatten().map(holder).collect(),
            id: call.id,
            case_id: call.case_id,
            case_number: call.case_number,
            phone: some(call.phone),
            mobile: some(call.mobile),
            template: call.template,
            since: instant(call.since),
            tries: call.tries,
            taken_by: some(call.taken_by),
            taken_until: instant(call.taken_until),
        }
    }
}
