//! The contract between services, seen from outside: what lies on the wire, and what may not change.
//!
//! Generated files (`schemas/`, and golden files of *new* event versions) are written by
//! `UPDATE_GENERATED=1 cargo test -p events`, and compared otherwise.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "clippy.toml lets tests do so, but does not count their own functions as tests"
)]

mod envelope;
mod generated;
mod golden;
mod optional;
mod rights;
mod samples;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What a person does when a generated file is not what the types say.
const UPDATE: &str = "run `UPDATE_GENERATED=1 cargo test -p events` and review the difference";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn updating() -> bool {
    std::env::var_os("UPDATE_GENERATED").is_some_and(|value| value == "1")
}

/// The names of the files in a folder.
fn listed(folder: &Path) -> BTreeSet<String> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// JSON as it lies in a file: sorted and indented, whatever features `serde_json` was built with.
fn rendered(mut value: serde_json::Value) -> String {
    value.sort_all_objects();
    format!("{value:#}\n")
}
