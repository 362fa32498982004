//! `cargo xtask prepare`: makes `.sqlx` anew, what the compiler knows of the databases.
//!
//! Queries are checked when they are compiled, against descriptions that are checked in; so a
//! build needs no database, and a review sees what changed. They are made here:
//!
//! ```text
//! every crate with a sqlx.toml ──> a database of its own, in a Postgres that we start
//!                                  migrated: `delivery` first, then the crate
//!          its sources touched ──> cargo check, on line: each query writes its description
//! ```
//!
//! A query names its schema, so that the same text means the same in each crate: one folder at
//! the root holds all.

mod database;
mod schema;
mod touch;

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::process;
use crate::test_servers::TestServers;
use crate::workspace::{Package, Workspace};
use schema::Schema;

/// Where the descriptions are, relative to the workspace.
pub(crate) const FOLDER: &str = ".sqlx";

/// Makes the descriptions anew in place.
///
/// All of them, and removes those of no query; or those of the named package alone, and leaves
/// the others as they are. A failure changes nothing.
pub(crate) fn run(workspace: &Workspace, package: Option<&str>) -> Result<()> {
    let package = package.map(|name| workspace.member(name)).transpose()?;
    let made = workspace.scratch()?;
    describe(workspace, made.path(), package)?;
    let kept = workspace.root.join(FOLDER);
    fs::create_dir_all(&kept).with_context(|| format!("making {}", kept.display()))?;
    let mut count = 0;
    for name in names(made.path())? {
        fs::copy(made.path().join(&name), kept.join(&name))
            .with_context(|| format!("writing {FOLDER}/{name}"))?;
        count += 1;
    }
    if package.is_none() {
        for name in names(&kept)? {
            if !made.path().join(&name).exists() {
                fs::remove_file(kept.join(&name))
                    .with_context(|| format!("removing {FOLDER}/{name}"))?;
            }
        }
    }
    println!("{count} queries are described in {FOLDER}");
    Ok(())
}

/// Writes the descriptions of all queries into the empty folder.
pub(crate) fn generate(workspace: &Workspace, folder: &Path) -> Result<()> {
    describe(workspace, folder, None)
}

/// Writes the descriptions of the package's queries, or of all, into the empty folder.
fn describe(workspace: &Workspace, folder: &Path, package: Option<&Package>) -> Result<()> {
    let schemas = Schema::of(workspace, package)?;
    if schemas.is_empty() {
        return Ok(());
    }
    let servers = TestServers::start(workspace)?;
    let databases = database::create_all(&servers, &schemas)?;
    let touched = touch::all(schemas.iter().flat_map(|schema| schema.package.sources()))?;
    let mut check = process::cargo(&workspace.root);
    check.args(["check", "--locked", "--quiet", "--all-targets"]);
    match package {
        Some(package) => check.args(["--package", &package.name]),
        None => check.arg("--workspace"),
    };
    check.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", folder).envs(databases);
    let checked = process::run(&mut check);
    touched.restore()?;
    checked
}

/// The names of the files in a folder.
fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))?;
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}
