use delivery_rpc::Asked;
use events::words::Channel;
use proto::intake::v1::ComplainCaseRequest;
use rpc::{Error, Fields};

use super::{LONGEST_TEXT, named};
use crate::commands::{
    accept::{AcceptCase, Wanted},
    called,
};

/// A complaint about a case; what else it is, that case says.
pub(in crate::api) fn complain(
    asked: Asked,
    request: ComplainCaseRequest,
) -> Result<AcceptCase, Error> {
    let mut fields = Fields::default();
    let case = called(&request.case)?;
    let channel = fields.take("channel", Channel::try_from(request.channel()));
    let caller = named(&mut fields, "person", request.person);
    if request.text.trim().is_empty() {
        fields.refuse("text", "must say what they complain of");
    }
    let text = fields.text("text", request.text, LONGEST_TEXT).into();
    let made = channel.map(|channel| AcceptCase {
        asked,
        kind: None,
        channel,
        campus_phone: None,
        wanted: Wanted::Complaint(None),
        place: None,
        text,
        caller,
        on_behalf_of: None,
        asset: None,
        people: None,
        vulnerable: false,
        received_at: None,
        linked: Some(case),
        incident: None,
    });
    fields.end("complaint-invalid", made)
}
