mod deliver;
mod start;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use clock::{Clock, Ids as _, RandomIds};
use delivery::Delivery;
use events::words::Service;
use jiff::SignedDuration;
use opentelemetry::metrics::Meter;
use rpc::{
    Channel,
    client::{ConnectError, Connector},
    server::BindError,
    tls::Credentials,
    token::TokenVerifier,
};
use sealing::Masters;
use sqlx::PgPool;
use telemetry::Metrics;
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use crate::{
    Admin, Config, Ended, Files, Newest, Shutdown, Stage, TaskFailed, Tasks,
    admin::{Health, Settle},
    masters,
    tasks::Drain,
};

pub use start::StartError;

/// How long the broker may take for the last acks and naks.
const LAST_FLUSH: Duration = Duration::from_secs(1);

/// What the services of one process share.
#[derive(Clone, Default)]
pub struct Process {
    /// Stops all of them.
    pub shutdown: Shutdown,
    /// Shows all of them.
    pub admin: Admin,
}

/// What one service stands on. Its fields are for the service to use; its methods run it.
///
/// ```no_run
/// # use runtime::{Config, Host, Process};
/// # use events::words::Service;
/// # async fn run<F: delivery::Facts>(
/// #     config: Config,
/// #     process: &Process,
/// #     facts: F,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// let mut host = Host::open(Service::Intake, config, &[], process).await?;
/// host.deliver(facts)?;
/// host.serve(tonic::service::Routes::default()).await?;
/// host.finish().await?;
/// # Ok(()) }
/// ```
pub struct Host {
    /// Which service.
    pub service: Service,
    /// What it was told.
    pub config: Config,
    /// The service's clock, kept by its Postgres.
    pub clock: Clock,
    /// The run-time role's connections to its own database.
    pub pool: PgPool,
    /// The broker, connected or not.
    pub nats: async_nats::Client,
    /// Where its instruments come from.
    pub meter: Meter,
    /// Verifies tokens; the portal gives it its own keys.
    pub tokens: Arc<TokenVerifier>,
    /// Files that may change; more may be watched until [`Host::finish`].
    pub files: Files,
    delivery: Delivery,
    credentials: Option<Newest<Credentials>>,
    moved: watch::Receiver<SignedDuration>,
    metrics: Arc<Metrics>,
    admin: Admin,
    health: Health,
    tasks: Tasks,
}

impl Host {
    /// A new source of ids.
    pub fn ids(&self) -> RandomIds {
        RandomIds::new(self.clock.clone())
    }

    /// The delivery of this service's events: one, whoever asks for it.
    pub fn delivery(&self) -> Delivery {
        self.delivery.clone()
    }

    /// What seals personal data; a changed file counts without a restart.
    pub fn masters(&mut self) -> Result<Newest<Masters>, StartError> {
        let file = self.config.keys.master_file.clone();
        let file = file.ok_or(StartError::NoMasterKey(self.service))?;
        Ok(masters::follow(&mut self.files, file)?)
    }

    /// A channel to another service.
    pub fn connect(&self, callee: Service) -> Result<Channel, ConnectError> {
        let connector = Connector::new(self.service, self.credentials.clone());
        connector.connect(callee, self.config.peers.get(callee))
    }

    /// Changes whenever the time is moved by hand: planned wake-ups may be due.
    pub fn time_moved(&self) -> watch::Receiver<SignedDuration> {
        self.moved.clone()
    }

    /// Lets `/settled` answer, where the time can be moved by hand.
    pub fn settle(&self, settle: Settle) {
        if self.config.clock.mode == crate::config::ClockMode::Manual {
            self.admin.settle(self.service, settle);
        }
    }

    /// Spawns a loop that goes on until its token is cancelled, in its stage of the drain. One that
    /// ends before ends the process, by its name.
    pub fn spawn<F>(
        &mut self,
        stage: Stage,
        name: &'static str,
        task: impl FnOnce(CancellationToken) -> F,
    ) where
        F: Future<Output: Ended> + Send + 'static,
    {
        self.tasks.spawn(stage, name, task);
    }

    /// Serves `routes` on the service's gRPC port; answers where that is.
    pub async fn serve(&mut self, routes: Routes) -> Result<SocketAddr, BindError> {
        let server = rpc::Server::bind(self.config.rpc.listen, self.credentials.clone()).await?;
        let address = server.address();
        let random = self.ids().uuid().as_bytes().last().copied().unwrap_or_default();
        let spread = f64::from(random) / 255.0;
        let (tokens, meter) = (self.tokens.clone(), self.meter.clone());
        let server = server
            .spread(spread)
            .listing([interface(self.service), proto::delivery::v1::delivery_server::SERVICE_NAME]);
        self.spawn(Stage::Work, "rpc", |stop| async move {
            let stopped = stop.cancelled_owned();
            server.serve(routes, proto::DESCRIPTORS, tokens, &meter, stopped).await
        });
        Ok(address)
    }

    /// Ready from now on, until the shutdown begins or a task ends by itself; then drains.
    pub async fn finish(self) -> Result<(), TaskFailed> {
        let Self { files, health, mut tasks, metrics, pool, nats, .. } = self;
        tasks.spawn(Stage::Last, "files", |stop| files.run(stop));
        health.started();
        let ended = tasks.run(Drain::new(move || health.draining())).await;
        // It waits for a broker that is away, and what it holds then is in the outbox anyway.
        if timeout(LAST_FLUSH, nats.flush()).await.is_err() {
            tracing::debug!("the broker did not take the last messages");
        }
        pool.close().await;
        // Blocks while it sends.
        drop(tokio::task::spawn_blocking(move || metrics.flush()).await);
        ended
    }
}

/// What a service serves besides the interface of its own events.
const fn interface(service: Service) -> &'static str {
    match service {
        Service::Intake => proto::intake::v1::intake_server::SERVICE_NAME,
        Service::Dispatch => proto::dispatch::v1::dispatch_server::SERVICE_NAME,
        Service::EscalationTimer => {
            proto::escalation_timer::v1::escalation_timer_server::SERVICE_NAME
        }
        Service::CallbackSurvey => proto::callback_survey::v1::callback_survey_server::SERVICE_NAME,
        Service::Notification => proto::notification::v1::notification_server::SERVICE_NAME,
        Service::Portal => proto::portal::v1::portal_server::SERVICE_NAME,
    }
}
