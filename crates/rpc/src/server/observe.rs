use std::{
    panic::AssertUnwindSafe,
    task::{Context, Poll},
    time::Instant,
};

use futures::{FutureExt as _, future::BoxFuture};
use http::{Request, Response};
use opentelemetry::{
    KeyValue,
    metrics::{Histogram, Meter},
};
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};
use tracing::{Instrument as _, Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::{Error, trace};

/// Buckets of durations, in seconds: those that OpenTelemetry recommends for calls.
const BOUNDARIES: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// A span, a duration and, for a failure of ours, one log line per call; a handler that panics
/// fails its own call and no other on the same connection.
#[derive(Debug, Clone)]
pub(super) struct Observe {
    duration: Histogram<f64>,
}

impl Observe {
    pub(super) fn new(meter: &Meter) -> Self {
        let duration = meter
            .f64_histogram("rpc.server.call.duration")
            .with_unit("s")
            .with_description("Time from a call's arrival to its answer")
            .with_boundaries(BOUNDARIES.to_vec())
            .build();
        Self { duration }
    }
}

impl<S> Layer<S> for Observe {
    type Service = Observed<S>;

    fn layer(&self, inner: S) -> Observed<S> {
        Observed { inner, duration: self.duration.clone() }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Observed<S> {
    inner: S,
    duration: Histogram<f64>,
}

impl<S> Service<Request<Body>> for Observed<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<Body>, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (service, method) = called(request.uri().path());
        let span = tracing::info_span!(
            "call",
            otel.kind = "server",
            otel.name = format!("{service}/{method}"),
            rpc.service = service,
            rpc.method = method,
            rpc.grpc.status_code = field::Empty,
            trace_id = field::Empty,
        );
        // Without a tracer the span has no parent to be given; nothing is lost.
        drop(span.set_parent(trace::extract(request.headers())));
        span.record("trace_id", trace::id(&span));
        let method = KeyValue::new("rpc.method", format!("{service}/{method}"));
        let duration = self.duration.clone();
        let started = Instant::now();
        let answer = span.in_scope(|| AssertUnwindSafe(self.inner.call(request)).catch_unwind());
        let observed = async move {
            let response = match answer.await {
                Ok(response) => response?,
                Err(_) => Status::from(Error::internal("the handler panicked")).into_http(),
            };
            let code = log(&response);
            let labels = [method, KeyValue::new("rpc.grpc.status_code", i64::from(code as i32))];
            duration.record(started.elapsed().as_secs_f64(), &labels);
            Ok(response)
        };
        Box::pin(observed.instrument(span))
    }
}

/// `/yizhan.intake.v1.Intake/AcceptCase` as service and method.
fn called(path: &str) -> (&str, &str) {
    path.trim_start_matches('/').split_once('/').unwrap_or((path, ""))
}

/// Logs a failure that is ours, with the cause that its caller does not see.
fn log(response: &Response<Body>) -> Code {
    let status = response.extensions().get::<Status>();
    let code = status.map_or(Code::Ok, Status::code);
    Span::current().record("rpc.grpc.status_code", code as i32);
    if let (Some(status), Code::Internal | Code::Unknown | Code::DataLoss) = (status, code) {
        let cause = std::error::Error::source(status).map(causes);
        tracing::error!(message = status.message(), cause, "a call failed");
    }
    code
}

/// An error with all that caused it, on one line.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let rest = std::iter::successors(error.source(), |error| error.source());
    rest.fold(error.to_string(), |line, error| format!("{line}: {error}"))
}
