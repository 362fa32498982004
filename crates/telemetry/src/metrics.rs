use std::collections::{BTreeMap, HashMap};

use opentelemetry::metrics::{Meter, MeterProvider as _};
use opentelemetry_otlp::{ExporterBuildError, MetricExporter, WithExportConfig as _};
use opentelemetry_sdk::{error::OTelSdkError, metrics::SdkMeterProvider};
use prometheus::{
    Registry, TextEncoder,
    proto::{Metric, MetricFamily},
};

use crate::logs::resource;

/// The metrics of one service: made from a [`Meter`], read as text.
#[derive(Debug)]
pub struct Metrics {
    provider: SdkMeterProvider,
    registry: Registry,
}

/// Metrics that cannot be set up or read.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The registry or the encoder refuses.
    #[error("metrics cannot be exposed")]
    Registry(#[from] prometheus::Error),
    /// The reader refuses.
    #[error("metrics cannot be read")]
    Reader(#[from] OTelSdkError),
    /// The exporter refuses its endpoint.
    #[error("metrics cannot be sent to the OTLP endpoint")]
    Otlp(#[from] ExporterBuildError),
}

impl Metrics {
    /// The metrics of `service`, labelled with it and the installation, and sent by OTLP too if
    /// there is an endpoint (then inside a tokio runtime).
    pub fn new(
        installation: &str,
        service: &str,
        otlp: Option<&str>,
    ) -> Result<Self, MetricsError> {
        let labels = HashMap::from([
            ("installation".to_owned(), installation.to_owned()),
            ("service".to_owned(), service.to_owned()),
        ]);
        let registry = Registry::new_custom(None, Some(labels))?;
        let reader = opentelemetry_prometheus::exporter()
            .with_registry(registry.clone())
            .without_target_info()
            .scope_info_enabled(false)
            .build()?;
        let mut provider = SdkMeterProvider::builder()
            .with_resource(resource(installation, service))
            .with_reader(reader);
        if let Some(endpoint) = otlp {
            let exporter =
                MetricExporter::builder().with_tonic().with_endpoint(endpoint).build()?;
            provider = provider.with_periodic_exporter(exporter);
        }
        Ok(Self { provider: provider.build(), registry })
    }

    /// Where instruments come from.
    pub fn meter(&self) -> Meter {
        self.provider.meter("yizhan")
    }

    /// Sends what has not been sent by OTLP. Blocks: not for a thread of the async runtime.
    pub fn flush(&self) {
        if let Err(error) = self.provider.shutdown() {
            tracing::debug!(%error, "the last metrics could not be sent");
        }
    }
}

/// The metrics of all these services in the text format of Prometheus; a metric that several have
/// is one family, as the format demands.
pub fn exposition<'a>(
    services: impl IntoIterator<Item = &'a Metrics>,
) -> Result<String, MetricsError> {
    let mut families = BTreeMap::<String, MetricFamily>::new();
    for mut family in services.into_iter().flat_map(|service| service.registry.gather()) {
        family.mut_metric().iter_mut().for_each(tidy);
        if let Some(known) = families.get_mut(family.name()) {
            known.mut_metric().append(family.mut_metric());
        } else {
            families.insert(family.name().to_owned(), family);
        }
    }
    let families: Vec<_> = families.into_values().collect();
    Ok(TextEncoder::new().encode_to_string(&families)?)
}

/// The registry adds its labels in the order of a hash map, and also where the instrument has set
/// the same one: Prometheus refuses a whole page for a label that a sample has twice.
fn tidy(metric: &mut Metric) {
    let mut labels = metric.take_label();
    labels.sort();
    labels.dedup_by(|again, label| again.name() == label.name());
    metric.set_label(labels);
}

#[cfg(test)]
mod tests {
    use opentelemetry::KeyValue;

    use super::*;

    fn counting(service: &str, count: u64) -> Metrics {
        let metrics = Metrics::new("campus", service, None).unwrap();
        let meter = metrics.meter();
        meter.u64_counter("yizhan.dead").with_description("Dead letters").build().add(count, &[]);
        metrics
    }

    #[test]
    fn a_label_that_the_instrument_sets_as_well_is_there_once() {
        let metrics = Metrics::new("campus", "intake", None).unwrap();
        let labels = [KeyValue::new("service", "intake"), KeyValue::new("stream", "INTAKE")];
        metrics.meter().u64_gauge("yizhan.inbox.lag").build().record(3, &labels);
        let text = exposition([&metrics]).unwrap();
        let sample =
            r#"yizhan_inbox_lag{installation="campus",service="intake",stream="INTAKE"} 3"#;
        assert_eq!(text.lines().last(), Some(sample));
    }

    #[test]
    fn services_of_one_process_share_a_family_and_differ_by_label() {
        let (intake, dispatch) = (counting("intake", 1), counting("dispatch", 2));
        let text = exposition([&intake, &dispatch]).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "# HELP yizhan_dead_total Dead letters",
                "# TYPE yizhan_dead_total counter",
                r#"yizhan_dead_total{installation="campus",service="intake"} 1"#,
                r#"yizhan_dead_total{installation="campus",service="dispatch"} 2"#,
            ]
        );
    }

    #[test]
    fn nothing_is_shared_between_services() {
        let (intake, dispatch) = (counting("intake", 1), counting("dispatch", 2));
        assert!(!exposition([&intake]).unwrap().contains("dispatch"));
        assert!(!exposition([&dispatch]).unwrap().contains("intake"));
    }
}
