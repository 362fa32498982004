use delivery_rpc::Asked;
use events::words::Channel;
use proto::intake::v1::{ComplainCaseRequest, HearWordsRequest};
use rpc::{Error, Fields};

use super::{LONGEST_TEXT, named};
use crate::{
    commands::{
        Hear,
        accept::{AcceptCase, Wanted},
        called,
    },
    words::Words,
};

/// The most characters of all that somebody says at once to another service.
const LONGEST_SAID: usize = 2 * LONGEST_TEXT;

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
    let text = fields.text("text", request.text, LONGEST_TEXT);
    let text = Words::from(text).again(request.withheld);
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

/// What was said to another service.
pub(in crate::api) fn hear(asked: Asked, request: HearWordsRequest) -> Result<Hear, Error> {
    let mut fields = Fields::default();
    let case = called(&request.case)?;
    let channel = fields.take("channel", Channel::try_from(request.channel()));
    let person = named(&mut fields, "person", request.person);
    if person.is_none() && asked.subject.principal.account().is_none() {
        fields.refuse("person", "must be given: who followed the link");
    }
    if request.text.trim().is_empty() {
        fields.refuse("text", "must be what was said");
    }
    let text = fields.text("text", request.text, LONGEST_SAID).into();
    fields.end("words-invalid", channel.map(|channel| Hear { asked, case, channel, person, text }))
}
