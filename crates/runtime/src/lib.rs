//! What every service stands on, so that a service is little more than its decisions.
//!
//! ```text
//!  Config (defaults < file < environment < flags) ──┐
//!  Process { Shutdown, Admin } ── one per process ──┤
//!                                                   v
//!  Host::open ── one per service: secrets, pool, schema check, clock by its Postgres, broker,
//!     │          token keys, metrics
//!     ├─ deliver(facts), wake(wakes)   relays, inbox and upkeep; the waker
//!     ├─ spawn(Stage, name, loop)      a loop that ends by itself ends the process, by its name
//!     ├─ serve(routes)                 gRPC
//!     └─ finish()                      until told to stop; then the drain:
//!
//!   SIGTERM ─> /readyz 503 ─> Stage::Work   no pulling, no claiming, GOAWAY   at most 15 s
//!                          ─> Stage::Relay  what was committed goes out       at most  5 s
//!                          ─> Stage::Last   admin port, watching of files
//! ```
//!
//! Everything is held by a [`Host`] and given on as an argument: nothing here is global, and one
//! process can run all services, or those of two installations.

pub mod admin;
mod agreement;
mod broker;
pub mod config;
mod files;
mod host;
mod keys;
pub mod manual_clock;
mod masters;
mod shutdown;
pub mod store;
mod tasks;

/// An error of any kind, to be shown.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

pub use admin::Admin;
pub use config::{Config, ConfigError, Sources};
pub use files::{FileError, Files, Newest, Secret};
pub use host::{Host, Process, StartError};
pub use shutdown::{Shutdown, Stage};
pub use tasks::{Drain, Ended, TaskFailed, Tasks};
