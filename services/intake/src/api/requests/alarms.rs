//! What is asked about alarms.

use delivery_rpc::Asked;
use events::words::{AlarmKind, Channel};
use proto::{intake::v1::OpenAlarmRequest, words::v1 as wire};
use rpc::{Error, Fields};

use super::{LONGEST_CODE, LONGEST_TEXT, given, named};
use crate::commands::accept::{AcceptCase, Wanted};

/// An alarm, of which a place or a campus phone says enough.
pub(in crate::api) fn open_alarm(
    asked: Asked,
    request: OpenAlarmRequest,
) -> Result<AcceptCase, Error> {
    let mut fields = Fields::default();
    let kind = Some(request.kind()).filter(|kind| *kind != wire::AlarmKind::Unspecified);
    let kind = kind.unwrap_or(wire::AlarmKind::Other);
    let kind = fields.take("kind", AlarmKind::try_from(kind));
    let channel = fields.take("channel", Channel::try_from(request.channel()));
    let campus_phone = given(fields.text("campus_phone", request.campus_phone, LONGEST_CODE));
    let place = fields.optional("place", &request.place);
    let text = fields.text("text", request.text, LONGEST_TEXT).into();
    let caller = named(&mut fields, "caller", request.caller);
    let on_behalf_of = named(&mut fields, "on_behalf_of", request.on_behalf_of);
    let made = kind.zip(channel).map(|(kind, channel)| AcceptCase {
        asked,
        kind: None,
        channel,
        campus_phone,
        wanted: Wanted::Alarm(kind),
        place,
        text,
        caller,
        on_behalf_of,
        asset: None,
        people: None,
        vulnerable: false,
        received_at: None,
        linked: None,
        incident: None,
    });
    fields.end("case-invalid", made)
}
