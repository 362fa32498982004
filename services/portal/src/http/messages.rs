//! Messages, which notification owns.

use axum::{
    Json,
    extract::{Path, State},
};
use events::words::{Recipient, Service};
use jiff::Timestamp;
use proto::notification::v1::{
    self as notification, AcknowledgeMessagesRequest, ListMessagesRequest, MessageState,
    RecipientKind,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    extract::{Answer, Caller, Key, Params},
    phone_calls,
    schema::Refused,
    wire::{instant, lower, some, upper},
};
use crate::{head::Head, portal::Portal};

const PREFIX: &str = "MESSAGE_STATE_";
const STATES: [&str; 5] = ["queued", "sending", "sent", "failed", "withdrawn"];

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The id of a case.
    #[serde(default)]
    case: String,
    /// `person/<uuid>`, `account/<uuid>` or `post/<department>/<post>`.
    #[param(value_type = Option<String>)]
    to: Option<Recipient>,
    /// `queued`, `sending`, `sent`, `failed` or `withdrawn`.
    state: Option<String>,
    /// 1 to 200; 50 if it is missing.
    #[serde(default)]
    limit: u32,
    /// `next` of the page before.
    #[serde(default)]
    page: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Messages {
    messages: Vec<Message>,
    /// The next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Message {
    id: String,
    /// The case that it is about; null if it is about the desk, and no case.
    case_id: Option<String>,
    /// `person/<uuid>`, `account/<uuid>` or `post/<department>/<post>`.
    to: Option<String>,
    /// The template of the definitions that it was made from.
    template: String,
    /// How it is sent: `mailbox`, `log`, `wecom`, `sms` or `webhook`.
    channel: String,
    /// `queued`, `sending`, `sent`, `failed` or `withdrawn`.
    state: Option<String>,
    title: String,
    text: String,
    queued_at: Option<Timestamp>,
    /// When it goes out, unless another to the same recipient takes it along.
    goes_at: Option<Timestamp>,
    sent_at: Option<Timestamp>,
    /// It waits neither for others nor for the morning.
    critical: bool,
    /// What it went out with, the same for all that went out as one; absent while it is queued.
    #[serde(skip_serializing_if = "Option::is_none")]
    sending_id: Option<String>,
    /// Absent if it wants none: only what is critical and asks something of its recipient does.
    #[serde(skip_serializing_if = "Option::is_none")]
    acknowledgement: Option<Acknowledgement>,
}

/// Whether the recipient has said that they know.
#[derive(Debug, Serialize, ToSchema)]
struct Acknowledgement {
    /// `awaited`, `to-phone` (the desk phones them), `acknowledged`, or `over` (nothing is asked of
    /// them any more).
    state: Option<String>,
    /// Until when it is awaited, else since when it is as it is.
    at: Option<Timestamp>,
    /// The account that said so: the recipient's, or that of who reached them by phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

impl From<notification::Acknowledgement> for Acknowledgement {
    fn from(known: notification::Acknowledgement) -> Self {
        let state = phone_calls::state(known.state());
        Self { state, at: instant(known.at), by: some(known.by) }
    }
}

/// Lists messages
///
/// Those that the asker may see, the newest first.
#[utoipa::path(
    get, path = "/messages", tag = "messages", params(Wanted),
    operation_id = "listMessages",
    responses((status = 200, description = "A page", body = Messages), Refused),
)]
pub(super) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    Params(wanted): Params<Wanted>,
) -> Answer<Messages> {
    let named = MessageState::from_str_name;
    let state = upper("state", wanted.state.as_deref(), PREFIX, &STATES, named)?;
    let request = portal.on_behalf(&caller)?.request(ListMessagesRequest {
        case_id: wanted.case,
        to: wanted.to.map(recipient),
        state: state.unwrap_or_default().into(),
        page_size: wanted.limit,
        page_token: wanted.page,
    });
    let answer = portal.peers.notification()?.list_messages(request).await?.into_inner();
    Ok(Json(Messages {
        messages: answer.messages.into_iter().map(Message::from).collect(),
        next: some(answer.next_page_token),
    }))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Acknowledged {
    /// The ids of the messages that are acknowledged now and were not before.
    messages: Vec<String>,
    /// For the next list or case, which then shows the change.
    #[schema(value_type = Option<String>)]
    head: Option<Head>,
}

/// Acknowledges what was told about a case
///
/// The asker knows what they, or a post that they hold, were told about it. Refused by
/// `case-unknown` if nothing was, and by `not-permitted` if others were.
#[utoipa::path(
    post, path = "/cases/{case}/acknowledge", tag = "messages",
    operation_id = "acknowledgeMessages",
    params(("case" = String, Path, description = "Its number or id"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 200, description = "What is acknowledged", body = Acknowledged), Refused),
)]
pub(super) async fn acknowledge(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
) -> Answer<Acknowledged> {
    let request = AcknowledgeMessagesRequest { case };
    let request = portal.on_behalf(&caller)?.idempotent(key).request(request);
    let answer = portal.peers.notification()?.acknowledge_messages(request).await?.into_inner();
    let head = Head::answered(Service::Notification, answer.head);
    Ok(Json(Acknowledged { messages: answer.messages, head }))
}

/// A recipient in a word: `post/<department>/<post>`.
pub(super) fn recipient_of(to: &notification::Recipient) -> Option<String> {
    let kind = lower(to.kind().as_str_name(), "RECIPIENT_KIND_")?;
    Some(format!("{kind}/{}", to.id))
}

fn recipient(to: Recipient) -> notification::Recipient {
    let (kind, id) = match to {
        Recipient::Person(id) => (RecipientKind::Person, id.to_string()),
        Recipient::Account(id) => (RecipientKind::Account, id.to_string()),
        Recipient::Post(id) => (RecipientKind::Post, id.to_string()),
    };
    notification::Recipient { kind: kind.into(), id }
}

impl From<notification::Message> for Message {
    fn from(message: notification::Message) -> Self {
        Self {
            to: message.to.as_ref().and_then(recipient_of),
            state: lower(message.state().as_str_name(), PREFIX),
            acknowledgement: message.acknowledgement.map(Acknowledgement::from),
            id: message.id,
            case_id: some(message.case_id),
            template: message.template,
            channel: message.channel,
            title: message.title,
            text: message.text,
            queued_at: instant(message.queued_at),
            goes_at: instant(message.goes_at),
            critical: message.critical,
            sending_id: some(message.sending_id),
            sent_at: instant(message.sent_at),
        }
    }
}
