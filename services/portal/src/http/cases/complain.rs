use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use events::words::Channel;
use proto::{
    intake::v1::{AcceptCaseResponse, ComplainCaseRequest, HearWordsRequest, HearWordsResponse},
    words::v1 as wire_words,
};
use rpc::Call;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{accept::Accepted, reference, views::Person};
use crate::{
    http::{
        extract::{Body, Caller, Key},
        schema::{self, Refused},
    },
    portal::Portal,
    refusal::Refusal,
};

/// What somebody complains of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::http) struct Complaint {
    /// How it came in; if it is missing, `hotline` of the desk and `web` of whoever complains for
    /// themselves, who may state no other.
    #[schema(schema_with = schema::channel_or_none)]
    channel: Option<Channel>,
    /// In their own words, 1 to 4,000 characters; kept with the complaint alone.
    text: String,
    /// Who complains, one of its reporters; if it is missing, whoever asks for themselves, and of the
    /// desk the first reporter.
    person: Option<Person>,
}

/// Complains about a case
///
/// Opens a complaint (投诉): a case of its own, of the item that the policy of the case names, linked to
/// it and at its place. By whoever reported the case, or the desk for one of them. Refused by
/// `case-unknown`, `complaint-invalid`, `case-invalid`, `no-complaints`, `no-definitions`, and by `already-complained`,
/// whose message names the complaint of theirs that is not answered yet.
#[utoipa::path(
    post, path = "/cases/{case}/complaint", tag = "cases",
    operation_id = "complainCase", request_body = Complaint,
    params(("case" = String, Path, description = "The number or id of the case complained of"),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 201, description = "Opened, and promised", body = Accepted), Refused),
)]
pub(in crate::http) async fn complain(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path(case): Path<String>,
    Body(Complaint { channel, text, person }): Body<Complaint>,
) -> Result<(StatusCode, Json<Accepted>), Refusal> {
    reference(&case)?;
    let channel = channel.unwrap_or_else(|| caller.usual_channel());
    let saying = Saying { case, channel, text, person };
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let answer = open(&portal, call, saying, false).await?;
    Ok((StatusCode::CREATED, Json(Accepted::of(answer)?)))
}

/// Who says what of which case, and how.
#[derive(Clone)]
pub(in crate::http) struct Saying {
    pub(in crate::http) case: String,
    pub(in crate::http) channel: Channel,
    pub(in crate::http) text: String,
    pub(in crate::http) person: Option<Person>,
}

/// Has intake open a complaint, by whoever calls. What was said may be `withheld` since it was heard.
pub(in crate::http) async fn open(
    portal: &Portal,
    call: Call,
    Saying { case, channel, text, person }: Saying,
    withheld: bool,
) -> Result<AcceptCaseResponse, Refusal> {
    let request = call.request(ComplainCaseRequest {
        case,
        channel: wire_words::Channel::from(channel).into(),
        text,
        person: person.map(Into::into),
        withheld,
    });
    Ok(portal.peers.intake()?.complain_case(request).await?.into_inner())
}

/// Has intake hear what another service is to keep: what tells of a person at risk that one is not given.
/// An intake of the release before, which hears nothing said there, keeps nobody from answering.
pub(in crate::http) async fn hear(
    portal: &Portal,
    call: Call,
    Saying { case, channel, text, person }: Saying,
) -> Result<HearWordsResponse, Refusal> {
    let request = call.request(HearWordsRequest {
        case,
        channel: wire_words::Channel::from(channel).into(),
        text,
        person: person.map(Into::into),
    });
    match portal.peers.intake()?.hear_words(request).await {
        Err(status) if status.code() == tonic::Code::Unimplemented => {
            tracing::warn!("an intake of an earlier release does not hear what is answered");
            Ok(HearWordsResponse::default())
        }
        heard => Ok(heard?.into_inner()),
    }
}
