//! Messages, which notification owns.

use axum::{Json, extract::State};
use events::words::Recipient;
use jiff::Timestamp;
use proto::notification::v1::{
    self as notification, ListMessagesRequest, MessageState, RecipientKind,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    extract::{Answer, Caller, Params},
    schema::Refused,
    wire::{instant, lower, some, upper},
};
use crate::portal::Portal;

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
    /// The case that it is about.
    case_id: String,
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
        let to = message.to.as_ref().and_then(|to| {
            let kind = lower(to.kind().as_str_name(), "RECIPIENT_KIND_")?;
            Some(format!("{kind}/{}", to.id))
        });
        Self {
            to,
            state: lower(message.state().as_str_name(), PREFIX),
            id: message.id,
            case_id: message.case_id,
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
