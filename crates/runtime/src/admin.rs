//! The admin port: plain HTTP for those who run it, never for those who use it.
//!
//! ```text
//!  /livez              this runtime still runs tasks, and nothing else
//!  /readyz             started, own schema fits, own Postgres answered within 10 s, not draining
//!  /metrics            Prometheus
//!  /settled            whether it has come to rest; with the manual clock alone
//!  /<service>/...      the same of one service
//! ```
//!
//! One process has one port, whether it runs one service or all of them.

mod health;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use events::words::Service;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};
use telemetry::Metrics;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::BoxError;

pub use health::Health;

/// Answers whether a service has come to rest.
pub type Settle = Arc<dyn Fn() -> BoxFuture<'static, Result<Value, BoxError>> + Send + Sync>;

/// The admin port of a process; clones are the same one.
#[derive(Clone, Default)]
pub struct Admin {
    services: Arc<RwLock<BTreeMap<Service, Mounted>>>,
}

#[derive(Clone)]
struct Mounted {
    health: Health,
    metrics: Arc<Metrics>,
    settle: Option<Settle>,
}

impl Admin {
    /// Without services: not ready.
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows a service.
    pub fn mount(&self, service: Service, health: Health, metrics: Arc<Metrics>) {
        let mounted = Mounted { health, metrics, settle: None };
        self.services.write().unwrap_or_else(PoisonError::into_inner).insert(service, mounted);
    }

    /// Lets a mounted service say whether it has come to rest.
    pub fn settle(&self, service: Service, settle: Settle) {
        let mut services = self.services.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(mounted) = services.get_mut(&service) {
            mounted.settle = Some(settle);
        }
    }

    /// Serves on `listener` until `stop`.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> std::io::Result<()> {
        axum::serve(listener, self.router()).with_graceful_shutdown(stop.cancelled_owned()).await
    }

    /// Binds the port.
    pub async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
        TcpListener::bind(address).await.map_err(|error| {
            let problem = format!("cannot listen on {address} (admin.listen): {error}");
            std::io::Error::new(error.kind(), problem)
        })
    }

    /// The routes alone.
    pub fn router(self) -> Router {
        Router::new()
            .route("/livez", get(livez))
            .route("/readyz", get(readyz))
            .route("/metrics", get(metrics))
            .route("/settled", get(settled))
            .route("/{service}/livez", get(livez))
            .route("/{service}/readyz", get(readyz))
            .route("/{service}/metrics", get(metrics))
            .route("/{service}/settled", get(settled))
            .with_state(self)
    }

    /// All services, or the one that the path names.
    fn asked(&self, path: Option<Path<String>>) -> Result<BTreeMap<Service, Mounted>, StatusCode> {
        let services = self.services.read().unwrap_or_else(PoisonError::into_inner);
        let Some(Path(name)) = path else { return Ok(services.clone()) };
        let service: Service = name.parse().map_err(|_| StatusCode::NOT_FOUND)?;
        let mounted = services.get(&service).ok_or(StatusCode::NOT_FOUND)?;
        Ok(BTreeMap::from([(service, mounted.clone())]))
    }
}

type Asked = Option<Path<String>>;

/// A runtime that cannot run a task within 5 s hangs.
async fn livez() -> StatusCode {
    let beat = tokio::spawn(std::future::ready(()));
    match tokio::time::timeout(Duration::from_secs(5), beat).await {
        Ok(Ok(())) => StatusCode::OK,
        Ok(Err(_)) | Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

async fn readyz(State(admin): State<Admin>, path: Asked) -> Result<Response, StatusCode> {
    let services = admin.asked(path)?;
    let lacks: BTreeMap<_, _> = services
        .iter()
        .map(|(service, mounted)| (service.word(), mounted.health.lacks()))
        .collect();
    let ready = !lacks.is_empty() && lacks.values().all(Vec::is_empty);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Ok((status, Json(json!({ "ready": ready, "lacks": lacks }))).into_response())
}

async fn metrics(State(admin): State<Admin>, path: Asked) -> Result<Response, StatusCode> {
    let services = admin.asked(path)?;
    let text = telemetry::exposition(services.values().map(|mounted| &*mounted.metrics)).map_err(
        |error| {
            tracing::error!(%error, "the metrics cannot be shown");
            StatusCode::INTERNAL_SERVER_ERROR
        },
    )?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}

/// `{"<service>": <its vector>}`; 404 without the manual clock, 503 while one cannot tell.
async fn settled(State(admin): State<Admin>, path: Asked) -> Result<Json<Value>, StatusCode> {
    let mut vectors = Map::new();
    for (service, mounted) in admin.asked(path)? {
        let settle = mounted.settle.ok_or(StatusCode::NOT_FOUND)?;
        let vector = settle().await.map_err(|error| {
            tracing::debug!(%service, %error, "it cannot be told whether this has come to rest");
            StatusCode::SERVICE_UNAVAILABLE
        })?;
        vectors.insert(service.to_string(), vector);
    }
    Ok(Json(Value::Object(vectors)))
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt as _;

    use super::*;

    fn admin() -> (Admin, Health) {
        let (admin, health) = (Admin::new(), Health::new());
        let metrics = Metrics::new("campus", "intake", None).unwrap();
        metrics.meter().u64_counter("yizhan.accepted").build().add(1, &[]);
        admin.mount(Service::Intake, health.clone(), Arc::new(metrics));
        (admin, health)
    }

    async fn get(admin: &Admin, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = admin.clone().router().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn ready_is_who_started_whose_store_answers_and_who_is_not_draining() {
        let (admin, health) = admin();
        let (status, body) = get(&admin, "/readyz").await;
        assert_eq!(status, 503);
        assert_eq!(body, r#"{"lacks":{"intake":["start","store"]},"ready":false}"#);
        health.store_answered();
        health.started();
        assert_eq!(get(&admin, "/intake/readyz").await.0, 200);
        health.draining();
        assert_eq!(get(&admin, "/readyz").await.0, 503);
        assert_eq!(get(&admin, "/livez").await.0, 200);
    }

    #[tokio::test]
    async fn a_process_without_services_is_alive_and_not_ready() {
        assert_eq!(get(&Admin::new(), "/readyz").await.0, 503);
        assert_eq!(get(&Admin::new(), "/livez").await.0, 200);
    }

    #[tokio::test]
    async fn one_service_is_shown_under_its_name_and_an_absent_one_is_not() {
        let (admin, _) = admin();
        assert!(get(&admin, "/metrics").await.1.contains("yizhan_accepted_total{"));
        assert_eq!(get(&admin, "/intake/metrics").await, get(&admin, "/metrics").await);
        assert_eq!(get(&admin, "/dispatch/metrics").await.0, 404);
        assert_eq!(get(&admin, "/kitchen/livez").await.0, 200);
    }

    #[tokio::test]
    async fn whether_it_came_to_rest_is_told_only_where_time_can_be_moved() {
        let (admin, _) = admin();
        assert_eq!(get(&admin, "/settled").await.0, 404);
        admin.settle(Service::Intake, Arc::new(|| Box::pin(async { Ok(json!({ "due": 0 })) })));
        assert_eq!(get(&admin, "/settled").await, (200, r#"{"intake":{"due":0}}"#.to_owned()));
        admin.settle(Service::Intake, Arc::new(|| Box::pin(async { Err("no broker".into()) })));
        assert_eq!(get(&admin, "/intake/settled").await.0, 503);
    }
}
