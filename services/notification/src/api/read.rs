//! What a message asks for, or which of its fields is wrong.

use clock::MessageId;
use events::words::Recipient;
use proto::notification::v1::{
    self as wire, ListMessagesRequest, ListPhoneCallsRequest, MessageState, RecipientKind,
};
use rpc::{Code, Error, Fields, PageSize};

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

/// Where the page before ended.
pub(super) fn after(request: &ListPhoneCallsRequest) -> Result<Option<MessageId>, Error> {
    let mut fields = Fields::default();
    let after = fields.optional("page_token", &request.page_token);
    fields.end("list-invalid", Some(after))
}

/// Which call.
pub(super) fn call(id: &str) -> Result<MessageId, Error> {
    let message = "there is no such call: its id is a UUID";
    id.parse().map_err(|_| Error::new(Code::NotFound, "no-such-call", message))
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
