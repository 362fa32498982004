//! The commands.

use std::ffi::OsString;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::test_servers::TestServers;
use crate::workspace::Workspace;
use crate::{check, prepare, suite};

/// Checks, tests and prepares this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check the rules that neither the compiler nor clippy knows.
    Check,
    /// Run everything that must pass: format, lints, rules, dependencies and all tests.
    Test(Test),
    /// Describe all queries in `.sqlx` anew, from the migrations.
    Prepare {
        /// Describe those of this crate alone, and keep the others as they are.
        #[arg(long, value_name = "CRATE")]
        package: Option<String>,
    },
    /// Start a Postgres for tests that are run by hand, until Ctrl-C.
    Servers,
}

#[derive(clap::Args)]
struct Test {
    /// Run the tests only.
    #[arg(long)]
    fast: bool,
    /// Handed on to nextest: filters and options, such as `-- -E 'package(events)'`.
    #[arg(last = true, value_name = "NEXTEST ARGUMENTS")]
    nextest: Vec<OsString>,
}

/// Does what the command line asks for.
pub(crate) fn run() -> Result<()> {
    let command = Arguments::parse().command;
    let workspace = Workspace::here()?;
    match command {
        Command::Check => check::run(&workspace),
        Command::Test(Test { fast: true, nextest }) => suite::tests(&workspace, &nextest),
        Command::Test(Test { fast: false, nextest }) => suite::everything(&workspace, &nextest),
        Command::Prepare { package } => prepare::run(&workspace, package.as_deref()),
        Command::Servers => TestServers::start(&workspace)?.hold(),
    }
}
