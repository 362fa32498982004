//! Commands without an Idempotency-Key: each is refused by that name, before anything else is said
//! of it. What is a command, the descriptions of the interfaces say: all that is no question.

use std::{collections::BTreeSet, time::Duration};

use authz::Role;
use clock::Clock;
use events::words::Service;
use prost::Message as _;
use reqwest::Method;
use rpc::{Call, Code};
use serde_json::Value;
use tonic::{client::Grpc, transport::Channel};
use tonic_prost::ProstCodec;

use super::world::{World, signer};
use crate::campus::Campus;

/// What may be asked twice: it changes nothing, or, as `Redeliver`, nothing that is not so already.
const QUESTIONS: [&str; 28] = [
    "intake.v1.Intake/GetCase",
    "intake.v1.Intake/ListCases",
    "intake.v1.Intake/FindSimilar",
    "intake.v1.Intake/ListContacts",
    "intake.v1.Intake/GetIncident",
    "intake.v1.Intake/ListIncidents",
    "intake.v1.Intake/GetDefinitions",
    "intake.v1.Intake/FindAddresses",
    "dispatch.v1.Dispatch/ListWorkOrders",
    "dispatch.v1.Dispatch/ListQuestions",
    "dispatch.v1.Dispatch/FindNextSteps",
    "dispatch.v1.Dispatch/ShowHandover",
    "dispatch.v1.Dispatch/ShowRoster",
    "escalation_timer.v1.EscalationTimer/ListClocks",
    "callback_survey.v1.CallbackSurvey/NextCallback",
    "callback_survey.v1.CallbackSurvey/ListCallbacks",
    "callback_survey.v1.CallbackSurvey/GetFigures",
    "callback_survey.v1.CallbackSurvey/ShowSurvey",
    "callback_survey.v1.CallbackSurvey/FindLinks",
    "notification.v1.Notification/ListMessages",
    "notification.v1.Notification/ListPhoneCalls",
    "notification.v1.Notification/RaiseAlarm",
    "portal.v1.Portal/GetKeys",
    "portal.v1.Portal/FindAddresses",
    "portal.v1.Portal/FindNames",
    "delivery.v1.Delivery/Redeliver",
    "delivery.v1.Delivery/ListDead",
    "delivery.v1.Delivery/ShowDead",
];

/// Each of them opens another session, which is no harm.
const WITHOUT_KEY: [&str; 2] = ["POST /login", "POST /login/code"];

#[tokio::test(flavor = "multi_thread")]
async fn by_grpc_every_command_without_an_idempotency_key_is_refused_by_that_name() {
    let campus = Campus::open();
    let administrator = World::somebody(Role::SystemAdministrator);
    let signer = signer(&campus, "campus", Clock::system());
    let token = signer.sign(&administrator, Clock::system().machine()).unwrap();
    let mut accepted = BTreeSet::new();
    for method in methods() {
        for service in answering(&method) {
            let refusal = ask(&campus, service, &method, &token).await;
            if refusal != Some((Code::InvalidArgument, "idempotency-key-missing".to_owned())) {
                accepted.insert(method.clone());
            }
        }
    }
    assert_eq!(accepted, QUESTIONS.map(ToOwned::to_owned).into());
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_every_command_without_an_idempotency_key_is_refused_by_that_name() {
    let campus = Campus::open();
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = reqwest::Client::new();
    let token = campus.account("admin").token().to_owned();
    let description = client.get(format!("{}/openapi.json", campus.url())).send().await.unwrap();
    let description: Value = description.json().await.unwrap();
    let (mut commands, mut accepted) = (0, BTreeSet::new());
    for (path, operations) in description["paths"].as_object().unwrap() {
        for verb in operations.as_object().unwrap().keys().map(|verb| verb.to_uppercase()) {
            if verb == "GET" {
                continue;
            }
            commands += 1;
            let method: Method = verb.parse().unwrap();
            let request = client.request(method, format!("{}{}", campus.url(), named(path)));
            let response = request.bearer_auth(&token).send().await.unwrap();
            let status = response.status().as_u16();
            let problem: Value = response.json().await.unwrap();
            if (status, problem["reason"].as_str().unwrap()) != (400, "idempotency-key-missing") {
                accepted.insert(format!("{verb} {}", path.trim_start_matches("/api/v1")));
            }
        }
    }
    assert_eq!(accepted, WITHOUT_KEY.map(ToOwned::to_owned).into());
    assert!(commands > 30, "{commands} commands");
}

/// All that is described: `intake.v1.Intake/GetCase`.
pub(super) fn methods() -> BTreeSet<String> {
    let files = prost_types::FileDescriptorSet::decode(proto::DESCRIPTORS).unwrap().file;
    let methods = files.iter().flat_map(|file| {
        let package = file.package().trim_start_matches("yizhan.");
        file.service.iter().flat_map(move |service| {
            let of = format!("{package}.{}", service.name());
            service.method.iter().map(move |method| format!("{of}/{}", method.name()))
        })
    });
    methods.collect()
}

/// Who answers it: one, or each.
fn answering(method: &str) -> Vec<Service> {
    let package = method.split('.').next().unwrap();
    let is_its = |service: &Service| runtime::config::underscored(*service) == package;
    let of_one: Vec<_> = Service::ALL.iter().copied().filter(is_its).collect();
    if of_one.is_empty() { Service::ALL.to_vec() } else { of_one }
}

/// Sends an empty message without a key; why it is refused, if it is.
async fn ask(
    campus: &Campus,
    service: Service,
    method: &str,
    token: &str,
) -> Option<(Code, String)> {
    let channel = Channel::from_shared(campus.endpoint(service, "rpc")).unwrap().connect_lazy();
    let mut client = Grpc::new(channel);
    client.ready().await.unwrap();
    let call = Call::within(Duration::from_secs(20)).on_behalf(token).unwrap();
    let path = format!("/yizhan.{method}").parse().unwrap();
    let asked = client.unary(call.request(()), path, ProstCodec::<(), ()>::default()).await;
    let error = rpc::Error::from(asked.err()?);
    Some((error.code(), error.reason().to_owned()))
}

/// The path of something that is not there.
fn named(path: &str) -> String {
    let part = |part: &str| match part.strip_prefix('{') {
        Some(_) => "00000000-0000-0000-0000-000000000000".to_owned(),
        None => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}
