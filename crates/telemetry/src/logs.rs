use std::io;

use opentelemetry::{KeyValue, trace::TracerProvider as _};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use serde::{Deserialize, Serialize};
use tracing::{Level, Metadata, Span, Subscriber, subscriber::Interest};
use tracing_subscriber::{
    EnvFilter, Layer as _,
    filter::ParseError,
    fmt::MakeWriter,
    layer::{Context, Filter, SubscriberExt as _},
    util::{SubscriberInitExt as _, TryInitError},
};

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Logs {
    /// Directives of `tracing_subscriber::EnvFilter`, such as `info,delivery=debug`.
    pub filter: String,
    /// How a line looks.
    pub format: Format,
    /// Where traces and metrics are sent to by OTLP over gRPC, such as `http://localhost:4317`.
    pub otlp: Option<String>,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One JSON object: for programs.
    Json,
    /// For people.
    Text,
}

impl Default for Logs {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: Format::Json, otlp: None }
    }
}

/// The traces of a process; [`Traces::flush`] them before it ends.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
}

/// Logs that cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The filter's directives are wrong.
    #[error("the log filter `{filter}` is wrong")]
    Filter {
        /// As configured.
        filter: String,
        /// Why.
        source: ParseError,
    },
    /// The exporter refuses its endpoint.
    #[error("traces cannot be sent to the OTLP endpoint")]
    Otlp(#[from] ExporterBuildError),
    /// There is a subscriber already.
    #[error("logs were set up twice")]
    Twice(#[from] TryInitError),
}

/// Sets up logs and traces of this process, which runs `name` for `installation`.
///
/// Must be called inside a tokio runtime if there is an OTLP endpoint.
pub fn install(logs: &Logs, installation: &str, name: &str) -> Result<Traces, InstallError> {
    let resource = resource(installation, name);
    let provider = match &logs.otlp {
        None => SdkTracerProvider::builder().with_resource(resource).build(),
        Some(endpoint) => {
            let exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
            SdkTracerProvider::builder()
                .with_resource(resource)
                .with_batch_exporter(exporter)
                .build()
        }
    };
    subscriber(logs, &provider, io::stderr)?.try_init()?;
    Ok(Traces { provider })
}

impl Traces {
    /// Sends what has not been sent. Blocks: not for a thread of the async runtime.
    pub fn flush(&self) {
        if let Err(error) = self.provider.shutdown() {
            tracing::debug!(%error, "the last traces could not be sent");
        }
    }
}

/// What tells whose a log line is, where a process runs many services: around all that one does.
///
/// It belongs to no trace, or all that a service ever did would be one.
pub fn service_span(service: &str) -> Span {
    tracing::error_span!("service", service)
}

pub(crate) fn resource(installation: &str, service: &str) -> Resource {
    Resource::builder()
        .with_service_name(service.to_owned())
        .with_attribute(KeyValue::new("service.namespace", installation.to_owned()))
        .build()
}

fn subscriber<W>(
    logs: &Logs,
    provider: &SdkTracerProvider,
    writer: W,
) -> Result<impl Subscriber + Send + Sync + 'static, InstallError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(&logs.filter)
        .map_err(|source| InstallError::Filter { filter: logs.filter.clone(), source })?;
    let lines = tracing_subscriber::fmt::layer().with_writer(writer);
    let lines = match logs.format {
        Format::Json => lines.json().flatten_event(true).with_current_span(false).boxed(),
        Format::Text => lines.with_ansi(false).with_target(false).boxed(),
    };
    let spans =
        tracing_opentelemetry::layer().with_tracer(provider.tracer("yizhan")).with_filter(Traced);
    Ok(tracing_subscriber::registry().with(spans).with(lines.with_filter(filter)))
}

/// Lets through what [`is_traced`], and asks for every span anew.
///
/// `tracing` remembers per thread what the filters said last, and a mere question whether something
/// would be logged (sqlx asks before each statement) leaves its answer behind: a span that is
/// known to be wanted always, and of which nobody asks, would take that for its own and be lost.
struct Traced;

impl<S> Filter<S> for Traced {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        is_traced(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if is_traced(metadata) { Interest::sometimes() } else { Interest::never() }
    }
}

/// Spans of our own: those of the transports below would trace the sending of traces.
fn is_traced(metadata: &Metadata<'_>) -> bool {
    const TRANSPORTS: [&str; 6] = ["h2", "hyper", "hyper_util", "tonic", "tower", "opentelemetry"];
    let root = metadata.target().split("::").next().unwrap_or_default();
    let is_ours = *metadata.level() <= Level::INFO && !TRANSPORTS.contains(&root);
    metadata.is_span() && is_ours && metadata.name() != "service"
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use opentelemetry::trace::TraceContextExt as _;
    use tracing_opentelemetry::OpenTelemetrySpanExt as _;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What `act` logs, line by line, and whether its trace had an id.
    fn logged(filter: &str, act: impl Fn()) -> Vec<serde_json::Value> {
        let lines = Lines::default();
        let (logs, writer) = (Logs { filter: filter.to_owned(), ..Logs::default() }, lines.clone());
        let provider = SdkTracerProvider::builder().build();
        let subscriber = subscriber(&logs, &provider, move || writer.clone()).unwrap();
        tracing::subscriber::with_default(subscriber, act);
        let bytes = lines.0.lock().unwrap().clone();
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn a_line_is_one_json_object_with_its_fields_and_the_spans_around_it() {
        let lines = logged("info", || {
            let _span = service_span("intake").entered();
            tracing::info!(duration_ms = 12, "accepted");
            tracing::debug!("not asked for");
        });
        let [line] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!(line["message"], "accepted");
        assert_eq!(line["duration_ms"], 12);
        assert_eq!(line["spans"][0]["service"], "intake");
    }

    #[test]
    fn a_filter_that_silences_the_log_leaves_the_trace_context() {
        let lines = logged("error", || {
            let span = tracing::info_span!("call");
            assert!(span.context().span().span_context().is_valid());
            tracing::info!("silenced");
        });
        assert!(lines.is_empty());
    }

    #[test]
    fn a_question_whether_something_is_logged_loses_no_span() {
        logged("info", || {
            assert!(!tracing::enabled!(Level::DEBUG));
            let span = tracing::info_span!("call");
            assert!(span.context().span().span_context().is_valid());
        });
    }

    #[test]
    fn a_service_is_named_in_its_lines_and_is_no_trace() {
        let lines = logged("error", || {
            let service = service_span("intake").entered();
            assert!(!service.context().span().span_context().is_valid());
            tracing::error!("failed");
        });
        assert_eq!(lines[0]["spans"][0]["service"], "intake");
    }

    #[test]
    fn a_wrong_filter_is_refused_with_its_text() {
        let logs = Logs { filter: "info,=".to_owned(), ..Logs::default() };
        let provider = SdkTracerProvider::builder().build();
        let refused = subscriber(&logs, &provider, io::sink).err().unwrap();
        assert_eq!(refused.to_string(), "the log filter `info,=` is wrong");
    }
}
