//! What an operator sees: logs, traces and metrics.
//!
//! ```text
//!   tracing ──┬─ filter ── JSON (or text) on standard error        always
//!             └─ spans of our own ── OpenTelemetry ── OTLP         off by default; the trace
//!                                                                  context exists without it
//!   Metrics (one per service) ──┬─ registry ── exposition() ── /metrics
//!                               └─ OTLP                            off by default
//! ```
//!
//! Each output has its own filter: were a filter at `warn` on all of them, it would drop the spans,
//! and with them the trace context that calls and events carry.
//!
//! The metrics, with their units and labels, are described in `docs/metrics.md`; a story on the real
//! binary compares the two.
//!
//! Logs hold no personal data: not names, numbers, addresses nor what people write. A field's name
//! tells its unit (`duration_ms`), and whoever handles a failure logs it once.
//!
//! Only the tracing subscriber is global, because `tracing` knows no other way. Meters are
//! arguments, so that one process can run many services.

mod logs;
mod metrics;

pub use logs::{Format, InstallError, Logs, Traces, install, service_span};
pub use metrics::{Metrics, MetricsError, exposition};
