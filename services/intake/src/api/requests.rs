//! Requests as they are parsed: what does not parse is refused with all its violations.

mod alarms;
mod complaints;
mod incidents;

use clock::PersonId;
use delivery_rpc::Asked;
use events::words::{CaseKind, Channel, ContactOutcome, Urgency};
use jiff::Timestamp;
use proto::intake::v1::{
    AcceptCaseRequest, CaseState, ChangeUrgencyRequest, CloseCaseAsRequest,
    ContactOutcome as Outcome, FindSimilarRequest, ImportRequestersRequest, JoinCaseRequest,
    ListCasesRequest, ListContactsRequest, LogContactRequest, Person, Referral,
    Requester as WireRequester, UnjoinCaseRequest,
};
use proto::words::v1 as wire;
use rpc::{Error, Fields, PageSize};

use crate::{
    commands::{
        ChangeUrgency, CloseAs, Ending, Join, LogContact, Requester, Unjoin, Whose,
        accept::{AcceptCase, Wanted},
        called,
    },
    people::{Details, Field, Named},
    questions::{FindSimilar, ListCases, ListContacts},
    words::Words,
};

pub(super) use alarms::open_alarm;
pub(super) use complaints::{complain, hear};
pub(super) use incidents::{
    close_incident, incidents, join_incident, open_incident, update_incident,
};

/// The most characters of what was said.
const LONGEST_TEXT: usize = 4_000;
/// The most characters of a reason.
const LONGEST_REASON: usize = 500;
/// The most characters of a name, a mail address, an inventory id.
const LONGEST_NAME: usize = 100;
const LONGEST_MAIL: usize = 254;
const LONGEST_CODE: usize = 64;
/// The digits of a phone.
const PHONE: std::ops::RangeInclusive<usize> = 3..=20;
/// How many people something touches.
const PEOPLE: std::ops::RangeInclusive<u16> = 1..=60_000;

/// A contact and what was reported in it.
pub(super) fn accept(asked: Asked, request: AcceptCaseRequest) -> Result<AcceptCase, Error> {
    let mut fields = Fields::default();
    let channel = fields.take("channel", Channel::try_from(request.channel()));
    let kind = Some(request.kind()).filter(|kind| *kind != wire::CaseKind::Unspecified);
    let kind = kind.and_then(|kind| fields.take("kind", CaseKind::try_from(kind)));
    let item = fields.required("item", &request.item);
    let place = fields.optional("place", &request.place);
    let received_at = request.received_at.as_ref();
    let received_at = received_at.and_then(|at| fields.take("received_at", instant(at)));
    let campus_phone = fields.text("campus_phone", request.campus_phone, LONGEST_CODE);
    let text = fields.text("text", request.text, LONGEST_TEXT).into();
    let asset = fields.text("asset", request.asset, LONGEST_CODE);
    let caller = named(&mut fields, "caller", request.caller);
    let on_behalf_of = named(&mut fields, "on_behalf_of", request.on_behalf_of);
    let people = people(&mut fields, request.people);
    let linked = fields.optional("linked_to", &request.linked_to);
    let made = item.zip(channel).map(|(item, channel)| AcceptCase {
        asked,
        kind,
        channel,
        campus_phone: given(campus_phone),
        wanted: Wanted::Item(item),
        place,
        text,
        caller,
        on_behalf_of,
        asset: given(asset),
        people,
        vulnerable: request.vulnerable,
        received_at,
        linked,
        incident: None,
    });
    fields.end("case-invalid", made)
}

/// How many people it touches: at least whoever says so, at most all that a campus has.
fn people(fields: &mut Fields, people: Option<u32>) -> Option<u16> {
    let people = people?;
    let some = u16::try_from(people).ok().filter(|people| PEOPLE.contains(people));
    if some.is_none() {
        fields.refuse("people", format!("must be 1 to {}, or left out", PEOPLE.end()));
    }
    some
}

/// A contact about a case that is there.
pub(super) fn join(asked: Asked, request: JoinCaseRequest) -> Result<Join, Error> {
    let mut fields = Fields::default();
    let case = called(&request.case)?;
    let channel = fields.take("channel", Channel::try_from(request.channel()));
    let caller = named(&mut fields, "caller", request.caller);
    let on_behalf_of = named(&mut fields, "on_behalf_of", request.on_behalf_of);
    if caller.is_none() && on_behalf_of.is_none() {
        fields.refuse("caller", "who joins is told what becomes of it: give a phone or a number");
    }
    let text = fields.text("text", request.text, LONGEST_TEXT).into();
    let asset = given(fields.text("asset", request.asset, LONGEST_CODE));
    let people = people(&mut fields, request.people);
    let vulnerable = request.vulnerable;
    let made = channel.map(|channel| Join {
        asked,
        case,
        channel,
        caller,
        on_behalf_of,
        text,
        people,
        asset,
        vulnerable,
    });
    fields.end("join-invalid", made)
}

