//! `toy <service>`: one toy service as a process. See the crate's documentation.
//!
//! ```text
//!  service    connects, runs every part of `delivery` until stdin ends, drains
//!  commands   one use case, one transaction, from a line on stdin to a line on stdout
//!  handler    what a fact and a wake-up do, and how another service is asked
//!  death      the points at which it kills itself
//! ```

mod commands;
mod death;
mod handler;
mod service;

use anyhow::Context as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    death::die_with_the_test()?;
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let service = std::env::args().nth(1).context("usage: toy <service>")?;
    service::run(service.parse()?).await
}
