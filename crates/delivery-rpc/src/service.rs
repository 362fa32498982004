use authz::{Action, Relations};
use delivery::{
    Delivery,
    dead_letters::{self, DeadLetter, Kind, Outcome},
    redeliver,
};
use events::words::Level;
use prost::Message;
use proto::delivery::v1::{
    DeadKind, DeadLetter as WireLetter, DropDeadRequest, DropDeadResponse, ListDeadRequest,
    ListDeadResponse, RedeliverRequest, RedeliverResponse, ReplayDeadRequest, ReplayDeadResponse,
    ShowDeadRequest, ShowDeadResponse,
    delivery_server::{Delivery as Interface, DeliveryServer},
};
use rpc::{Code, Error, PageSize, authorize, subject};
use serde_json::Value;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::{Asked, Failure, timestamp};

/// The most characters of a reason.
const LONGEST_REASON: usize = 500;

/// The interface `yizhan.delivery.v1.Delivery` over the service's own delivery, for its routes.
pub fn service(delivery: Delivery) -> DeliveryServer<impl Interface> {
    DeliveryServer::new(Answering { delivery })
}

#[derive(Debug)]
struct Answering {
    delivery: Delivery,
}

#[tonic::async_trait]
impl Interface for Answering {
    async fn redeliver(
        &self,
        request: Request<RedeliverRequest>,
    ) -> Result<Response<RedeliverResponse>, Status> {
        permit(&request, Action::Redeliver)?;
        let RedeliverRequest { key, from } = request.into_inner();
        let key = Uuid::try_parse(&key).map_err(|_| {
            Error::new(Code::InvalidArgument, "key-malformed", "the key must be a UUID")
        })?;
        let machine = self.delivery.clock().machine();
        let events =
            redeliver(self.delivery.pool(), key, from, machine).await.map_err(Failure::from)?;
        self.delivery.bell().ring();
        Ok(Response::new(RedeliverResponse { events: u32::try_from(events).unwrap_or(u32::MAX) }))
    }

    async fn list_dead(
        &self,
        request: Request<ListDeadRequest>,
    ) -> Result<Response<ListDeadResponse>, Status> {
        permit(&request, Action::ReadDead)?;
        let limit = PageSize::asked(request.get_ref().page_size).get();
        let pool = self.delivery.pool();
        let found = dead_letters::list(pool, limit).await.map_err(Failure::from)?;
        let mut letters = Vec::with_capacity(found.len());
        for letter in found {
            // One settled meanwhile is left out.
            if let Some((letter, content)) =
                dead_letters::show(pool, letter.id).await.map_err(Failure::from)?
            {
                letters.push(self.letter(&letter, content.as_deref()));
            }
        }
        Ok(Response::new(ListDeadResponse { letters }))
    }

    async fn show_dead(
        &self,
        request: Request<ShowDeadRequest>,
    ) -> Result<Response<ShowDeadResponse>, Status> {
        permit(&request, Action::ReadDead)?;
        let id = letter_id(&request.into_inner().id)?;
        let found = dead_letters::show(self.delivery.pool(), id).await.map_err(Failure::from)?;
        let (letter, content) = found.ok_or_else(unknown)?;
        Ok(Response::new(ShowDeadResponse {
            letter: Some(self.letter(&letter, content.as_deref())),
            envelope: content.as_deref().map(shown).unwrap_or_default(),
        }))
    }

    async fn replay_dead(
        &self,
        request: Request<ReplayDeadRequest>,
    ) -> Result<Response<ReplayDeadResponse>, Status> {
        permit(&request, Action::SettleDead)?;
        let asked = Asked::of("yizhan.delivery.v1.Delivery/ReplayDead", &request)?;
        let id = letter_id(&request.into_inner().id)?;
        self.settle(&asked, ReplayDeadResponse {}, Settle::Replay(id)).await
    }

    async fn drop_dead(
        &self,
        request: Request<DropDeadRequest>,
    ) -> Result<Response<DropDeadResponse>, Status> {
        permit(&request, Action::SettleDead)?;
        let asked = Asked::of("yizhan.delivery.v1.Delivery/DropDead", &request)?;
        let DropDeadRequest { id, reason } = request.into_inner();
        let id = letter_id(&id)?;
        if reason.trim().is_empty() || reason.chars().count() > LONGEST_REASON {
            let message = "say in 1 to 500 characters why it may be lost";
            return Err(Error::new(Code::InvalidArgument, "reason-missing", message)
                .violating("reason", message)
                .into());
        }
        self.settle(&asked, DropDeadResponse {}, Settle::Drop(id, &reason)).await
    }
}

/// What a person decided about a letter.
#[derive(Debug, Clone, Copy)]
enum Settle<'a> {
    Replay(Uuid),
    Drop(Uuid, &'a str),
}

