use std::time::Duration;

use events::Traceparent;
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState},
};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// An event that is applied within this time belongs to the trace of its cause; a later one only
/// points to it, or a case of three weeks would be one trace.
const ONE_TRACE: Duration = Duration::from_mins(5);

/// The trace of the current span, for a [`Stamp`](crate::Stamp); `None` when nothing is traced.
pub fn traceparent() -> Option<Traceparent> {
    let context = Span::current().context();
    let span = context.span();
    let span = span.span_context();
    if !span.is_valid() {
        return None;
    }
    let (trace, id, flags) = (span.trace_id(), span.span_id(), span.trace_flags().to_u8());
    format!("00-{trace}-{id}-{flags:02x}").parse().ok()
}

/// Ties `span` to the trace of the event that it applies, which was recorded `age` ago.
pub(crate) fn follow(span: &Span, cause: Option<&Traceparent>, age: Duration) {
    let Some(remote) = cause.and_then(remote) else {
        return;
    };
    if age > ONE_TRACE {
        span.add_link(remote);
    } else if let Err(error) = span.set_parent(Context::new().with_remote_span_context(remote)) {
        tracing::debug!(%error, "the span began before its parent was known");
    }
}

fn remote(traceparent: &Traceparent) -> Option<SpanContext> {
    let mut parts = traceparent.as_str().split('-').skip(1);
    let trace = TraceId::from_hex(parts.next()?).ok()?;
    let span = SpanId::from_hex(parts.next()?).ok()?;
    let flags = TraceFlags::new(u8::from_str_radix(parts.next()?, 16).ok()?);
    Some(SpanContext::new(trace, span, flags, true, TraceState::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_is_a_remote_span() {
        let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let span = remote(&text.parse().unwrap()).unwrap();
        assert_eq!(span.trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert_eq!(span.span_id().to_string(), "b7ad6b7169203331");
        assert!(span.is_sampled() && span.is_remote());
    }

    #[test]
    fn without_tracing_there_is_no_traceparent() {
        assert_eq!(traceparent(), None);
    }
}
