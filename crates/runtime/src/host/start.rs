use std::{io, sync::Arc};

use clock::Clock;
use delivery::{Delivery, InstallationError, Producer, Schema};
use events::words::Service;
use jiff::SignedDuration;
use rpc::{
    client::{ConnectError, Connector},
    tls::Credentials,
    token::TokenVerifier,
};
use secrecy::SecretString;
use sqlx::PgPool;
use telemetry::{Metrics, MetricsError};
use tokio::sync::watch;

use super::{Host, Process};
use crate::{
    Config, FileError, Files, Newest, Secret, Stage, Tasks,
    admin::Health,
    agreement::Agreement,
    broker,
    config::{ClockMode, Tls},
    keys,
    manual_clock::ManualClock,
    store::{self, StoreError},
};

/// Why a service cannot start; the message names what to change.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A secret or certificate.
    #[error(transparent)]
    File(#[from] FileError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store is another installation's.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// The store did not answer what every start asks.
    #[error("the store did not answer at the start")]
    Asking(#[from] sqlx::Error),
    /// The file that personal data is sealed with.
    #[error("keys.master_file is missing: {0} seals personal data with it")]
    NoMasterKey(Service),
    /// The broker's address or certificates.
    #[error("the broker cannot be used: check [broker]")]
    Broker(#[from] async_nats::ConnectError),
    /// Another service's address.
    #[error(transparent)]
    Peer(#[from] ConnectError),
    /// The file of the manual clock.
    #[error("the manual clock cannot be read")]
    Clock(#[source] io::Error),
    /// Metrics.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
}

impl Host {
    /// Opens what `service` stands on, and mounts it at the process's admin port. `own` are the
    /// schemas of the service itself.
    ///
    /// Its loops log within the span that is current here: where many services share a process,
    /// give each one of its own.
    pub async fn open(
        service: Service,
        config: Config,
        own: &[Schema],
        process: &Process,
    ) -> Result<Self, StartError> {
        let installation = config.installation.clone();
        let otlp = config.logs.otlp.as_deref();
        let metrics = Arc::new(Metrics::new(installation.as_str(), service.word(), otlp)?);
        let meter = metrics.meter();
        let health = Health::new();
        process.admin.mount(service, health.clone(), metrics.clone());
        let mut tasks = Tasks::new(process.shutdown.clone());
        let mut files = Files::new(&meter);

        let schemas = store::all(own);
        let pool = open_store(&config, service, &schemas, &mut files, &mut tasks).await?;
        let mut connection = pool.acquire().await?;
        let epoch = delivery::claim(&mut connection, &installation).await?;
        let epoch = u32::try_from(epoch).unwrap_or(u32::MAX);
        drop(connection);

        let clock = Clock::system();
        let agreement = Agreement::reach(clock.clone(), pool.clone(), &meter).await?;
        tasks.spawn(Stage::Last, "clock", |stop| agreement.run(stop));
        let moved = follow_time(&config, &clock, &mut tasks)?;
        let watched = (health.clone(), pool.clone());
        tasks.spawn(Stage::Last, "health", |stop| watched.0.watch(watched.1, schemas, stop));

        let password = optional(config.broker.password_file.clone(), &mut files)?;
        let (nats, connected) = broker::connect(&config.broker, service, password, &meter).await?;
        let client = nats.clone();
        tasks.spawn(Stage::Last, "broker version", |stop| {
            broker::look_at_version(client, connected, stop)
        });
        let credentials = config.tls.as_ref().map(|tls| watch_tls(tls, &mut files)).transpose()?;
        let source = events::Source { installation, service };
        let producer = Producer { source, epoch };
        let delivery = Delivery::new(pool.clone(), nats.clone(), producer, clock.clone(), &meter)
            .with_replicas(config.broker.replicas);
        let tokens = verifier(service, &config, credentials.clone(), &pool, &clock).await?;
        Ok(Self {
            service,
            config,
            clock,
            pool,
            nats,
            meter,
            tokens: Arc::new(tokens),
            files,
            delivery,
            credentials,
            moved,
            metrics,
            admin: process.admin.clone(),
            health,
            tasks,
        })
    }
}

fn optional(
    file: Option<std::path::PathBuf>,
    files: &mut Files,
) -> Result<Option<Secret>, FileError> {
    file.map(|file| files.secret(file)).transpose()
}

/// The pool; a new password counts from the next connection on.
async fn open_store(
    config: &Config,
    service: Service,
    schemas: &[Schema],
    files: &mut Files,
    tasks: &mut Tasks,
) -> Result<PgPool, StartError> {
    let store = config.store.clone();
    let password = optional(store.password_file.clone(), files)?;
    let options = |password: Option<&SecretString>| store::run_time(&store, service, password);
    let now = password.as_ref().map(|password| password.borrow().clone());
    let pool = store::open(options(now.as_deref()), store.connections, schemas).await?;
    if let Some(mut password) = password {
        let pool = pool.clone();
        tasks.spawn(Stage::Last, "store password", |stop| async move {
            while let Some(Ok(())) = stop.run_until_cancelled(password.changed()).await {
                let newest = password.borrow_and_update().clone();
                pool.set_connect_options(store::run_time(&store, service, Some(&newest)));
            }
            stop.cancelled().await;
        });
    }
    Ok(pool)
}

/// Changes when the time is moved by hand; never, with the system's clock.
fn follow_time(
    config: &Config,
    clock: &Clock,
    tasks: &mut Tasks,
) -> Result<watch::Receiver<SignedDuration>, StartError> {
    match config.clock.mode {
        ClockMode::System => {
            let (never, receiver) = watch::channel(SignedDuration::ZERO);
            tasks.spawn(Stage::Last, "time", |stop| async move {
                stop.cancelled().await;
                drop(never);
            });
            Ok(receiver)
        }
        ClockMode::Manual => {
            let manual = ManualClock::open(config.clock.file.clone(), clock.clone())
                .map_err(StartError::Clock)?;
            let moved = manual.moved();
            tasks.spawn(Stage::Last, "time", |stop| manual.run(stop));
            Ok(moved)
        }
    }
}

fn watch_tls(tls: &Tls, files: &mut Files) -> Result<Newest<Credentials>, FileError> {
    let paths =
        vec![tls.certificate_file.clone(), tls.key_file.clone(), tls.authority_file.clone()];
    files.watch(paths, |contents| match contents {
        [certificate, key, authority] => {
            Credentials::from_pem(certificate, key, authority).map_err(Into::into)
        }
        _ => Err("three files are needed".into()),
    })
}

/// With the keys of the last start, and the portal asked for others; the portal has its own.
async fn verifier(
    service: Service,
    config: &Config,
    credentials: Option<Newest<Credentials>>,
    pool: &PgPool,
    clock: &Clock,
) -> Result<TokenVerifier, StartError> {
    let tokens = TokenVerifier::new(config.installation.clone(), clock.clone());
    if service == Service::Portal {
        return Ok(tokens);
    }
    let connector = Connector::new(service, credentials);
    let portal = connector.connect(Service::Portal, config.peers.get(Service::Portal))?;
    let tokens = tokens.fetching(keys::fetch(portal, pool.clone(), clock.clone()));
    tokens.replace_keys(&keys::stored(pool).await?);
    Ok(tokens)
}
