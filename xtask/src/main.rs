//! The workspace's own tool, `cargo xtask`: what `./yizhan test` runs, and what keeps the code in
//! its shape. Rules that matter and that nothing checks are wishes; here they are checked.
//!
//! ```text
//!  test ──> format, clippy, check, cargo-deny, documentation tests, tests ──> nextest
//!             │                      │                                          │
//!             │                      └ tools: from PATH, or fetched once        │
//!             └ rules: layers, purity, SQL, map, sizes, reasons, manifests,     │
//!                      generated                         │                      │
//!                                                        │                      │
//!  prepare ──> descriptions of all queries <─────────────┘                      │
//!     └──────────────> test_servers: a Postgres of our own <────────────────────┘
//!  servers ──────────────┘
//! ```
//!
//! Run it in the root: only there does cargo build it with the features of the whole workspace,
//! and so shares the work with every other build.

mod check;
mod cli;
#[cfg(test)]
mod fixture;
mod prepare;
mod process;
mod scratch;
mod suite;
mod test_servers;
mod tools;
mod workspace;

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
