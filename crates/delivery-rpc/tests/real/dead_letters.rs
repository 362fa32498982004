use authz::{Role, Subject};
use events::{
    Envelope, Fact, Source, encode,
    intake::CaseClosedV1,
    words::{Cycle, End, Revision, Service},
};
use proto::delivery::v1::{
    DeadKind, DropDeadRequest, ListDeadRequest, ReplayDeadRequest, ShowDeadRequest,
    delivery_client::DeliveryClient,
};
use rpc::{Code, Error};
use tonic::Request;
use uuid::Uuid;

use crate::service::{Survey, id, somebody};

/// A request of somebody who was verified before.
fn by<M>(subject: Subject, message: M) -> Request<M> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(subject);
    request
}

/// A command of somebody, under this key.
fn command<M>(subject: &Subject, key: &'static str, message: M) -> Request<M> {
    let mut request = by(subject.clone(), message);
    request.metadata_mut().insert("idempotency-key", key.parse().unwrap());
    request
}

fn administrator() -> Subject {
    somebody(Role::SystemAdministrator)
}

/// A fact of intake that could not be applied.
async fn dead(survey: &Survey) -> Uuid {
    let (event, key, now) = (id(), id(), survey.delivery.clock().now());
    let closed = CaseClosedV1 { cycle: Cycle::FIRST, end: End::Solved, closed_at: now, by: None };
    let envelope = Envelope {
        id: event,
        source: Source { installation: "campus".parse().unwrap(), service: Service::Intake },
        key,
        sequence: 1,
        epoch: 1,
        happened: now,
        recorded: now,
        after: std::collections::BTreeMap::new(),
        revision: Revision::NONE,
        traceparent: None,
    };
    let payload = encode(&envelope, &Fact::from(closed)).unwrap();
    sqlx::query(
        "insert into delivery.dead
             (event, key, source, sequence, stream, revision, payload, tries, fault, at)
         values ($1, $2, 'intake', 1, 'INTAKE', 0, $3, 5, 'at fault itself: poisoned', $4)",
    )
    .bind(event)
    .bind(key)
    .bind(payload)
    .bind(jiff_sqlx::Timestamp::from(now))
    .execute(survey.delivery.pool())
    .await
    .unwrap();
    event
}

#[tokio::test]
async fn a_dead_letter_is_listed_and_shown_with_whose_it_is() {
    let survey = Survey::new().await;
    let event = dead(&survey).await;
    let mut client = DeliveryClient::new(delivery_rpc::service(survey.delivery.clone()));
    let list = by(somebody(Role::Auditor), ListDeadRequest::default());
    let letters = client.list_dead(list).await.unwrap().into_inner().letters;
    assert_eq!(letters.len(), 1);
    let letter = &letters[0];
    assert_eq!(letter.kind(), DeadKind::Inbox);
    assert_eq!((&*letter.source, &*letter.r#type), ("intake", "intake.case.closed.v1"));
    assert_eq!((letter.tries, &*letter.failure), (5, "at fault itself: poisoned"));

    let show = by(administrator(), ShowDeadRequest { id: event.to_string() });
    let shown = client.show_dead(show).await.unwrap().into_inner();
    assert_eq!(shown.letter.as_ref(), Some(letter));
    assert!(shown.envelope.contains("\"specversion\""), "{}", shown.envelope);
}

#[tokio::test]
async fn a_replayed_letter_is_judged_again_and_a_dropped_one_leaves_its_reason() {
    let survey = Survey::new().await;
    let (first, second) = (dead(&survey).await, dead(&survey).await);
    let mut client = DeliveryClient::new(delivery_rpc::service(survey.delivery.clone()));
    let admin = administrator();
    let replay = command(&admin, "replay", ReplayDeadRequest { id: first.to_string() });
    client.replay_dead(replay).await.unwrap();
    assert_eq!(survey.count("select count(*) from delivery.inbox_waiting").await, 1);

    let drop = |key, reason: &str| {
        command(&admin, key, DropDeadRequest { id: second.to_string(), reason: reason.to_owned() })
    };
    let unsaid = Error::from(client.drop_dead(drop("unsaid", " ")).await.unwrap_err());
    assert_eq!((unsaid.code(), unsaid.reason()), (Code::InvalidArgument, "reason-missing"));
    client.drop_dead(drop("drop", "the case is gone")).await.unwrap();
    assert_eq!(survey.count("select count(*) from delivery.dead").await, 0);
    let reasons = "select count(*) from delivery.audit
                   where action = 'dead-letter.drop' and detail->>'reason' = 'the case is gone'";
    assert_eq!(survey.count(reasons).await, 1);
    let again = Error::from(client.drop_dead(drop("again", "it is gone")).await.unwrap_err());
    assert_eq!((again.code(), again.reason()), (Code::NotFound, "dead-letter-unknown"));
}

#[tokio::test]
async fn a_letter_is_settled_once_under_one_key_and_its_answer_comes_again() {
    let survey = Survey::new().await;
    let letter = dead(&survey).await.to_string();
    let mut client = DeliveryClient::new(delivery_rpc::service(survey.delivery.clone()));
    let drop = |reason: &str| DropDeadRequest { id: letter.clone(), reason: reason.to_owned() };
    let unnamed = by(administrator(), drop("the case is gone"));
    let unnamed = Error::from(client.drop_dead(unnamed).await.unwrap_err());
    assert_eq!(unnamed.reason(), "idempotency-key-missing");
    let admin = administrator();
    for _ in 0..2 {
        client.drop_dead(command(&admin, "k", drop("the case is gone"))).await.unwrap();
    }
    assert_eq!(survey.count("select count(*) from delivery.audit").await, 1);
    let other =
        Error::from(client.drop_dead(command(&admin, "k", drop("never"))).await.unwrap_err());
    assert_eq!((other.code(), other.reason()), (Code::Conflict, "idempotency-key-reused"));
}

#[tokio::test]
async fn what_cannot_be_settled_is_refused_and_leaves_nothing() {
    let survey = Survey::new().await;
    let mut client = DeliveryClient::new(delivery_rpc::service(survey.delivery.clone()));
    let unknown = command(&administrator(), "k", ReplayDeadRequest { id: id().to_string() });
    let refused = Error::from(client.replay_dead(unknown).await.unwrap_err());
    assert_eq!((refused.code(), refused.reason()), (Code::NotFound, "dead-letter-unknown"));
    assert_eq!(survey.count("select count(*) from delivery.idempotency").await, 0);
}

#[tokio::test]
async fn who_reads_letters_may_not_settle_them_and_a_desk_reads_none() {
    let survey = Survey::new().await;
    let event = dead(&survey).await.to_string();
    let mut client = DeliveryClient::new(delivery_rpc::service(survey.delivery.clone()));
    let replay = by(somebody(Role::Auditor), ReplayDeadRequest { id: event.clone() });
    let refused = Error::from(client.replay_dead(replay).await.unwrap_err());
    assert_eq!((refused.code(), refused.reason()), (Code::PermissionDenied, "not-permitted"));
    let show = by(somebody(Role::DeskAssistant), ShowDeadRequest { id: event });
    let refused = Error::from(client.show_dead(show).await.unwrap_err());
    assert_eq!(refused.reason(), "not-permitted");
    assert_eq!(survey.count("select count(*) from delivery.dead").await, 1);
}
