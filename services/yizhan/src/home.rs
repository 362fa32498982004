//! The folder of an installation that lives on one machine.

use std::{
    fs,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use events::words::Service;

/// `.yizhan/`: everything that `up` makes, and `reset` wipes.
///
/// ```text
///  config.toml       the configuration of every service, made anew at each start
///  endpoints.toml    where each service is, while it runs
///  clock             how far the manual clock is ahead
///  keys/             passwords and keys, mode 0600, made at the first start
///  servers/          Postgres and nats-server: their data and logs
///  session           the login of the command line
///  importing         there while the example's people are imported: the next start completes it
/// ```
#[derive(Debug, Clone)]
pub(crate) struct Home(PathBuf);

impl Home {
    /// The folder, absolute, so that what is started elsewhere finds it too.
    pub(crate) fn at(folder: &Path) -> Result<Self> {
        let folder = std::path::absolute(folder)
            .with_context(|| format!("finding the folder {}", folder.display()))?;
        Ok(Self(folder))
    }

    /// Makes what is missing, for nobody else's eyes.
    ///
    /// Others may pass through to what is theirs, and see nothing on the way: where root may not
    /// enter a user namespace, Postgres runs as another user.
    pub(crate) fn make(&self) -> Result<()> {
        let (servers, keys) = (self.0.join("servers"), self.0.join("keys"));
        for (folder, mode) in [(&self.0, 0o711), (&servers, 0o711), (&keys, 0o700)] {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(mode)
                .create(folder)
                .with_context(|| format!("making {}", folder.display()))?;
        }
        Ok(())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.0
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.0.join("config.toml")
    }

    pub(crate) fn endpoints(&self) -> PathBuf {
        self.0.join("endpoints.toml")
    }

    pub(crate) fn clock(&self) -> PathBuf {
        self.0.join("clock")
    }

    pub(crate) fn session(&self) -> PathBuf {
        self.0.join("session")
    }

    pub(crate) fn importing(&self) -> PathBuf {
        self.0.join("importing")
    }

    pub(crate) fn server(&self, name: &str) -> PathBuf {
        self.0.join("servers").join(name)
    }

    /// A secret's file.
    pub(crate) fn key(&self, name: &str) -> PathBuf {
        self.0.join("keys").join(name)
    }

    /// The file of one service's secret.
    pub(crate) fn key_of(&self, service: Service, what: &str) -> PathBuf {
        self.key(&format!("{service}-{what}"))
    }
}

/// Writes a file that only its owner reads, whole or not at all.
pub(crate) fn write_private(file: &Path, content: &[u8]) -> Result<()> {
    let writing = || format!("writing {}", file.display());
    let new = file.with_extension("new");
    if new.exists() {
        fs::remove_file(&new).with_context(writing)?;
    }
    let mut open = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .with_context(writing)?;
    std::io::Write::write_all(&mut open, content).with_context(writing)?;
    fs::rename(&new, file).with_context(writing)
}

/// Holds an installation for one process, until dropped.
#[derive(Debug)]
pub(crate) struct Held {
    _lock: fs::File,
}

impl Home {
    /// Holds it, or says that another process does.
    pub(crate) fn hold(&self) -> Result<Held> {
        self.make()?;
        let lock = self.lock()?;
        if lock.try_lock().is_err() {
            bail!("{} is in use: another `yizhan up` is running", self.0.display());
        }
        Ok(Held { _lock: lock })
    }

    /// Whether a process holds it.
    pub(crate) fn is_held(&self) -> bool {
        self.0.exists() && self.lock().is_ok_and(|lock| lock.try_lock().is_err())
    }

    fn lock(&self) -> Result<fs::File> {
        let file = self.0.join("lock");
        let mut options = fs::OpenOptions::new();
        let opened = options.write(true).create(true).truncate(false).mode(0o600).open(&file);
        opened.with_context(|| format!("opening {}", file.display()))
    }
}
