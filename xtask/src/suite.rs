//! `cargo xtask test`: everything that must pass before a change lands.
//!
//! What is quick to tell comes first. The tests come last, so that nextest's summary is the last
//! line that is read.

use std::ffi::OsString;
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::test_servers::TestServers;
use crate::workspace::Workspace;
use crate::{check, process, tools};

/// What is done under a heading.
struct Step {
    heading: &'static str,
    run: fn(&Workspace) -> Result<()>,
}

/// All that comes before the tests.
const STEPS: [Step; 5] = [
    Step { heading: "format", run: format },
    Step { heading: "lints", run: lints },
    Step { heading: "rules", run: check::run },
    Step { heading: "dependencies", run: dependencies },
    Step { heading: "documentation tests", run: documentation },
];

/// Runs every step, then the tests; ends with the first failure, named.
pub(crate) fn everything(workspace: &Workspace, nextest: &[OsString]) -> Result<()> {
    for Step { heading, run } in STEPS {
        eprintln!("== {heading}");
        let began = Instant::now();
        run(workspace).with_context(|| format!("`{heading}` failed"))?;
        eprintln!("== {heading}: {:.1} s", began.elapsed().as_secs_f64());
    }
    eprintln!("== tests");
    tests(workspace, nextest).context("`tests` failed")
}

/// Runs the tests on servers of their own; `arguments` are nextest's.
pub(crate) fn tests(workspace: &Workspace, arguments: &[OsString]) -> Result<()> {
    let nextest = tools::nextest(workspace)?;
    let servers = TestServers::start(workspace)?;
    let mut tests = process::like_cargo(&nextest, &workspace.root);
    tests.args(["nextest", "run", "--locked"]).args(arguments);
    process::run(tests.envs(servers.variables()))
}

fn format(workspace: &Workspace) -> Result<()> {
    process::run(process::cargo(&workspace.root).args(["fmt", "--all", "--check"]))
}

fn lints(workspace: &Workspace) -> Result<()> {
    let mut clippy = process::cargo(&workspace.root);
    clippy.args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]);
    process::run(&mut clippy)
}

/// Licences, sources and bans, from what is on this machine: so everything is fetched before,
/// for other platforms too.
fn dependencies(workspace: &Workspace) -> Result<()> {
    process::run(process::cargo(&workspace.root).args(["fetch", "--locked"]))?;
    let mut deny = process::like_cargo(&tools::cargo_deny(workspace)?, &workspace.root);
    deny.args(["--offline", "check", "bans", "licenses", "sources"]);
    process::run(&mut deny)
}

fn documentation(workspace: &Workspace) -> Result<()> {
    let mut tests = process::cargo(&workspace.root);
    tests.args(["test", "--doc", "--workspace", "--locked", "--quiet"]);
    process::run(&mut tests)
}
