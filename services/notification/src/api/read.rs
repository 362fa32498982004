//! What a message asks for, or which of its fields is wrong.

use std::fmt::Display;

use events::words::Recipient;
use proto::notification::v1::{self as wire, ListMessagesRequest, MessageState, RecipientKind};
use rpc::{Code, Error};

use crate::store::list::Wanted;

/// Messages of one page, if the caller does not say.
const PAGE: u16 = 50;
/// Messages of the largest page.
const LARGEST_PAGE: u16 = 200;

/// Which messages are asked for.
pub(super) fn wanted(request: &ListMessagesRequest) -> Result<Wanted, Error> {
    let case = given(&request.case_id)
        .map(|text| text.parse().map_err(|error| wrong("case_id", error)))
        .transpose()?;
    let after = given(&request.page_token)
        .map(|text| text.parse().map_err(|_| wrong("page_token", "it is not from a page before")))
        .transpose()?;
    let asked = u16::try_from(request.page_size).unwrap_or(LARGEST_PAGE);
    Ok(Wanted {
        case,
        to: request.to.as_ref().map(recipient).transpose()?.flatten(),
        state: state(request.state()),
        after,
        limit: if asked == 0 { PAGE } else { asked.min(LARGEST_PAGE) },
    })
}

fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn recipient(to: &wire::Recipient) -> Result<Option<Recipient>, Error> {
    let wrong = |error: &dyn Display| wrong("to.id", error);
    match to.kind() {
        RecipientKind::Unspecified => Ok(None),
        RecipientKind::Person => {
            to.id.parse().map(Recipient::Person).map(Some).map_err(|error| wrong(&error))
        }
        RecipientKind::Account => {
            to.id.parse().map(Recipient::Account).map(Some).map_err(|error| wrong(&error))
        }
        RecipientKind::Post => {
            to.id.parse().map(Recipient::Post).map(Some).map_err(|error| wrong(&error))
        }
    }
}

fn state(state: MessageState) -> Option<&'static str> {
    match state {
        MessageState::Unspecified => None,
        MessageState::Queued => Some("queued"),
        MessageState::Sending => Some("sending"),
        MessageState::Sent => Some("sent"),
        MessageState::Failed => Some("failed"),
    }
}

fn wrong(field: &str, description: impl Display) -> Error {
    Error::new(Code::InvalidArgument, "request-invalid", "the request has 1 mistake")
        .violating(field, description.to_string())
}
