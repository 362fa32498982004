use std::{collections::BTreeSet, time::Duration};

use authz::{Action, Principal, Relations, Role, Subject};
use clock::AccountId;
use events::words::Level;
use jiff::SignedDuration;
use proto::portal::v1::{GetKeysRequest, portal_client::PortalClient};
use rpc::{
    Call, Code, Error,
    server::BindError,
    tls::Peer,
    token::{TokenSigner, generate_key},
};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use crate::portal::{NOTHING, Notes, Running, serve};

fn assistant() -> Subject {
    Subject {
        principal: Principal::Account(AccountId::from_uuid(uuid::Uuid::from_u128(7))),
        person: None,
        roles: BTreeSet::from([Role::DeskAssistant]),
        department: None,
        posts: BTreeSet::new(),
        highest: Level::Internal,
    }
}

/// A server that notes for whom it was called.
async fn noting() -> (Running, Notes) {
    let notes = Notes::default();
    let called = notes.clone();
    let running = serve(None, move |request| {
        called.note(&rpc::subject(&request).unwrap().principal);
        async { NOTHING }
    })
    .await;
    (running, notes)
}

async fn refused(client: &mut PortalClient<tonic::transport::Channel>, token: &str) -> Error {
    let call = Call::new().on_behalf(token).unwrap();
    client.get_keys(call.request(GetKeysRequest {})).await.unwrap_err().into()
}

#[tokio::test]
async fn without_a_token_nobody_gets_in_and_is_told_so() {
    let (running, notes) = noting().await;
    let status = running.stranger().await.get_keys(GetKeysRequest {}).await.unwrap_err();
    let error = Error::from(status);
    assert_eq!((error.code(), error.reason()), (Code::Unauthenticated, "token-missing"));
    assert!(notes.read().is_empty());
}

#[tokio::test]
async fn each_token_that_does_not_count_is_refused_by_its_own_reason() {
    let (running, notes) = noting().await;
    let mut client = running.stranger().await;
    let other = |installation: &str| {
        let installation = installation.parse().unwrap();
        let clock = running.clock.clone();
        let signer = TokenSigner::new(installation, clock, &generate_key().unwrap()).unwrap();
        signer.sign(&assistant(), running.clock.machine()).unwrap()
    };
    let mut reasons = Vec::new();
    for token in [other("other"), other("campus"), "no token".to_owned()] {
        reasons.push(refused(&mut client, &token).await.reason().to_owned());
    }
    let token = running.token(&assistant());
    running.clock.correct(SignedDuration::from_secs(60));
    reasons.push(refused(&mut client, &token).await.reason().to_owned());
    assert_eq!(
        reasons,
        ["token-for-another-installation", "token-key-unknown", "token-malformed", "token-expired"]
    );
    assert!(notes.read().is_empty());
}

#[tokio::test]
async fn a_good_token_speaks_for_its_person_and_a_service_without_one_for_itself() {
    let (running, notes) = noting().await;
    let mut client = running.client();
    let call = Call::new().on_behalf(&running.token(&assistant())).unwrap();
    client.get_keys(call.request(GetKeysRequest {})).await.unwrap();
    client.get_keys(Call::new().request(GetKeysRequest {})).await.unwrap();
    assert_eq!(notes.read(), [assistant().principal.to_string(), "service:dispatch".to_owned()]);
}

#[tokio::test]
async fn an_error_arrives_with_its_reason_and_its_violations() {
    let sent = Error::new(Code::InvalidArgument, "case-invalid", "the case has 1 mistake: 地点")
        .violating("place", "`dorm-8` is no place");
    let error = sent.clone();
    let running = serve(None, move |_| std::future::ready(Err(error.clone()))).await;
    let status = running.client().get_keys(GetKeysRequest {}).await.unwrap_err();
    assert_eq!(Error::from(status), sent);
}

#[tokio::test]
async fn what_the_policy_denies_is_refused_as_not_permitted() {
    let running = serve(None, |request| {
        let subject = rpc::subject(&request).cloned();
        async move {
            rpc::authorize(&subject?, Action::ApplyDefinitions, Relations::NONE, Level::Public)?;
            NOTHING
        }
    })
    .await;
    let status = running.client().get_keys(GetKeysRequest {}).await.unwrap_err();
    let error = Error::from(status);
    assert_eq!((error.code(), error.reason()), (Code::PermissionDenied, "not-permitted"));
}

