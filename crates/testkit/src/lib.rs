//! What tests against real servers need, and nothing else: no mocks, no sleeps.
//!
//! ```text
//!  the run    one Postgres, in YIZHAN_TEST_POSTGRES        (started by `./yizhan test`)
//!  the test   Database ── a database of its own, owner and run-time role, dropped if it passes
//!             Nats ────── a nats-server of its own: stop, kill, pause, wipe, restart
//!             Postgres ── one of its own, only to be stopped or killed (2 s; else a Proxy will do)
//!             Proxy ───── between a client and a server: hold, swallow, delay, cut, refuse
//!             eventually  waits for what must become true, and says what did not
//! ```
//!
//! nextest runs each test as a process, so nothing here is shared between tests but the Postgres.
//! A nats-server is not shared, because names of streams are fixed; it is ready within 50 ms.
//!
//! Everything panics rather than return an error: a test has no better plan. The manual clock is
//! `clock::Clock::fixed`.

mod database;
mod eventually;
mod nats;
mod postgres;
mod proxy;
mod scratch;

use std::{
    env,
    fmt::Display,
    path::{Path, PathBuf},
};

pub use database::{Database, OWNER, RUN_TIME, grant};
pub use eventually::{Outcome, eventually, within};
pub use nats::Nats;
pub use postgres::Postgres;
pub use proxy::{Direction, Proxy, Traffic};
use servers::{Places, Program, Server};

/// How to get what a test finds missing.
const FIX: &str = "run the tests by `./yizhan test`, or export what `cargo xtask servers` prints";

/// An environment variable that `./yizhan test` sets.
#[track_caller]
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: {FIX}"))
}

/// The binary that becomes the servers.
#[track_caller]
fn guard() -> PathBuf {
    variable("YIZHAN_GUARD").into()
}

/// A server's program, which `./yizhan test` has fetched if it was not on this machine.
#[track_caller]
fn program<S: Server>() -> Program<S> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    must("finding a server", servers::locate::<S>(&Places::of_process(&project)))
        .found
        .unwrap_or_else(|| panic!("there is no {} on this machine: {FIX}", S::NAME))
}

/// The value, or a panic that says what was being done.
#[track_caller]
fn must<T, E: Display>(doing: &str, result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("{doing}: {error:#}"))
}
