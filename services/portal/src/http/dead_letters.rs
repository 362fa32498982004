//! What a service could not handle, asked of each service.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use events::words::Service;
use futures::future::join_all;
use jiff::Timestamp;
use proto::delivery::v1::{
    self as delivery, DropDeadRequest, ListDeadRequest, ReplayDeadRequest, ShowDeadRequest,
};
use rpc::{Code, Error};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    extract::{Answer, Body, Caller, Key, Params},
    schema::{self, Refused},
    wire::{instant, lower, sent, some},
};
use crate::{portal::Portal, refusal::Refusal};

/// Letters of one service, at most.
const MOST: u32 = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// All services if it is missing.
    #[param(schema_with = schema::service)]
    service: Option<Service>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeadLetters {
    letters: Vec<DeadLetter>,
    /// Services that did not answer: they may have some too.
    #[schema(value_type = Vec<String>)]
    silent: Vec<Service>,
}

/// It holds back its own key, and no other.
#[derive(Debug, Serialize, ToSchema)]
struct DeadLetter {
    /// Where it lies.
    #[schema(schema_with = schema::service)]
    service: Service,
    id: String,
    /// `inbox`: an event of another service that cannot be applied; `outbox`: an event that the
    /// broker refuses; `wake`: an aggregate whose wake-up fails.
    kind: Option<String>,
    /// The service whose event it is.
    source: Option<String>,
    key: String,
    /// The event's; 0 for a wake-up.
    sequence: u64,
    r#type: Option<String>,
    /// The last failure.
    failure: String,
    tries: u32,
    since: Option<Timestamp>,
}

/// Lists dead letters
///
/// The oldest of each service first.
#[utoipa::path(
    get, path = "/dlq", tag = "dead letters", params(Wanted),
    operation_id = "listDeadLetters",
    responses((status = 200, description = "What waits for a person", body = DeadLetters), Refused),
)]
pub(super) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    Params(Wanted { service }): Params<Wanted>,
) -> Answer<DeadLetters> {
    let asked: Vec<_> =
        Service::ALL.iter().filter(|one| service.is_none_or(|s| s == **one)).collect();
    let answers = join_all(asked.into_iter().map(|&one| of_one(&portal, &caller, one))).await;
    let (mut letters, mut silent) = (Vec::new(), Vec::new());
    for (of, answer) in answers {
        match answer {
            Ok(found) => letters.extend(found),
            // With a service named, its silence is the answer.
            Err(error) if error.code() == Code::Unavailable && service.is_none() => silent.push(of),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Json(DeadLetters { letters, silent }))
}

async fn of_one(
    portal: &Portal,
    caller: &Caller,
    service: Service,
) -> (Service, Result<Vec<DeadLetter>, Error>) {
    let ask = async {
        let message = ListDeadRequest { page_size: MOST };
        let request = portal.on_behalf(caller)?.request(message);
        let answer = portal.peers.delivery(service)?.list_dead(request).await?.into_inner();
        let letters = answer.letters.into_iter().map(|letter| DeadLetter::of(service, letter));
        Ok::<_, Refusal>(letters.collect())
    };
    (service, ask.await.map_err(Error::from))
}

#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ShownLetter {
    letter: DeadLetter,
    /// The event as it was received (CloudEvents JSON); absent for a wake-up.
    envelope: Option<String>,
}

/// Shows a dead letter
#[utoipa::path(
    get, path = "/dlq/{service}/{id}", tag = "dead letters",
    operation_id = "showDeadLetter",
    params(("service" = String, Path), ("id" = String, Path)),
    responses((status = 200, description = "The letter", body = ShownLetter), Refused),
)]
pub(super) async fn show(
    State(portal): State<Portal>,
    caller: Caller,
    Path((service, id)): Path<(String, String)>,
) -> Answer<ShownLetter> {
    let service = named(&service)?;
    let request = portal.on_behalf(&caller)?.request(ShowDeadRequest { id });
    let answer = portal.peers.delivery(service)?.show_dead(request).await?.into_inner();
    let letter = DeadLetter::of(service, sent(answer.letter, "letter")?);
    Ok(Json(ShownLetter { letter, envelope: some(answer.envelope) }))
}

/// Replays a dead letter
///
/// It is handled once more, and what waits behind it in order; one that fails again is listed again.
/// Audited. Refused by `dead-letter-unknown` and `dead-letter-not-replayable`.
#[utoipa::path(
    post, path = "/dlq/{service}/{id}/replay", tag = "dead letters",
    operation_id = "replayDeadLetter",
    params(("service" = String, Path), ("id" = String, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 204, description = "It is tried again"), Refused),
)]
pub(super) async fn replay(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path((service, id)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(ReplayDeadRequest { id });
    portal.peers.delivery(named(&service)?)?.replay_dead(request).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GivenUp {
    /// Why it may be lost, for the audit; 1 to 500 characters.
    reason: String,
}

/// Drops a dead letter
///
/// The head of its key steps over it, and what waits behind it passes: it is lost for this service
/// for good. Audited. Refused by `dead-letter-unknown` and `dead-letter-not-droppable`.
#[utoipa::path(
    post, path = "/dlq/{service}/{id}/drop", tag = "dead letters",
    operation_id = "dropDeadLetter", request_body = GivenUp,
    params(("service" = String, Path), ("id" = String, Path),
           ("Idempotency-Key" = String, Header, description = "A new UUID for each intention")),
    responses((status = 204, description = "It is given up"), Refused),
)]
pub(super) async fn drop(
    State(portal): State<Portal>,
    caller: Caller,
    Key(key): Key,
    Path((service, id)): Path<(String, String)>,
    Body(GivenUp { reason }): Body<GivenUp>,
) -> Result<StatusCode, Refusal> {
    let call = portal.on_behalf(&caller)?.idempotent(key);
    let request = call.request(DropDeadRequest { id, reason });
    portal.peers.delivery(named(&service)?)?.drop_dead(request).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn named(service: &str) -> Result<Service, Refusal> {
    service.parse().map_err(|error: events::words::UnknownWord| {
        Refusal::new(Code::NotFound, "service-unknown", error.to_string())
    })
}

impl DeadLetter {
    fn of(service: Service, letter: delivery::DeadLetter) -> Self {
        Self {
            service,
            kind: lower(letter.kind().as_str_name(), "DEAD_KIND_"),
            id: letter.id,
            source: some(letter.source),
            key: letter.key,
            sequence: letter.sequence,
            r#type: some(letter.r#type),
            failure: letter.failure,
            tries: letter.tries,
            since: instant(letter.since),
        }
    }
}