/// Who is to hear no more of a case.
pub(super) fn unjoin(asked: Asked, request: UnjoinCaseRequest) -> Result<Unjoin, Error> {
    let mut fields = Fields::default();
    let case = called(&request.case)?;
    let person = named(&mut fields, "person", request.person);
    if person.is_none() {
        fields.refuse("person", "must be given: an id, a phone, a mail address or a number");
    }
    let reason = fields.text("reason", request.reason, LONGEST_REASON).into();
    fields.end("unjoin-invalid", person.map(|person| Unjoin { asked, case, person, reason }))
}

/// How much haste a case is to have.
pub(super) fn urgency(asked: Asked, request: ChangeUrgencyRequest) -> Result<ChangeUrgency, Error> {
    let mut fields = Fields::default();
    let case = called(&request.case)?;
    let urgency = fields.take("urgency", Urgency::try_from(request.urgency()));
    let reason = fields.text("reason", request.reason, LONGEST_REASON).into();
    let made = urgency.map(|urgency| ChangeUrgency { asked, case, urgency, reason });
    fields.end("urgency-invalid", made)
}

/// What was said with a command; may be empty.
pub(super) fn reason(text: String) -> Result<Words, Error> {
    let mut fields = Fields::default();
    let text = fields.text("reason", text, LONGEST_REASON).into();
    fields.end("reason-too-long", Some(text))
}

/// What somebody says about a case; may be empty.
pub(super) fn remark(text: String) -> Result<Words, Error> {
    let mut fields = Fields::default();
    let text = fields.text("text", text, LONGEST_TEXT).into();
    fields.end("text-too-long", Some(text))
}

/// A note, which says something.
pub(super) fn note(text: String) -> Result<Words, Error> {
    let mut fields = Fields::default();
    if text.trim().is_empty() {
        fields.refuse("text", "must be given");
    }
    let text = fields.text("text", text, LONGEST_TEXT).into();
    fields.end("note-invalid", Some(text))
}

/// An end that somebody decides on.
pub(super) fn close_as(asked: Asked, request: CloseCaseAsRequest) -> Result<CloseAs, Error> {
    let mut fields = Fields::default();
    let case = called(&request.case)?;
    let end = match request.end() {
        wire::End::Duplicate => {
            let of = called(&request.of).map_err(|error| error.message().to_owned());
            fields.take("of", of).map(Ending::DuplicateOf)
        }
        wire::End::NotOurs => whose(&mut fields, "referral", request.referral).map(Ending::NotOurs),
        wire::End::Refused => Some(Ending::Refused),
        wire::End::Test => Some(Ending::Test),
        wire::End::Unspecified
        | wire::End::Solved
        | wire::End::Unreachable
        | wire::End::Uncalled
        | wire::End::Withdrawn => {
            fields.refuse("end", "must be one of duplicate, not-ours, refused, test");
            None
        }
    };
    let reason = fields.text("reason", request.reason, LONGEST_REASON).into();
    fields.end("close-invalid", end.map(|end| CloseAs { asked, case, end, reason }))
}

/// Whose matter it is instead.
fn whose(fields: &mut Fields, at: &str, referral: Option<Referral>) -> Option<Whose> {
    let Referral { department, window, person } = referral.unwrap_or_default();
    let department = fields.required(&format!("{at}.department"), &department);
    let window = fields.text(&format!("{at}.window"), window, LONGEST_NAME);
    let person = fields.text(&format!("{at}.person"), person, LONGEST_NAME);
    Some(Whose { department: department?, window, person })
}

/// A contact of which no case comes.
pub(super) fn log_contact(asked: Asked, request: LogContactRequest) -> Result<LogContact, Error> {
    let mut fields = Fields::default();
    let channel = fields.take("channel", Channel::try_from(request.channel()));
    let whose = match request.outcome() {
        Outcome::Answered => Some(None),
        Outcome::Referred => whose(&mut fields, "referral", request.referral).map(Some),
        Outcome::Unspecified | Outcome::Joined | Outcome::Opened => {
            fields.refuse("outcome", "must be answered or referred: any other comes of a case");
            None
        }
    };
    let received_at = request.received_at.as_ref();
    let received_at = received_at.and_then(|at| fields.take("received_at", instant(at)));
    let campus_phone = given(fields.text("campus_phone", request.campus_phone, LONGEST_CODE));
    let text = fields.text("text", request.text, LONGEST_TEXT).into();
    let caller = named(&mut fields, "caller", request.caller);
    let made = channel.zip(whose).map(|(channel, whose)| LogContact {
        asked,
        channel,
        caller,
        campus_phone,
        text,
        whose,
        received_at,
    });
    fields.end("contact-invalid", made)
}

