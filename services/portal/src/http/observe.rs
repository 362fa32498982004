//! A span and a duration for each request, by its route: never by its path, which holds ids.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};
use opentelemetry::{
    KeyValue,
    metrics::{Histogram, Meter},
    trace::TraceContextExt as _,
};
use tracing::{Instrument as _, field};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Buckets of durations, in seconds: those that OpenTelemetry recommends for HTTP.
const BOUNDARIES: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// How long requests take.
#[derive(Debug, Clone)]
pub(super) struct Duration(Histogram<f64>);

impl Duration {
    pub(super) fn new(meter: &Meter) -> Self {
        let histogram = meter
            .f64_histogram("http.server.request.duration")
            .with_unit("s")
            .with_description("Time from a request's arrival to its answer")
            .with_boundaries(BOUNDARIES.to_vec())
            .build();
        Self(histogram)
    }
}

pub(super) async fn observe(
    State(duration): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    let method = request.method().to_string();
    let matched = request.extensions().get::<MatchedPath>();
    let route = matched.map_or("unknown", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!(
        "request",
        otel.kind = "server",
        otel.name = format!("{method} {route}"),
        http.request.method = method,
        http.route = route,
        http.response.status_code = field::Empty,
        trace_id = field::Empty,
    );
    // Without a tracer the span has no parent to be given; nothing is lost.
    drop(span.set_parent(rpc::trace_context(request.headers())));
    // What joins the log lines of all services that this request reaches.
    span.record("trace_id", span.context().span().span_context().trace_id().to_string());
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    span.record("http.response.status_code", status);
    let labels = [
        KeyValue::new("http.request.method", method),
        KeyValue::new("http.route", route),
        KeyValue::new("http.response.status_code", i64::from(status)),
    ];
    duration.0.record(started.elapsed().as_secs_f64(), &labels);
    response
}
