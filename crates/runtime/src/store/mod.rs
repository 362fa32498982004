//! The service's own Postgres: connecting, migrating, checking.

mod refusal;

use std::time::Duration;

use delivery::{Migrated, Schema, SchemaError};
use events::words::Service;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::{
    Connection as _, PgConnection, PgPool, Postgres,
    migrate::Migrator,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgSslMode},
};
use tokio::time::{sleep, timeout};

use crate::config::Store;

pub use refusal::StoreError;

/// The migrations of the schema `runtime`.
static MIGRATOR: Migrator = sqlx::migrate!();

/// The schema of this crate: migrated after `delivery` and before the service's own.
pub const SCHEMA: Schema = Schema { name: "runtime", migrator: &MIGRATOR, compatible_from: 1 };

/// The oldest Postgres, as `server_version_num` counts.
const OLDEST: u32 = 15_00_00;

/// Within this time a connection is there, or the reason why it is not.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// Connections that are there before the first call.
const FIRST: u32 = 3;

/// What every connection of a service keeps to, whatever the server's own settings are: an answer
/// after a commit that outlives a crash, and no wait for a lock that nobody gives back, a statement
/// without end or a transaction that waits for somebody.
const SETTINGS: [(&str, &str); 4] = [
    ("synchronous_commit", "on"),
    ("lock_timeout", "2s"),
    ("statement_timeout", "10s"),
    ("idle_in_transaction_session_timeout", "10s"),
];

/// How a service connects as its run-time role.
pub(crate) fn run_time(
    store: &Store,
    service: Service,
    password: Option<&SecretString>,
) -> PgConnectOptions {
    options(store, service, &store.user(service), password).options(SETTINGS)
}

fn options(
    store: &Store,
    service: Service,
    user: &str,
    password: Option<&SecretString>,
) -> PgConnectOptions {
    let mut options = PgConnectOptions::new_without_pgpass()
        .host(&store.host)
        .port(store.port)
        .database(&store.database(service))
        .username(user)
        .application_name(service.word());
    options = match &store.authority_file {
        Some(file) => options.ssl_mode(PgSslMode::VerifyFull).ssl_root_cert(file),
        None => options.ssl_mode(PgSslMode::Prefer),
    };
    match password {
        Some(password) => options.password(password.expose_secret()),
        None => options,
    }
}

/// One connection, so that the true reason is known at once: a pool tries again until its time is
/// over, and then says only that it is.
pub(crate) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let connected = timeout(CONNECT_WITHIN, PgConnection::connect_with(options)).await;
    let connected = connected.map_err(|_| StoreError::silent(options))?;
    let connection = connected.map_err(|error| StoreError::from_connecting(options, error))?;
    match connection.server_version_num() {
        Some(found) if found < OLDEST => Err(StoreError::too_old(options, found)),
        // Whoever speaks for Postgres and does not say which one it is may be new enough.
        Some(_) | None => Ok(connection),
    }
}

/// The pool of a service, after one connection has shown that it can connect and `schemas` are
/// what this binary can run on.
pub(crate) async fn open(
    options: PgConnectOptions,
    connections: u32,
    schemas: &[Schema],
) -> Result<PgPool, StoreError> {
    let mut first = connect(&options).await?;
    for schema in schemas {
        schema.check(&mut first).await?;
    }
    drop(first.close().await);
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(CONNECT_WITHIN)
        .connect_lazy_with(options);
    fill(&pool).await?;
    Ok(pool)
}

/// Opens the first connections of a pool. A Postgres that has just answered may be slow to do so
/// again while a whole campus starts on one machine; who calls later is not to pay for that. One is
/// there while the others are still on their way back.
async fn fill(pool: &PgPool) -> Result<(), StoreError> {
    let wanted = pool.options().get_max_connections().min(FIRST);
    let mut first = Vec::new();
    for _ in 0..wanted {
        first.push(patiently(pool).await?);
    }
    drop(first);
    let are_back = async {
        while pool.num_idle() < usize::try_from(wanted).unwrap_or_default() {
            sleep(Duration::from_millis(1)).await;
        }
    };
    // One that broke on the way comes back never, and is opened again when it is wanted.
    drop(timeout(CONNECT_WITHIN, are_back).await);
    Ok(())
}

async fn patiently(pool: &PgPool) -> Result<PoolConnection<Postgres>, StoreError> {
    const TRIES: u32 = 10;
    let mut tried = 0;
    loop {
        tried += 1;
        match pool.acquire().await {
            Ok(connection) => return Ok(connection),
            Err(sqlx::Error::PoolTimedOut) if tried < TRIES => {}
            Err(error) => return Err(StoreError::from_connecting(&pool.connect_options(), error)),
        }
    }
}

/// The connections of a command that looks at a service's database, as its run-time role.
pub async fn look_at(
    store: &Store,
    service: Service,
    password: Option<&SecretString>,
    own: &[Schema],
) -> Result<PgPool, StoreError> {
    open(run_time(store, service, password), 2, &all(own)).await
}

/// What became of each schema.
pub type Report = Vec<(&'static str, Migrated)>;

/// Brings all schemas of a service's database to what this binary needs, as their owner: first
/// `delivery`, then `runtime`, then the service's own, and opens them to the run-time role.
///
/// A schema that is newer already is left alone, which is how a release is rolled back. Two at once
/// wait for each other.
pub async fn migrate(
    store: &Store,
    service: Service,
    password: Option<&SecretString>,
    own: &[Schema],
) -> Result<Report, StoreError> {
    let options = options(store, service, &store.owner(service), password);
    let mut owner = connect(&options).await?;
    let mut report = Report::new();
    for schema in all(own) {
        let migrated = schema.migrate(&mut owner, &store.user(service)).await?;
        report.push((schema.name, migrated));
    }
    drop(owner.close().await);
    Ok(report)
}

/// The schemas of a service's database, in the order in which they are migrated.
pub(crate) fn all(own: &[Schema]) -> Vec<Schema> {
    [Schema::DELIVERY, SCHEMA].into_iter().chain(own.iter().copied()).collect()
}

impl From<SchemaError> for StoreError {
    fn from(error: SchemaError) -> Self {
        Self::Schema(error)
    }
}
