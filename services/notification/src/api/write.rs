//! Answers as messages.

use definitions::Rules;
use delivery_rpc::timestamp;
use events::words::{Recipient, Unheard};
use proto::notification::v1::{
    self as wire, AcknowledgementState, ListMessagesResponse, MessageState, RecipientKind,
};

use crate::{
    acknowledgement::Acknowledgement,
    message::Status,
    outgoing::Weight,
    questions::Page,
    store::{list::Found, phone_calls::PhoneCall},
};

/// A page of messages.
pub(super) fn page(Page { found, next_page_token }: Page) -> ListMessagesResponse {
    let messages = found.iter().map(message).collect();
    ListMessagesResponse { messages, next_page_token }
}

/// Somebody to phone, with the numbers that the post's definition says; what it is about only if that
/// is open to who asks.
pub(crate) fn phone_call(rules: &Rules, call: &PhoneCall, is_open: bool) -> wire::PhoneCall {
    let post = match &call.to {
        Recipient::Post(post) => rules.post(post),
        Recipient::Person(_) | Recipient::Account(_) => None,
    };
    let (why, since, tries, taken) = match call.known {
        Acknowledgement::ToPhone { why, since, tries, taken } => {
            (unheard(why), Some(timestamp(since)), tries, taken)
        }
        Acknowledgement::Awaited { .. }
        | Acknowledgement::Acknowledged { .. }
        | Acknowledgement::Over { .. } => (wire::Unheard::Unspecified, None, 0, None),
    };
    let shown = |text: String| if is_open { text } else { String::new() };
    wire::PhoneCall {
        id: call.message.to_string(),
        case_id: shown(call.case.to_string()),
        case_number: shown(call.matter.number.to_string()),
        to: Some(recipient(&call.to)),
        phone: post.and_then(|post| post.phone.clone()).unwrap_or_default(),
        mobile: post.and_then(|post| post.mobile.clone()).unwrap_or_default(),
        template: shown(call.template.clone()),
        why: why.into(),
        since,
        tries: tries.into(),
        taken_by: taken.map(|taken| taken.by.to_string()).unwrap_or_default(),
        taken_until: taken.map(|taken| timestamp(taken.until)),
    }
}

/// How far an acknowledgement is.
pub(crate) const fn acknowledgement_state(known: Acknowledgement) -> AcknowledgementState {
    match known {
        Acknowledgement::Awaited { .. } => AcknowledgementState::Awaited,
        Acknowledgement::ToPhone { .. } => AcknowledgementState::ToPhone,
        Acknowledgement::Acknowledged { .. } => AcknowledgementState::Acknowledged,
        Acknowledgement::Over { .. } => AcknowledgementState::Over,
    }
}

fn acknowledgement(known: Acknowledgement) -> wire::Acknowledgement {
    let (at, by) = match known {
        Acknowledgement::Awaited { until } => (until, None),
        Acknowledgement::ToPhone { since, .. } => (since, None),
        Acknowledgement::Acknowledged { by, at } => (at, Some(by)),
        Acknowledgement::Over { at } => (at, None),
    };
    wire::Acknowledgement {
        state: acknowledgement_state(known).into(),
        at: Some(timestamp(at)),
        by: by.map(|by| by.to_string()).unwrap_or_default(),
    }
}

const fn unheard(why: Unheard) -> wire::Unheard {
    match why {
        Unheard::Unacknowledged => wire::Unheard::Unacknowledged,
        Unheard::Undelivered => wire::Unheard::Undelivered,
    }
}

fn message(Found { message, acknowledgement: known, .. }: &Found) -> wire::Message {
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
        acknowledgement: known.map(acknowledgement),
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
