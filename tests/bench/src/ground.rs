//! The servers, as `yizhan up` starts them.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use async_nats::{Client, jetstream};
use servers::{Durability, Nats, Password, Places, Postgres, Programs, Setup};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

/// Whose streams these are: what `service-kit` calls its installation.
pub(crate) const INSTALLATION: &str = "campus";

/// What Postgres is told besides its defaults, as by `yizhan up`.
const SETTINGS: [&str; 1] = ["max_connections=200"];

/// Postgres and nats-server; stopped when dropped.
pub(crate) struct Ground {
    programs: Programs,
    postgres: Postgres,
    nats: Nats,
    /// Dropped after the servers, which write into it.
    folder: TempDir,
}

impl Ground {
    /// Finds or fetches the servers, and starts them in a new folder below `parent`.
    pub(crate) fn start(parent: &Path) -> Result<Self> {
        let progress = |line: &str| eprintln!("{line}");
        let project = env::current_dir().context("finding the current folder")?;
        let programs = servers::provide(&Places::of_process(&project), &progress)?;
        fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
        // Postgres is started elsewhere, so its folder is named from the root.
        let parent = parent.canonicalize()?;
        let folder = tempfile::Builder::new().prefix("run-").tempdir_in(&parent)?;
        let guard = env::current_exe().context("finding our own program")?;
        let setup = |name| Setup {
            folder: folder.path().join(name),
            guard: guard.clone(),
            durability: Durability::Full,
            port: None,
        };
        let (program, password) = (&programs.postgres, Password::random()?);
        let postgres =
            Postgres::start(program, &setup("postgres"), &password, &SETTINGS, &progress)?;
        let nats = Nats::start(&programs.nats, &setup("nats"), "", &progress)?;
        Ok(Self { programs, postgres, nats, folder })
    }

    /// Where their data lie.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of Postgres's superuser.
    pub(crate) fn postgres(&self) -> String {
        self.postgres.url("postgres")
    }

    /// Where the broker is.
    pub(crate) fn broker(&self) -> String {
        self.nats.url()
    }

    /// Empties the broker.
    pub(crate) fn empty_broker(&mut self) -> Result<()> {
        self.nats.wipe()?;
        Ok(self.nats.restart()?)
    }

    /// A client of the broker.
    pub(crate) async fn client(&self) -> Result<Client> {
        Ok(async_nats::connect(self.broker()).await?)
    }

    /// How many messages a stream holds.
    pub(crate) async fn stored(&self, stream: &str) -> Result<u64> {
        let stream = jetstream::new(self.client().await?).get_stream(stream).await?;
        Ok(stream.cached_info().state.messages)
    }

    /// The pgbench that came with this Postgres.
    pub(crate) fn pgbench(&self) -> Result<PathBuf> {
        let path = self.programs.postgres.path().with_file_name("pgbench");
        ensure!(
            path.is_file(),
            "there is no pgbench beside {}: install what your distribution calls the client or \
             contrib programs of Postgres, or name another Postgres by YIZHAN_POSTGRES_BIN",
            self.programs.postgres.path().display()
        );
        Ok(path)
    }

    /// Writes out what earlier measurements left to be written, so that the next one does not.
    pub(crate) async fn settle(&self) -> Result<()> {
        let mut superuser = PgConnection::connect(&self.postgres()).await?;
        superuser.execute("checkpoint").await?;
        Ok(superuser.close().await?)
    }

    /// Which servers these are, and that they wait for the disk: as they say it themselves.
    pub(crate) async fn settings(&self) -> Result<String> {
        let mut superuser = PgConnection::connect(&self.postgres()).await?;
        let mut told = Vec::new();
        for setting in ["fsync", "synchronous_commit", "full_page_writes", "shared_buffers"] {
            let value: String = sqlx::query_scalar("select current_setting($1)")
                .bind(setting)
                .fetch_one(&mut superuser)
                .await?;
            told.push(format!("{setting} {value}"));
        }
        superuser.close().await?;
        let (Programs { postgres, nats }, told) = (&self.programs, told.join(", "));
        Ok(format!(
            "Postgres {} ({told}), nats-server {} (sync_interval always)",
            postgres.version(),
            nats.version()
        ))
    }
}
