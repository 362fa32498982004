//! What a service needs around it: a database, and files for its secrets.

use std::{
    fs,
    path::{Path, PathBuf},
};

use events::words::Service;
use runtime::{
    Config, Host, Process, Sources, StartError,
    config::{Clock, ClockMode},
    store::{self, Report, StoreError},
};
use secrecy::SecretString;
use sqlx::postgres::PgConnectOptions;
use testkit::{Database, OWNER, RUN_TIME};

/// The password of both roles of tests.
const PASSWORD: &str = "test";

/// A database for one service, not migrated yet, and a folder for its files.
pub(crate) struct Campus {
    pub(crate) database: Database,
    folder: PathBuf,
}

impl Campus {
    pub(crate) async fn new() -> Self {
        let database = Database::prepared(async |_, _| Ok(())).await;
        let folder = std::env::temp_dir().join(database.name());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("password"), PASSWORD).unwrap();
        Self { database, folder }
    }

    /// One whose database is migrated.
    pub(crate) async fn migrated() -> Self {
        let campus = Self::new().await;
        campus.migrate().await.unwrap();
        campus
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) async fn migrate(&self) -> Result<Report, StoreError> {
        self.migrate_for(RUN_TIME).await
    }

    /// The same, and lets `role` run on it.
    pub(crate) async fn migrate_for(&self, role: &str) -> Result<Report, StoreError> {
        let (mut store, password) = (self.config().store, SecretString::from(PASSWORD));
        store.user = Some(role.to_owned());
        store::migrate(&store, Service::Intake, Some(&password), &[]).await
    }

    /// The configuration of a service on this database, without a broker.
    pub(crate) fn config(&self) -> Config {
        let mut config =
            Sources::new().flag("installation", "campus").load(Service::Intake).unwrap();
        let place: PgConnectOptions = self.database.url().parse().unwrap();
        let store = &mut config.store;
        store.host = place.get_host().into();
        store.port = place.get_port();
        store.database = Some(self.database.name().to_owned());
        store.user = Some(RUN_TIME.to_owned());
        store.owner = Some(OWNER.to_owned());
        store.password_file = Some(self.file("password"));
        config.broker.url = "nats://127.0.0.1:1".into();
        config.rpc.listen = "127.0.0.1:0".parse().unwrap();
        for peer in [&mut config.peers.portal, &mut config.peers.intake] {
            *peer = "http://127.0.0.1:1".parse().unwrap();
        }
        config
    }

    pub(crate) fn manual(&self) -> Config {
        let clock = Clock { mode: ClockMode::Manual, file: self.file("clock") };
        Config { clock, ..self.config() }
    }
}

impl Drop for Campus {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

pub(crate) async fn open(config: Config) -> Result<Host, StartError> {
    Host::open(Service::Intake, config, &[], &Process::default()).await
}

/// A failure with everything that caused it.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |line, error| format!("{line}: {error}"))
}

pub(crate) fn write(file: &Path, text: &str) {
    fs::write(file, text).unwrap();
}
