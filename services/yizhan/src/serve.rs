//! `yizhan serve <service>...`: services in one process.

use anyhow::{Context as _, Result, bail};
use events::words::Service;
use runtime::{Admin, Config, Process, Shutdown, Sources};
use tokio::{net::TcpListener, task::JoinSet};
use tracing::Instrument as _;

use crate::services;

/// Runs these services until SIGTERM or Ctrl-C, then drains. One that cannot start or that ends by
/// itself stops the others and is the error.
pub(crate) async fn run(sources: &Sources, services: &[Service]) -> Result<()> {
    let configs = load(sources, services)?;
    let Some((_, first)) = configs.first() else { bail!("no service is named") };
    let name = match services {
        [alone] => alone.word(),
        _ => "yizhan",
    };
    let traces = telemetry::install(&first.logs, first.installation.as_str(), name)?;
    let process = Process::default();
    process.shutdown.on_signals()?;
    let listener = Admin::bind(first.admin.listen).await?;
    let outcome = run_in(&process, listener, configs).await;
    tokio::task::spawn_blocking(move || traces.flush()).await?;
    outcome
}

/// The configurations of these services.
pub(crate) fn load(sources: &Sources, services: &[Service]) -> Result<Vec<(Service, Config)>> {
    services
        .iter()
        .map(|service| {
            let config = sources.load(*service);
            Ok((*service, config.with_context(|| format!("the configuration of {service}"))?))
        })
        .collect()
}

/// Runs services in a process until its shutdown.
pub(crate) async fn run_in(
    process: &Process,
    admin: TcpListener,
    configs: Vec<(Service, Config)>,
) -> Result<()> {
    // The admin port outlives what it shows.
    let shown = tokio_util::sync::CancellationToken::new();
    let showing = tokio::spawn(process.admin.clone().serve(admin, shown.clone()));
    let mut running = JoinSet::new();
    for (service, config) in configs {
        let process = process.clone();
        let service_runs = async move {
            let ended = services::run(service, config, &process).await;
            ended.with_context(|| format!("{service} stopped"))
        };
        running.spawn(service_runs.instrument(telemetry::service_span(service.word())));
    }
    let outcome = all(&mut running, &process.shutdown).await;
    shown.cancel();
    showing.await??;
    outcome
}

/// Waits for all; the first that ends without being told to stops the others.
async fn all(running: &mut JoinSet<Result<()>>, shutdown: &Shutdown) -> Result<()> {
    let mut first = Ok(());
    while let Some(ended) = running.join_next().await {
        shutdown.begin();
        let ended = ended.context("a service panicked").and_then(|ended| ended);
        if first.is_ok() {
            first = ended;
        }
    }
    first
}
