//! What each service says of itself by gRPC, to whoever asks: no token is needed.

use std::collections::BTreeSet;

use events::words::Service;
use runtime::config::underscored;
use tokio_stream::StreamExt as _;
use tonic::transport::Channel;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use crate::campus::Campus;

#[tokio::test(flavor = "multi_thread")]
async fn each_service_answers_for_its_health_and_describes_its_interface() {
    let campus = Campus::open();
    for service in Service::ALL.iter().copied() {
        let endpoint = campus.endpoint(service, "rpc");
        let channel = Channel::from_shared(endpoint).unwrap().connect().await.unwrap();
        let mut health = HealthClient::new(channel.clone());
        let answer = health.check(HealthCheckRequest::default()).await.unwrap();
        assert_eq!(answer.into_inner().status, 1, "{service} is SERVING");
        let described = described(channel).await;
        let word = underscored(service);
        let ours: BTreeSet<_> =
            described.iter().filter_map(|name| name.strip_prefix("yizhan.")).collect();
        let of_its_own = |name: &&str| name.starts_with(&format!("{word}.v1."));
        assert_eq!(ours.iter().filter(|name| of_its_own(name)).count(), 1, "{service}: {ours:?}");
        assert!(ours.contains("delivery.v1.Delivery"), "{service}: {ours:?}");
        assert_eq!(ours.len(), 2, "{service} describes what it serves, and no more: {ours:?}");
    }
}

/// The interfaces that a server lists by reflection.
async fn described(channel: Channel) -> BTreeSet<String> {
    let question = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut client = ServerReflectionClient::new(channel);
    let answers = client.server_reflection_info(tokio_stream::once(question)).await.unwrap();
    let answer = answers.into_inner().next().await.unwrap().unwrap();
    let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
        panic!("no list: {answer:?}")
    };
    list.service.into_iter().map(|service| service.name).collect()
}
