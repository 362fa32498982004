//! The files of `examples/campus`, as they are or with a slip of the pen.

use std::{collections::BTreeMap, fs, path::Path};

use definitions::{Problem, Set};

/// Names and texts.
pub(crate) type Files = BTreeMap<String, String>;

pub(crate) fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/campus"))
}

pub(crate) fn campus() -> Files {
    let entries = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

pub(crate) fn parse(files: &Files) -> Result<Set, Vec<Problem>> {
    Set::parse(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}
