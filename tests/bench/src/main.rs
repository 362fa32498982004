//! How many events per second, each measured beside the raw limit of what it stands on, in the same
//! run and on the same servers.
//!
//! A figure alone says more of the disk than of the program. So each one has a peer that does only
//! what cannot be left out, and both take turns. What was sent is counted where it arrives: a round
//! in which anything was lost or doubled ends the bench, and gives no figure.
//!
//! ```text
//!           ours: one journey, by the services' own doors            the raw limit
//!  intake   callers ──gRPC──> intake ──> its store                   pgbench, the same rows
//!                                          │ outbox
//!  relay                      intake ──────┴──> INTAKE               atomic batches, the same events
//!                                                 │
//!  inbox               escalation-timer <─────────┘──> its store     inserts of the same rows
//!                                                       │ next_at
//!  timers    a leap ──> escalation-timer <──────────────┘──> at risk SKIP LOCKED, the same rows
//! ```
//!
//! Postgres and nats-server are started for it, as `yizhan up` starts them: every commit and every
//! batch waits for the disk. Each round has new databases and an empty broker.
//!
//! ```text
//!  cli       what was asked for, and the rounds
//!  ground    the servers          machine  what they run on
//!  journey   one round ── intake, pgbench │ intake, batches │ timer, store │ timer, store
//!  pace      how fast something goes on   count  that all of it arrived
//!  report    the table
//!  recount   another year of a calendar, beside the minute that it may take
//! ```

mod batches;
mod cli;
mod count;
mod ground;
mod intake;
mod journey;
mod machine;
mod pace;
mod pgbench;
mod recount;
mod report;
mod roster;
mod store;
mod timer;

use std::process::ExitCode;

fn main() -> ExitCode {
    match servers::guard::intercept().map_err(Into::into).and_then(|()| cli::run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
