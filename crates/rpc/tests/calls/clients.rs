use std::time::{Duration, Instant};

use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry_sdk::trace::SdkTracerProvider;
use proto::portal::v1::{GetKeysRequest, portal_client::PortalClient};
use rpc::{Call, Code, Error, Target, client::Connector};
use tracing::Instrument as _;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::portal::{NOTHING, Notes, serve};
use events::words::Service;

#[tokio::test]
async fn what_is_unavailable_is_tried_twice_more_under_the_same_key() {
    let notes = Notes::default();
    let called = notes.clone();
    let running = serve(None, move |request| {
        let nth = called.note(&rpc::idempotency_key(&request).unwrap());
        async move {
            if nth < 3 {
                Err(Error::new(Code::Unavailable, "store-away", "the store does not answer"))
            } else {
                NOTHING
            }
        }
    })
    .await;
    let call = Call::new().idempotent("once".parse().unwrap());
    running.client().get_keys(call.request(GetKeysRequest {})).await.unwrap();
    assert_eq!(notes.read(), ["once", "once", "once"]);
}

#[tokio::test]
async fn after_the_third_try_the_callee_s_own_reason_is_told() {
    let notes = Notes::default();
    let called = notes.clone();
    let running = serve(None, move |_| {
        called.note(&"call");
        std::future::ready(Err(Error::new(Code::Unavailable, "store-away", "not now")))
    })
    .await;
    let error: Error = running.client().get_keys(GetKeysRequest {}).await.unwrap_err().into();
    assert_eq!((error.reason(), notes.read().len()), ("store-away", 3));
}

#[tokio::test]
async fn a_refusal_is_not_tried_again() {
    let notes = Notes::default();
    let called = notes.clone();
    let running = serve(None, move |_| {
        called.note(&"call");
        std::future::ready(Err(Error::new(Code::FailedPrecondition, "case-closed", "it is closed")))
    })
    .await;
    let error: Error = running.client().get_keys(GetKeysRequest {}).await.unwrap_err().into();
    assert_eq!((error.reason(), notes.read().len()), ("case-closed", 1));
}

#[tokio::test]
async fn a_call_ends_at_its_deadline_even_if_the_callee_hangs() {
    let running = serve(None, |_| async {
        tokio::time::sleep(Duration::from_mins(1)).await;
        NOTHING
    })
    .await;
    let started = Instant::now();
    let call = Call::within(Duration::from_millis(300));
    let status = running.client().get_keys(call.request(GetKeysRequest {})).await.unwrap_err();
    assert_eq!(Error::from(status).code(), Code::Unavailable);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_service_that_is_away_is_reached_again_when_it_is_back() {
    let running = serve(None, |_| std::future::ready(NOTHING)).await;
    let (mut client, address) = (running.client(), running.address);
    client.get_keys(GetKeysRequest {}).await.unwrap();
    running.stop().await;

    let away: Error = client.get_keys(GetKeysRequest {}).await.unwrap_err().into();
    assert_eq!((away.code(), away.reason()), (Code::Unavailable, "service-unreachable"));
    assert_eq!(away.message(), "portal does not answer");

    let back = rpc::Server::bind(address, None).await.unwrap();
    let tokens = rpc::token::TokenVerifier::new(crate::portal::campus(), crate::portal::clock());
    let meter = opentelemetry::global::meter("tests");
    let routes = tonic::service::Routes::default();
    let forever = std::future::pending();
    tokio::spawn(async move {
        back.serve(routes, proto::DESCRIPTORS, tokens.into(), &meter, forever).await
    });
    let error = client.get_keys(GetKeysRequest {}).await.unwrap_err();
    assert_eq!(error.code(), tonic::Code::Unimplemented, "it answers, though it serves nothing");
}

#[tokio::test]
async fn without_certificates_only_loopback_is_spoken_to() {
    let connector = Connector::new(Service::Dispatch, None);
    for target in ["dns://portal:9090", "https://portal:9090"] {
        let target: Target = target.parse().unwrap();
        let refused = connector.connect(Service::Portal, &target).unwrap_err();
        assert_eq!(refused.to_string(), format!("{target} needs certificates: give them ([tls])"));
    }
}

#[tokio::test]
async fn the_callee_s_work_belongs_to_the_caller_s_trace() {
    let provider = SdkTracerProvider::builder().build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("tests"));
    let _default = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));

    let notes = Notes::default();
    let called = notes.clone();
    let running = serve(None, move |_| {
        called.note(&trace_id());
        std::future::ready(NOTHING)
    })
    .await;
    let span = tracing::info_span!("caller");
    let caller = span.in_scope(trace_id);
    let mut client: PortalClient<_> = running.client();
    client.get_keys(GetKeysRequest {}).instrument(span).await.unwrap();
    assert_eq!(notes.read(), [caller]);
}

fn trace_id() -> String {
    tracing::Span::current().context().span().span_context().trace_id().to_string()
}
