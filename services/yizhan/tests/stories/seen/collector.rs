//! A collector: the services of OTLP over gRPC as they are published, keeping all that they get.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use opentelemetry_proto::tonic::{
    collector::{
        metrics::v1::{
            ExportMetricsServiceRequest, ExportMetricsServiceResponse,
            metrics_service_server::{MetricsService, MetricsServiceServer},
        },
        trace::v1::{
            ExportTraceServiceRequest, ExportTraceServiceResponse,
            trace_service_server::{TraceService, TraceServiceServer},
        },
    },
    common::v1::any_value::Value,
    resource::v1::Resource,
    trace::v1::Span,
};
use tokio::{net::TcpListener, runtime::Runtime};
use tokio_stream::{StreamExt as _, wrappers::TcpListenerStream};
use tonic::{Request, Response, Status, transport::Server};

/// Listens until it is dropped.
pub(super) struct Collector {
    address: SocketAddr,
    kept: Arc<Kept>,
    _runtime: Runtime,
}

#[derive(Default)]
struct Kept {
    connections: AtomicUsize,
    traces: Mutex<Vec<ExportTraceServiceRequest>>,
    metrics: Mutex<Vec<ExportMetricsServiceRequest>>,
}

impl Collector {
    pub(super) fn listen() -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let (address, kept) = (listener.local_addr().unwrap(), Arc::new(Kept::default()));
        let (traces, metrics, counting) = (kept.clone(), kept.clone(), kept.clone());
        let connections = TcpListenerStream::new(listener).map(move |connection| {
            counting.connections.fetch_add(1, Ordering::Relaxed);
            connection
        });
        let server = Server::builder()
            .add_service(TraceServiceServer::from_arc(traces))
            .add_service(MetricsServiceServer::from_arc(metrics));
        runtime.spawn(server.serve_with_incoming(connections));
        Self { address, kept, _runtime: runtime }
    }

    pub(super) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How often somebody connected.
    pub(super) fn connections(&self) -> usize {
        self.kept.connections.load(Ordering::Relaxed)
    }

    /// All spans so far, each with the service that sent it.
    pub(super) fn spans(&self) -> Vec<(String, Span)> {
        let requests = self.kept.traces.lock().unwrap();
        let resources = requests.iter().flat_map(|request| &request.resource_spans);
        let spans = resources.flat_map(|sent| {
            let service = attribute(sent.resource.as_ref(), "service.name");
            let spans = sent.scope_spans.iter().flat_map(|scope| &scope.spans);
            spans.map(move |span| (service.clone(), span.clone()))
        });
        spans.collect()
    }

    /// The names of all metrics so far, each with the service that sent it.
    pub(super) fn metrics(&self) -> Vec<(String, String)> {
        let requests = self.kept.metrics.lock().unwrap();
        let resources = requests.iter().flat_map(|request| &request.resource_metrics);
        let metrics = resources.flat_map(|sent| {
            let service = attribute(sent.resource.as_ref(), "service.name");
            let metrics = sent.scope_metrics.iter().flat_map(|scope| &scope.metrics);
            metrics.map(move |metric| (service.clone(), metric.name.clone()))
        });
        metrics.collect()
    }

    /// Everything that it got, as text.
    pub(super) fn text(&self) -> String {
        let (traces, metrics) = (self.kept.traces.lock(), self.kept.metrics.lock());
        format!("{:?}{:?}", traces.unwrap(), metrics.unwrap())
    }
}

#[tonic::async_trait]
impl TraceService for Kept {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.traces.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Kept {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        self.metrics.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportMetricsServiceResponse::default()))
    }
}

fn attribute(resource: Option<&Resource>, name: &str) -> String {
    let mut attributes = resource.unwrap().attributes.iter();
    let value = attributes.find(|attribute| attribute.key == name).unwrap().value.as_ref();
    match value.unwrap().value.as_ref() {
        Some(Value::StringValue(text)) => text.clone(),
        other => panic!("{name} is {other:?}"),
    }
}