impl Answering {
    /// A letter as the wire has it; `content` tells whose event it is.
    fn letter(&self, letter: &DeadLetter, content: Option<&[u8]>) -> WireLetter {
        let event = content.and_then(|content| events::decode(content).ok());
        let own = self.delivery.producer().source.service;
        let source = match (&event, letter.kind) {
            (Some(event), _) => event.envelope.source.service.to_string(),
            (None, Kind::WakeUp | Kind::Publication) => own.to_string(),
            (None, Kind::Fact) => String::new(),
        };
        WireLetter {
            id: letter.id.to_string(),
            kind: kind(letter.kind).into(),
            source,
            key: letter.key.to_string(),
            sequence: letter.sequence,
            r#type: event.map(|event| event_type(&event.what)).unwrap_or_default(),
            failure: letter.fault.clone(),
            tries: letter.tries,
            since: Some(timestamp(letter.at)),
        }
    }

    /// Settles a letter once, however often it is asked for with the same key.
    async fn settle<A: Message + Default>(
        &self,
        Asked { subject, intent, .. }: &Asked,
        answer: A,
        how: Settle<'_>,
    ) -> Result<Response<A>, Status> {
        let (clock, actor) = (self.delivery.clock(), subject.principal.to_string());
        let mut tx = self.delivery.pool().begin().await.map_err(Failure::from)?;
        if let Some(before) = intent.begin(&mut tx, clock.machine()).await? {
            return Ok(Response::new(before));
        }
        let outcome = match how {
            Settle::Replay(id) => dead_letters::replay(&mut tx, clock, id, &actor).await,
            Settle::Drop(id, reason) => {
                dead_letters::drop(&mut tx, clock, id, &actor, reason).await
            }
        };
        done(outcome.map_err(Failure::from)?)?;
        intent.finish(&mut tx, &answer).await.map_err(Failure::from)?;
        tx.commit().await.map_err(Failure::from)?;
        self.delivery.bell().ring();
        Ok(Response::new(answer))
    }
}

/// Refuses who may not.
fn permit<M>(request: &Request<M>, action: Action) -> Result<(), Error> {
    authorize(subject(request)?, action, Relations::NONE, Level::Public)
}

/// An event as it came; of what is hidden without what it says: whoever mends the delivery need not know
/// of a person at risk.
fn shown(content: &[u8]) -> String {
    let event = serde_json::from_slice::<Value>(content);
    let hidden = |event: &Value| {
        event.pointer("/data/level").and_then(Value::as_str) == Some(Level::Hidden.word())
    };
    match event {
        Ok(Value::Object(mut event)) if hidden(&Value::Object(event.clone())) => {
            event.remove("data");
            Value::Object(event).to_string()
        }
        Ok(_) | Err(_) => String::from_utf8_lossy(content).into_owned(),
    }
}

fn letter_id(id: &str) -> Result<Uuid, Error> {
    Uuid::try_parse(id).map_err(|_| unknown())
}

fn unknown() -> Error {
    Error::new(Code::NotFound, "dead-letter-unknown", "there is no such dead letter (any more)")
}

fn done(outcome: Outcome) -> Result<(), Error> {
    match outcome {
        Outcome::Done => Ok(()),
        Outcome::NotFound => Err(unknown()),
        Outcome::NotDroppable(Kind::WakeUp | Kind::Publication | Kind::Fact) => Err(Error::new(
            Code::FailedPrecondition,
            "dead-letter-not-droppable",
            "only a fact of another service can be dropped: mend this one and replay it",
        )),
        Outcome::NotReplayable => Err(Error::new(
            Code::FailedPrecondition,
            "dead-letter-not-replayable",
            "it is no event of ours, so there is nothing to try again: drop it",
        )),
    }
}

const fn kind(kind: Kind) -> DeadKind {
    match kind {
        Kind::Fact => DeadKind::Inbox,
        Kind::WakeUp => DeadKind::Wake,
        Kind::Publication => DeadKind::Outbox,
    }
}

fn event_type(what: &events::What) -> String {
    match what {
        events::What::Known(fact) => fact.event_type().to_string(),
        events::What::UnknownVersion { name, version } => format!("{name}.v{version}"),
        events::What::UnknownType { event_type } => event_type.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn of_a_dead_event_about_what_is_hidden_the_attributes_alone_are_shown() {
        let event =
            |level: &str| format!(r#"{{"id":"7","data":{{"level":"{level}","item":"x"}}}}"#);
        assert_eq!(shown(event("hidden").as_bytes()), r#"{"id":"7"}"#);
        for content in [event("restricted"), r#"{"id":"7","data":{}}"#.to_owned(), "{".to_owned()] {
            assert_eq!(shown(content.as_bytes()), content);
        }
    }
}