/// Which contacts are asked for.
pub(super) fn contacts(request: &ListContactsRequest) -> Result<ListContacts, Error> {
    let mut fields = Fields::default();
    let outcome = match request.outcome() {
        Outcome::Unspecified => None,
        Outcome::Answered => Some(ContactOutcome::Answered),
        Outcome::Referred => Some(ContactOutcome::Referred),
        Outcome::Joined => Some(ContactOutcome::Joined),
        Outcome::Opened => Some(ContactOutcome::Opened),
    };
    let after = fields.optional("page_token", &request.page_token);
    let page_size = PageSize::asked(request.page_size);
    fields.end("list-invalid", Some(ListContacts { outcome, page_size, after }))
}

/// Which cases are asked for.
pub(super) fn list(request: &ListCasesRequest) -> Result<ListCases, Error> {
    let mut fields = Fields::default();
    let urgency = Some(request.urgency()).filter(|one| *one != wire::Urgency::Unspecified);
    let urgency = urgency.and_then(|one| fields.take("urgency", Urgency::try_from(one)));
    let status = match request.state() {
        CaseState::Unspecified => None,
        CaseState::Open => Some("open"),
        CaseState::Resolved => Some("resolved"),
        CaseState::Closed => Some("closed"),
    };
    let item = fields.optional("item", &request.item);
    let place = fields.optional("place", &request.place);
    let after = fields.optional("page_token", &request.page_token);
    let page_size = PageSize::asked(request.page_size);
    fields.end("list-invalid", Some(ListCases { status, urgency, item, place, page_size, after }))
}

/// What is reported, of which similar cases are asked for.
pub(super) fn similar(request: &FindSimilarRequest) -> Result<FindSimilar, Error> {
    let mut fields = Fields::default();
    let item = fields.required("item", &request.item);
    let place = fields.optional("place", &request.place);
    let campus_phone =
        given(fields.text("campus_phone", request.campus_phone.clone(), LONGEST_CODE));
    let before = fields.optional("before", &request.before);
    let made = item.map(|item| FindSimilar { item, place, campus_phone, before });
    fields.end("list-invalid", made)
}

/// Persons whom the portal answers for.
pub(super) fn requesters(request: ImportRequestersRequest) -> Result<Vec<Requester>, Error> {
    let mut fields = Fields::default();
    let read = |(place, requester): (usize, WireRequester)| {
        let at = format!("requesters[{place}]");
        let person = fields.required(&format!("{at}.person"), &requester.person);
        let account = fields.required(&format!("{at}.account"), &requester.account);
        let WireRequester { name, phone, mail, number, .. } = requester;
        let details = details(&mut fields, &at, [name, phone, mail, number]);
        Some(Requester { person: person?, account: account?, details })
    };
    let read: Vec<_> = request.requesters.into_iter().enumerate().map(read).collect();
    fields.end("requesters-invalid", read.into_iter().collect())
}

/// Whose addresses are asked for.
pub(super) fn person(person: &str) -> Result<PersonId, Error> {
    let mut fields = Fields::default();
    let person = fields.required("person", person);
    fields.end("address-invalid", person)
}

/// A text that was given.
fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// Somebody of whom something is told; nobody else is a caller.
fn named(fields: &mut Fields, at: &str, person: Option<Person>) -> Option<Named> {
    let Person { id, name, phone, mail, number } = person?;
    let id: Option<PersonId> = fields.optional(&format!("{at}.id"), &id);
    let details = details(fields, at, [name, phone, mail, number]);
    Some(Named { id, details }).filter(|named| id.is_some() || !named.details.is_empty())
}

fn details(fields: &mut Fields, at: &str, [name, phone, mail, number]: [String; 4]) -> Details {
    let digits = phone.strip_prefix('+').unwrap_or(&phone);
    let is_phone = PHONE.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if !phone.is_empty() && !is_phone {
        fields
            .refuse(&format!("{at}.phone"), "must be 3 to 20 digits, with or without a leading +");
    }
    if !mail.is_empty() && !mail.contains('@') {
        fields.refuse(&format!("{at}.mail"), "must be a mail address");
    }
    let name = fields.text(&format!("{at}.name"), name, LONGEST_NAME);
    let mail = fields.text(&format!("{at}.mail"), mail, LONGEST_MAIL);
    let number = fields.text(&format!("{at}.number"), number, LONGEST_CODE);
    let details = Details::default().with(Field::Name, &name).with(Field::Phone, &phone);
    details.with(Field::Mail, &mail).with(Field::Number, &number)
}

/// An instant, cut to the microseconds that the store keeps.
fn instant(at: &prost_types::Timestamp) -> Result<Timestamp, jiff::Error> {
    Timestamp::new(at.seconds, at.nanos / 1_000 * 1_000)
}