#[tokio::test]
async fn a_handler_that_panics_fails_its_own_call_and_no_other() {
    let notes = Notes::default();
    let running = serve(None, move |_| {
        let first = notes.note(&"call") == 1;
        async move {
            assert!(!first, "told to");
            NOTHING
        }
    })
    .await;
    let mut client = running.client();
    let status = client.get_keys(GetKeysRequest {}).await.unwrap_err();
    assert_eq!(Error::from(status).code(), Code::Internal);
    client.get_keys(GetKeysRequest {}).await.unwrap();
}

#[tokio::test]
async fn health_needs_no_token() {
    let (running, _) = noting().await;
    let channel = tonic::transport::Endpoint::try_from(format!("http://{}", running.address))
        .unwrap()
        .connect_lazy();
    let answer = HealthClient::new(channel).check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(answer.into_inner().status, 1, "SERVING");
}

#[tokio::test]
async fn reflection_needs_no_token_and_describes_what_is_served() {
    const PORTAL: &str = "yizhan.portal.v1.Portal";
    let (running, _) = noting().await;
    let channel = tonic::transport::Endpoint::try_from(format!("http://{}", running.address))
        .unwrap()
        .connect_lazy();
    let questions = [
        MessageRequest::ListServices(String::new()),
        MessageRequest::FileContainingSymbol(PORTAL.to_owned()),
    ];
    let questions = questions.map(|question| ServerReflectionRequest {
        host: String::new(),
        message_request: Some(question),
    });
    let mut client = ServerReflectionClient::new(channel);
    let answers = client.server_reflection_info(tokio_stream::iter(questions)).await.unwrap();
    let mut answers = answers.into_inner();
    let mut next = async || answers.message().await.unwrap().unwrap().message_response.unwrap();
    let MessageResponse::ListServicesResponse(list) = next().await else { panic!("no list") };
    assert!(list.service.iter().any(|service| service.name == PORTAL), "{list:?}");
    let MessageResponse::FileDescriptorResponse(files) = next().await else { panic!("no file") };
    let files = files.file_descriptor_proto.concat();
    let text = String::from_utf8_lossy(&files);
    assert!(text.contains("GetKeysRequest") && text.contains("portal.proto"), "{text}");
}

#[tokio::test]
async fn a_server_that_stops_finishes_the_calls_that_run() {
    let running = serve(None, |_| async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        NOTHING
    })
    .await;
    let mut client = running.client();
    let call = tokio::spawn(async move { client.get_keys(GetKeysRequest {}).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    running.begin_to_stop();
    call.await.unwrap().unwrap();
    running.stop().await;
}

#[tokio::test]
async fn a_connection_of_ten_minutes_is_given_up_and_calls_go_on_over_a_new_one() {
    let notes = Notes::default();
    let called = notes.clone();
    let running = serve(None, move |request| {
        called.note(&request.extensions().get::<Peer>().unwrap().address);
        std::future::ready(NOTHING)
    })
    .await;
    let mut client = running.client();
    for _ in 0..2 {
        client.get_keys(GetKeysRequest {}).await.unwrap();
    }
    tokio::time::pause();
    tokio::time::advance(Duration::from_mins(11)).await;
    tokio::time::resume();
    let peers = tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            client.get_keys(GetKeysRequest {}).await.unwrap();
            let peers = notes.read().into_iter().collect::<BTreeSet<_>>();
            if peers.len() > 1 {
                break peers;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    assert_eq!(peers.await.unwrap().len(), 2);
}

#[tokio::test]
async fn plaintext_is_for_loopback_alone() {
    let refused = rpc::Server::bind("0.0.0.0:0".parse().unwrap(), None).await.unwrap_err();
    assert!(matches!(refused, BindError::Plaintext(_)), "{refused}");
    let (running, _) = noting().await;
    let refused = rpc::Server::bind(running.address, None).await.unwrap_err().to_string();
    assert_eq!(refused, format!("cannot listen on {}: is the port taken?", running.address));
}
