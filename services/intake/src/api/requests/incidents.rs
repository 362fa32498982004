//! What is asked about incidents.

use std::mem;

use delivery_rpc::Asked;
use events::{
    intake::Incident,
    words::{Channel, PlaceId},
};
use proto::intake::v1::{
    CaseState, CloseIncidentRequest, IncidentCall as Call, JoinIncidentRequest,
    ListIncidentsRequest, OpenIncidentRequest, UpdateIncidentRequest, join_incident_request::Who,
};
use rpc::{Error, Fields, PageSize};

use super::{LONGEST_CODE, LONGEST_TEXT, given, instant, named, people};
use crate::{
    commands::{
        CloseIncident, IncidentCall, JoinIncident, Joining, UpdateIncident,
        accept::{AcceptCase, Wanted},
        called,
    },
    questions::ListIncidents,
    words::Words,
};

/// The most places that are named at once: more are a whole campus, which is a place.
const MOST_PLACES: usize = 50;

/// A case that touches many places.
pub(in crate::api) fn open_incident(
    asked: Asked,
    request: OpenIncidentRequest,
) -> Result<AcceptCase, Error> {
    let mut fields = Fields::default();
    let channel = fields.take("channel", Channel::try_from(request.channel()));
    let item = fields.required("item", &request.item);
    let places = places(&mut fields, &request.places);
    let expected_end = request.expected_end.as_ref();
    let expected_end = expected_end.and_then(|end| fields.take("expected_end", instant(end)));
    let text = fields.text("cause", request.cause, LONGEST_TEXT).into();
    let caller = named(&mut fields, "caller", request.caller);
    let people = people(&mut fields, request.people);
    let made = item.zip(channel).map(|(item, channel)| AcceptCase {
        asked,
        kind: None,
        channel,
        campus_phone: None,
        wanted: Wanted::Item(item),
        place: None,
        text,
        caller,
        on_behalf_of: None,
        asset: None,
        people,
        vulnerable: false,
        received_at: None,
        linked: None,
        incident: Some(Incident { places, expected_end }),
    });
    fields.end("case-invalid", made)
}

/// One more call about an incident, or a case that was one all along.
pub(in crate::api) fn join_incident(
    asked: Asked,
    request: JoinIncidentRequest,
) -> Result<JoinIncident, Error> {
    let mut fields = Fields::default();
    let incident = called(&request.incident)?;
    let mut text = Words::default();
    let who = match request.who {
        Some(Who::Call(mut call)) => {
            text = fields.text("text", mem::take(&mut call.text), LONGEST_TEXT).into();
            call_of(&mut fields, *call)
        }
        Some(Who::Case(case)) => {
            let case = called(&case).map_err(|error| error.message().to_owned());
            fields.take("case", case).map(Joining::Case)
        }
        None => {
            fields.refuse("who", "must be given: a call, or a case");
            None
        }
    };
    fields.end("join-invalid", who.map(|who| JoinIncident { asked, incident, who, text }))
}

fn call_of(fields: &mut Fields, call: Call) -> Option<Joining> {
    let channel = fields.take("channel", Channel::try_from(call.channel()));
    let campus_phone = given(fields.text("campus_phone", call.campus_phone, LONGEST_CODE));
    let place = fields.optional("place", &call.place);
    let caller = named(fields, "caller", call.caller);
    let on_behalf_of = named(fields, "on_behalf_of", call.on_behalf_of);
    let people = people(fields, call.people);
    let call = IncidentCall {
        channel: channel?,
        campus_phone,
        place,
        caller,
        on_behalf_of,
        people,
        vulnerable: call.vulnerable,
    };
    Some(Joining::Call(Box::new(call)))
}

/// What is known of an incident now.
pub(in crate::api) fn update_incident(
    asked: Asked,
    request: UpdateIncidentRequest,
) -> Result<UpdateIncident, Error> {
    let mut fields = Fields::default();
    let incident = called(&request.incident)?;
    let places = places(&mut fields, &request.places);
    let expected_end = request.expected_end.as_ref();
    let expected_end = expected_end.and_then(|end| fields.take("expected_end", instant(end)));
    let cause = fields.text("cause", request.cause, LONGEST_TEXT).into();
    let made = UpdateIncident { asked, incident, places, expected_end, cause };
    fields.end("incident-invalid", Some(made))
}

/// That an incident is over.
pub(in crate::api) fn close_incident(
    asked: Asked,
    request: CloseIncidentRequest,
) -> Result<CloseIncident, Error> {
    let mut fields = Fields::default();
    let incident = called(&request.incident)?;
    let outcome = fields.text("outcome", request.outcome, LONGEST_TEXT).into();
    fields.end("text-too-long", Some(CloseIncident { asked, incident, outcome }))
}

/// Which incidents are asked for.
pub(in crate::api) fn incidents(request: &ListIncidentsRequest) -> Result<ListIncidents, Error> {
    let mut fields = Fields::default();
    let status = match request.state() {
        CaseState::Unspecified | CaseState::Open => "open",
        CaseState::Resolved => "resolved",
        CaseState::Closed => "closed",
    };
    let place = fields.optional("place", &request.place);
    let after = fields.optional("page_token", &request.page_token);
    let page_size = PageSize::asked(request.page_size);
    fields.end("list-invalid", Some(ListIncidents { status, place, page_size, after }))
}

fn places(fields: &mut Fields, places: &[String]) -> Vec<PlaceId> {
    if places.len() > MOST_PLACES {
        fields.refuse("places", format!("are more than {MOST_PLACES}: name what they lie in"));
        return Vec::new();
    }
    places.iter().filter_map(|place| fields.required("places", place)).collect()
}
