//! The servers of one run of the tests.
//!
//! One Postgres for all, in which each test makes a database of its own; it forgets to wait for
//! the disk, which costs nothing but a loss of power. A nats-server is started by each test that
//! needs one, for the names of streams are fixed; so only its place is told.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use nix::sys::statvfs::statvfs;
use nix::unistd::Uid;
use servers::{Durability, Password, Places, Postgres, Programs, Setup};
use tempfile::TempDir;
use tokio::signal::unix::{SignalKind, signal};

use crate::{scratch, workspace::Workspace};

/// Where files are in memory: each test's database makes and removes some hundred of them, and a file
/// system on a disk looks ever longer for room where much was removed just now.
const MEMORY: &str = "/dev/shm";
/// What a run leaves there at most, and as much again for the tests' own folders.
const ROOM: u64 = 8 << 30;

/// A Postgres that runs until this is dropped, and what tests must know.
pub(crate) struct TestServers {
    postgres: Postgres,
    programs: Programs,
    guard: PathBuf,
    /// Dropped after Postgres, which writes into it.
    _folder: TempDir,
}

impl TestServers {
    /// Finds or fetches the servers and starts Postgres in a folder of its own.
    pub(crate) fn start(workspace: &Workspace) -> Result<Self> {
        let progress = |line: &str| eprintln!("{line}");
        let programs = servers::provide(&Places::of_process(&workspace.root), &progress)?;
        let folder = match spacious() {
            Some(memory) => scratch::folder(&memory)?,
            None => workspace.scratch()?,
        };
        let guard = env::current_exe().context("finding our own program")?;
        let setup = Setup {
            folder: folder.path().join("postgres"),
            guard: guard.clone(),
            durability: Durability::None,
            port: None,
        };
        let settings = ["max_connections=500"];
        let password = Password::random()?;
        let postgres = Postgres::start(&programs.postgres, &setup, &password, &settings, &|_| ())?;
        Ok(Self { postgres, programs, guard, _folder: folder })
    }

    /// The address of a database; the user may do everything.
    pub(crate) fn url(&self, database: &str) -> String {
        self.postgres.url(database)
    }

    /// The variables by which tests find the servers: the one that runs, and the programs of
    /// those that they start themselves.
    pub(crate) fn variables(&self) -> [(&'static str, String); 4] {
        let Programs { postgres, nats } = &self.programs;
        let folder = postgres.path().parent().unwrap_or(Path::new("/"));
        [
            ("YIZHAN_TEST_POSTGRES", self.url("postgres")),
            ("YIZHAN_GUARD", self.guard.display().to_string()),
            ("YIZHAN_POSTGRES_BIN", folder.display().to_string()),
            ("YIZHAN_NATS_SERVER", nats.path().display().to_string()),
        ]
    }

    /// Prints the variables for a shell and keeps the servers until Ctrl-C or SIGTERM.
    pub(crate) fn hold(self) -> Result<()> {
        for (name, value) in self.variables() {
            println!("export {name}='{value}'");
        }
        eprintln!("Paste these lines into a shell for `cargo nextest run`; Ctrl-C stops Postgres.");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut interrupt = signal(SignalKind::interrupt())?;
            let mut terminate = signal(SignalKind::terminate())?;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            Ok(())
        })
    }
}

/// A place of this user in memory, if there is room.
fn spacious() -> Option<PathBuf> {
    let memory = statvfs(MEMORY).ok()?;
    let free = memory.blocks_available() * memory.block_size();
    (free > ROOM).then(|| Path::new(MEMORY).join(format!("yizhan-xtask-{}", Uid::effective())))
}
