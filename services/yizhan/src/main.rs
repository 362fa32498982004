//! Yizhan: serves each service, runs all of them on one machine, and is the command line.
//!
//! ```text
//!  guard (hidden) ── becomes Postgres or nats-server, before any thread exists
//!  serve, migrate ── a service with its configuration: what Kubernetes runs
//!  audit ── looks into the databases of all services
//!  up, reset, doctor, clock ── an installation on this machine
//!  all else ── the command line, over the portal's HTTP API
//! ```

mod audit;
mod bootstrap;
mod cli;
mod client;
mod disk;
mod doctor;
mod embedded;
mod home;
mod migrate;
mod move_clock;
mod print;
mod reset;
mod serve;
mod services;
mod up;

use std::process::ExitCode;

fn main() -> ExitCode {
    match servers::guard::intercept().map_err(Into::into).and_then(|()| cli::run()) {
        Ok(code) => code,
        Err(error) if error.is::<print::NobodyReads>() => ExitCode::SUCCESS,
        Err(error) => cli::failed(&error),
    }
}
