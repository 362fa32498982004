use axum::{Json, extract::State, http::StatusCode};
use clock::AccountId;
use events::words::{Channel, ContactOutcome};
use jiff::Timestamp;
use proto::{
    intake::v1::{self as intake, ListContactsRequest, LogContactRequest},
    words::v1 as wire_words,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::cases::{
    close_as::Referral,
    views::{Account, Person},
};
use crate::{
    http::{
        alarms::PersonAtRisk,
        extract::{Answer, Body, Caller, Key, Params},
        schema::{self, Refused},
        when,
        wire::{instant, lower, sent, some, word},
    },
    portal::Portal,
    refusal::Refusal,
    store::accounts,
};

const PREFIX: &str = "CONTACT_OUTCOME_";

/// A contact of which no case comes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewContact {
    /// How it came in.
    #[schema(schema_with = schema::channel)]
    channel: Channel,
    /// `answered` or `referred`; the others come of their cases.
    #[schema(schema_with = schema::outcome)]
    outcome: ContactOutcome,
    /// Of one that was referred.
    referral: Option<Referral>,
    /// Missing for an unknown caller.
    caller: Option<Person>,
    /// The campus phone that the call came from.
    #[serde(default)]
    campus_phone: String,
    /// What was asked and answered, up to 4,000 characters.
    #[serde(default)]
    text: String,
    /// When it was taken, if that is past; by permission.
    #[serde(default, deserialize_with = "when::optional")]
    received_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Logged {
    id: Uuid,
    /// Who is at risk by what was said; absent for who reports for themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    person_at_risk: Option<PersonAtRisk>,
}

/// Records a contact
///
/// Answered at once, or referred: no case comes of it (接待). Refused by `contact-invalid`,
/// `backdating-not-permitted` and `no-definitions`.
#[utoipa::path(
    post, path = "/contacts", tag = "contacts",
    operation_id = "logContact", request_body = NewContact,
    params(("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 201, description = "Recorded", body = Logged), Refused),
)]
pub(super) async fn log(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Body(contact): Body<NewContact>,
) -> Result<(StatusCode, Json<Logged>), Refusal> {
    let request = LogContactRequest {
        channel: wire_words::Channel::from(contact.channel).into(),
        outcome: outcome(contact.outcome).into(),
        referral: contact.referral.map(Into::into),
        caller: contact.caller.map(Into::into),
        campus_phone: contact.campus_phone,
        text: contact.text,
        received_at: contact.received_at.map(delivery_rpc::timestamp),
    };
    let request = portal.on_behalf(&caller)?.idempotent(key).request(request);
    let answer = portal.peers.intake()?.log_contact(request).await?.into_inner();
    let id = sent(answer.contact_id.parse().ok(), "contact id")?;
    let person_at_risk = PersonAtRisk::told(answer.person_at_risk)?;
    Ok((StatusCode::CREATED, Json(Logged { id, person_at_risk })))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    #[param(schema_with = schema::outcome)]
    outcome: Option<ContactOutcome>,
    /// 1 to 200; 50 if it is missing.
    #[serde(default)]
    limit: u32,
    /// `next` of the page before.
    #[serde(default)]
    page: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Contacts {
    contacts: Vec<Contact>,
    /// The next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One call, visit or message.
#[derive(Debug, Serialize, ToSchema)]
struct Contact {
    id: String,
    #[schema(schema_with = schema::channel_or_none)]
    channel: Option<Channel>,
    at: Option<Timestamp>,
    /// Who took it.
    first_receiver: Option<Account>,
    /// `answered`, `referred`, `joined` or `opened`.
    outcome: Option<String>,
    /// Who called, what was said and whose it is: of one of which no case came.
    caller: Option<Person>,
    text: Option<String>,
    referral: Option<Referral>,
    campus_phone: Option<String>,
    /// Where they were, of a call about an incident.
    place: Option<String>,
}

/// Lists contacts
///
/// The newest first; of one that became a case the case says who called.
#[utoipa::path(
    get, path = "/contacts", tag = "contacts", params(Wanted),
    operation_id = "listContacts",
    responses((status = 200, description = "A page", body = Contacts), Refused),
)]
pub(super) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    Params(wanted): Params<Wanted>,
) -> Answer<Contacts> {
    let request = portal.on_behalf(&caller)?.request(ListContactsRequest {
        outcome: wanted.outcome.map_or(intake::ContactOutcome::Unspecified, outcome).into(),
        page_size: wanted.limit,
        page_token: wanted.page,
    });
    let answer = portal.peers.intake()?.list_contacts(request).await?.into_inner();
    let account = |contact: &intake::Contact| contact.first_receiver.parse::<AccountId>().ok();
    let accounts: Vec<_> = answer.contacts.iter().filter_map(account).collect();
    let names = accounts::names(portal.pool(), &portal.masters(), &accounts).await?;
    let contacts = answer.contacts.into_iter().map(|contact| Contact {
        channel: word::<wire_words::Channel, _>(contact.channel),
        at: instant(contact.at),
        first_receiver: account(&contact).map(|id| Account { id, name: names.get(&id).cloned() }),
        outcome: lower(contact.outcome().as_str_name(), PREFIX),
        id: contact.id,
        caller: contact.caller.map(Person::from),
        text: some(contact.text),
        referral: contact.referral.map(Referral::from),
        campus_phone: some(contact.campus_phone),
        place: some(contact.place),
    });
    Ok(Json(Contacts { contacts: contacts.collect(), next: some(answer.next_page_token) }))
}

const fn outcome(outcome: ContactOutcome) -> intake::ContactOutcome {
    match outcome {
        ContactOutcome::Answered => intake::ContactOutcome::Answered,
        ContactOutcome::Referred => intake::ContactOutcome::Referred,
        ContactOutcome::Joined => intake::ContactOutcome::Joined,
        ContactOutcome::Opened => intake::ContactOutcome::Opened,
    }
}
