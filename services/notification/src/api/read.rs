//! What a message asks for, or which of its fields is wrong.

use events::words::Recipient;
use proto::notification::v1::{self as wire, ListMessagesRequest, MessageState, RecipientKind};
use rpc::{Error, Fields, PageSize};

use crate::store::list::Wanted;

/// Which messages are asked for.
pub(super) fn wanted(request: &ListMessagesRequest) -> Result<Wanted, Error> {
    let mut fields = Fields::default();
    let wanted = Wanted {
        case: fields.optional("case_id", &request.case_id),
        to: request.to.as_ref().and_then(|to| recipient(&mut fields, to)),
        state: state(request.state()),
        after: fields.optional("page_token", &request.page_token),
        page_size: PageSize::asked(request.page_size),
    };
    fields.end("list-invalid", Some(wanted))
}

fn recipient(fields: &mut Fields, to: &wire::Recipient) -> Option<Recipient> {
    match to.kind() {
        RecipientKind::Unspecified => None,
        RecipientKind::Person => fields.required("to.id", &to.id).map(Recipient::Person),
        RecipientKind::Account => fields.required("to.id", &to.id).map(Recipient::Account),
        RecipientKind::Post => fields.required("to.id", &to.id).map(Recipient::Post),
    }
}

fn state(state: MessageState) -> Option<&'static str> {
    match state {
        MessageState::Unspecified => None,
        MessageState::Queued => Some("queued"),
        MessageState::Sending => Some("sending"),
        MessageState::Sent => Some("sent"),
        MessageState::Failed => Some("failed"),
        MessageState::Withdrawn => Some("withdrawn"),
    }
}
