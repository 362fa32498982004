//! The folder of an installation that lives on one machine.

use std::{
    ffi::OsString,
    fs, io,
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
///  lock              held by the `up` that runs; with keys/ and servers/ what tells an installation
/// ```
#[derive(Debug, Clone)]
pub(crate) struct Home(PathBuf);

const CONFIG: &str = "config.toml";
const ENDPOINTS: &str = "endpoints.toml";
const CLOCK: &str = "clock";
const SESSION: &str = "session";
const IMPORTING: &str = "importing";
const FILES: [&str; 5] = [CONFIG, ENDPOINTS, CLOCK, SESSION, IMPORTING];
const KEYS: &str = "keys";
const SERVERS: &str = "servers";
const FOLDERS: [&str; 2] = [SERVERS, KEYS];
const LOCK: &str = "lock";

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
        let (servers, keys) = (self.0.join(SERVERS), self.0.join(KEYS));
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
        self.0.join(CONFIG)
    }

    pub(crate) fn endpoints(&self) -> PathBuf {
        self.0.join(ENDPOINTS)
    }

    pub(crate) fn clock(&self) -> PathBuf {
        self.0.join(CLOCK)
    }

    pub(crate) fn session(&self) -> PathBuf {
        self.0.join(SESSION)
    }

    pub(crate) fn importing(&self) -> PathBuf {
        self.0.join(IMPORTING)
    }

    pub(crate) fn server(&self, name: &str) -> PathBuf {
        self.0.join(SERVERS).join(name)
    }

    /// A secret's file.
    pub(crate) fn key(&self, name: &str) -> PathBuf {
        self.0.join(KEYS).join(name)
    }

    /// The file of one service's secret.
    pub(crate) fn key_of(&self, service: Service, what: &str) -> PathBuf {
        self.key(&format!("{service}-{what}"))
    }
}

/// Writes a file that only its owner reads, whole or not at all.
pub(crate) fn write_private(file: &Path, content: &[u8]) -> Result<()> {
    let writing = || format!("writing {}", file.display());
    let new = new(file);
    if new.exists() {
        fs::remove_file(&new).with_context(writing)?;
    }
    let mut open = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .with_context(writing)?;
    let written = io::Write::write_all(&mut open, content).and_then(|()| fs::rename(&new, file));
    if written.is_err() {
        // A secret is not left behind where nobody looks for it.
        drop(fs::remove_file(&new));
    }
    written.with_context(writing)
}

/// Where a file is written before it takes the place of the old one.
fn new(file: &Path) -> PathBuf {
    file.with_extension("new")
}

/// What is not there needs no removing.
fn gone(removed: io::Result<()>) -> io::Result<()> {
    removed.or_else(
        |error| {
            if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
        },
    )
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
        let lock = fs::File::open(self.0.join(LOCK));
        lock.is_ok_and(|lock| lock.try_lock().is_err())
    }

    /// Whether `up` made it: nothing else has all of these.
    pub(crate) fn is_an_installation(&self) -> bool {
        let is_folder = |name| {
            fs::symlink_metadata(self.0.join(name)).is_ok_and(|found| found.file_type().is_dir())
        };
        FOLDERS.into_iter().all(is_folder) && self.0.join(LOCK).is_file()
    }

    /// Removes what `up` and `login` make, and the folder if that was all; what else is in it stays
    /// and is returned.
    ///
    /// What tells an installation goes last, so that a second try ends what the first began.
    pub(crate) fn wipe(&self) -> io::Result<Vec<OsString>> {
        for file in FILES {
            gone(fs::remove_file(self.0.join(file)))?;
            gone(fs::remove_file(new(&self.0.join(file))))?;
        }
        for folder in FOLDERS {
            for entry in fs::read_dir(self.0.join(folder))? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    fs::remove_dir_all(entry.path())?;
                } else {
                    fs::remove_file(entry.path())?;
                }
            }
        }
        for folder in FOLDERS {
            fs::remove_dir(self.0.join(folder))?;
        }
        fs::remove_file(self.0.join(LOCK))?;
        let left = fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name()));
        let left = left.collect::<io::Result<Vec<_>>>()?;
        if left.is_empty() {
            fs::remove_dir(&self.0)?;
        }
        Ok(left)
    }

    fn lock(&self) -> Result<fs::File> {
        let file = self.0.join(LOCK);
        let mut options = fs::OpenOptions::new();
        let opened = options.write(true).create(true).truncate(false).mode(0o600).open(&file);
        opened.with_context(|| format!("opening {}", file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty(name: &str) -> Home {
        let folder =
            std::env::temp_dir().join(format!("yizhan-home-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir(&folder).unwrap();
        Home::at(&folder).unwrap()
    }

    #[test]
    fn only_what_up_made_is_an_installation_and_looking_leaves_nothing_behind() {
        let home = empty("told");
        fs::write(home.folder().join("thesis.txt"), "chapter 1").unwrap();
        assert!(!home.is_held() && !home.is_an_installation());
        assert_eq!(fs::read_dir(home.folder()).unwrap().count(), 1);
        home.make().unwrap();
        assert!(!home.is_an_installation(), "somebody has logged in here, nothing ran");
        let held = home.hold().unwrap();
        assert!(home.is_held() && home.is_an_installation());
        drop(held);
        assert!(!home.is_held());
        fs::remove_dir_all(home.folder()).unwrap();
    }

    #[test]
    fn a_wipe_removes_what_was_made_and_leaves_what_was_not() {
        let home = empty("wiped");
        drop(home.hold().unwrap());
        fs::write(home.folder().join("thesis.txt"), "chapter 1").unwrap();
        for file in FILES {
            write_private(&home.folder().join(file), b"1").unwrap();
        }
        write_private(&home.key("master"), b"1").unwrap();
        fs::create_dir_all(home.server("postgres").join("data")).unwrap();
        assert_eq!(home.wipe().unwrap(), ["thesis.txt"]);
        assert_eq!(fs::read_dir(home.folder()).unwrap().count(), 1);
        fs::remove_file(home.folder().join("thesis.txt")).unwrap();
        drop(home.hold().unwrap());
        assert!(home.wipe().unwrap().is_empty());
        assert!(!home.folder().exists());
    }

    #[test]
    fn a_file_that_cannot_be_replaced_leaves_no_half_of_its_secret() {
        let home = empty("half");
        fs::create_dir_all(home.session().join("in the way")).unwrap();
        assert!(write_private(&home.session(), b"token").is_err());
        assert!(!home.folder().join("session.new").exists());
        fs::remove_dir_all(home.folder()).unwrap();
    }
}
