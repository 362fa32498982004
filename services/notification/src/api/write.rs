//! Answers as messages.

use delivery_rpc::timestamp;
use events::words::Recipient;
use proto::notification::v1::{self as wire, ListMessagesResponse, MessageState, RecipientKind};

use crate::{
    message::{Message, Status},
    outgoing::Weight,
    questions::Page,
};

/// A page of messages.
pub(super) fn page(Page { found, next_page_token }: Page) -> ListMessagesResponse {
    let messages = found.iter().map(|found| message(&found.message)).collect();
    ListMessagesResponse { messages, next_page_token }
}

fn message(message: &Message) -> wire::Message {
    wire::Message {
        id: message.id.to_string(),
        case_id: message.case.to_string(),
        to: Some(recipient(&message.to)),
        template: message.template.to_string(),
        cause: message.cause.to_string(),
        channel: message.channel.word().to_owned(),
        state: state(message.status).into(),
        title: message.words.title.clone(),
        text: message.words.text.clone(),
        queued_at: Some(timestamp(message.queued_at)),
        sent_at: message.status.sent_at().map(timestamp),
        goes_at: Some(timestamp(message.goes_at)),
        critical: message.weight == Weight::Critical,
        sending_id: message.sending.map(|sending| sending.to_string()).unwrap_or_default(),
    }
}

fn recipient(to: &Recipient) -> wire::Recipient {
    let (kind, id) = match to {
        Recipient::Person(id) => (RecipientKind::Person, id.to_string()),
        Recipient::Account(id) => (RecipientKind::Account, id.to_string()),
        Recipient::Post(id) => (RecipientKind::Post, id.to_string()),
    };
    wire::Recipient { kind: kind.into(), id }
}

const fn state(status: Status) -> MessageState {
    match status {
        Status::Queued => MessageState::Queued,
        Status::Sending => MessageState::Sending,
        Status::Sent { .. } => MessageState::Sent,
        Status::Failed => MessageState::Failed,
        Status::Withdrawn => MessageState::Withdrawn,
    }
}
