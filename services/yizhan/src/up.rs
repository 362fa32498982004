//! `yizhan up`: all of it on this machine, by one command.

use std::{
    io::{IsTerminal as _, stdin},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use clock::Clock;
use events::words::Service;
use jiff::{SignedDuration, Timestamp};
use runtime::{Admin, Config, Process, Sources, manual_clock};

use crate::{
    bootstrap, client, disk,
    embedded::{self, Embedded, Endpoints, Held},
    home::Home,
    migrate, print, serve,
};

const READY_WITHIN: Duration = Duration::from_mins(2);

/// What `up` was asked for.
pub(crate) struct Wanted {
    /// Services that are run elsewhere, by `yizhan serve`.
    pub(crate) without: Vec<Service>,
    /// Whether the time can be moved.
    pub(crate) manual_clock: bool,
    /// When the time of a new installation begins, where it can be moved.
    pub(crate) begins: Option<Timestamp>,
}

/// Starts servers and services, and applies the example campus at the first start; until Ctrl-C.
pub(crate) fn run(home: &Home, wanted: &Wanted) -> Result<()> {
    let _held = home.hold()?;
    match (wanted.manual_clock, wanted.begins) {
        (true, Some(begins)) => begin(home, begins)?,
        (true, None) => {}
        (false, Some(_)) => bail!("--at is for a time that can be moved: add `--clock manual`"),
        (false, None) => go_by_the_machine(home)?,
    }
    disk::check(home)?;
    eprintln!("Yizhan in {}", home.folder().display());
    let (servers, ports) = embedded::start(home, wanted)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(serve_all(home, wanted, (&servers, ports)));
    // The services have drained; now the servers may go.
    drop(servers);
    outcome
}

/// Begins the time of a new installation; that of one that has been up goes on.
fn begin(home: &Home, begins: Timestamp) -> Result<()> {
    let (file, now) = (home.clock(), Clock::system().now());
    if home.config().exists() {
        let now = (now + manual_clock::read(&file)?).to_zoned(client::time_zone(home));
        eprintln!("It goes on at {}; --at is for a new one.", print::instant(&now));
        return Ok(());
    }
    let offset = begins.duration_since(now);
    if offset.abs() > manual_clock::FARTHEST {
        bail!("--at is to be within 50 years from now");
    }
    manual_clock::write(&file, offset).with_context(|| format!("writing {}", file.display()))
}

/// From here on the time is the machine's, if that is not behind what was recorded.
fn go_by_the_machine(home: &Home) -> Result<()> {
    let file = home.clock();
    let ahead = manual_clock::read(&file)?;
    if ahead.is_positive() {
        bail!(
            "the time of {} was moved {ahead:#} ahead: start it with `--clock manual` again, or \
             wipe it with `./yizhan reset`",
            home.folder().display()
        );
    }
    if ahead.is_negative() {
        manual_clock::write(&file, SignedDuration::ZERO)
            .with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}

async fn serve_all(
    home: &Home,
    wanted: &Wanted,
    (servers, ports): (&Embedded, Held),
) -> Result<()> {
    let sources = Sources::new().file(home.config()).environment(std::env::vars());
    let all = serve::load(&sources, Service::ALL)?;
    for (service, config) in &all {
        migrate::one(*service, config).await?;
    }
    eprintln!("  {} databases migrated", all.len());
    let endpoints = Endpoints::read(home)?;
    let here = |service: &Service| !wanted.without.contains(service);
    let configs: Vec<_> = all.into_iter().filter(|(service, _)| here(service)).collect();

    let process = Process::default();
    process.shutdown.on_signals()?;
    // Who is started in a terminal ends with it; else a hang-up asks to read files again.
    if stdin().is_terminal() {
        process.shutdown.on_hang_up()?;
    }
    let ready = async {
        wait_until_ready(&process, &endpoints, wanted.without.is_empty()).await?;
        bootstrap::run(home, &endpoints).await?;
        bootstrap::greet(home, &endpoints, servers, wanted.manual_clock)
    };
    let started = async {
        let ready = ready.await;
        if ready.is_err() {
            process.shutdown.begin();
        }
        ready
    };
    drop(ports);
    let (served, started, ground) =
        tokio::join!(serve_here(&process, configs), started, watch(home, servers, &process));
    // Without it, whatever else failed has failed for that.
    ground?;
    // Whoever stops it before it is ready wants no error.
    if served.is_ok() && process.shutdown.has_begun() && !has_failed(&started) {
        return Ok(());
    }
    served.and(started)
}

/// Ends all of it when what it stands on is gone: room on the disk, or Postgres.
async fn watch(home: &Home, servers: &Embedded, process: &Process) -> Result<()> {
    let gone = tokio::select! {
        full = disk::watch(home) => full,
        ended = servers.watch() => ended,
        () = process.shutdown.begun() => return disk::check(home),
    };
    process.shutdown.begin();
    // A full disk ends Postgres too.
    disk::check(home)?;
    Err(gone)
}

/// Runs the services of this process; without any, waits with the servers for the end.
async fn serve_here(process: &Process, configs: Vec<(Service, Config)>) -> Result<()> {
    let Some((_, first)) = configs.first() else {
        eprintln!("  No service is started here: `yizhan serve <service>` runs one");
        process.shutdown.begun().await;
        return Ok(());
    };
    let traces = telemetry::install(&first.logs, first.installation.as_str(), "yizhan")?;
    let admin = Admin::bind(first.admin.listen).await?;
    let outcome = serve::run_in(process, admin, configs).await;
    tokio::task::spawn_blocking(move || traces.flush()).await?;
    outcome
}

/// The shutdown came before it was ready.
#[derive(Debug, thiserror::Error)]
#[error("stopped before it was ready")]
struct Stopped;

fn has_failed(started: &Result<()>) -> bool {
    started.as_ref().is_err_and(|error| !error.is::<Stopped>())
}

/// Waits for `/readyz` of every service; in time, if they are all started here.
async fn wait_until_ready(process: &Process, endpoints: &Endpoints, in_time: bool) -> Result<()> {
    let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).build()?;
    let waiting = tokio::time::Instant::now();
    for (service, endpoint) in &endpoints.0 {
        let url = format!("http://{}/{service}/readyz", endpoint.admin);
        loop {
            let answer = client.get(&url).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                break;
            }
            if process.shutdown.has_begun() {
                return Err(Stopped.into());
            }
            if in_time && waiting.elapsed() > READY_WITHIN {
                bail!("{service} was not ready within {} s", READY_WITHIN.as_secs());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}
