//! What is generated and checked in is what its generator makes today.
//!
//! Each generator runs into a folder of its own, and the two are compared file by file. Schemas
//! of events and the description of the HTTP API are not here: the crates that make them compare
//! them in their own tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::Violation;
use crate::prepare;
use crate::workspace::Workspace;

const RULE: &str = "generated";

/// A folder of files that nobody writes by hand.
struct Generator {
    /// Relative to the workspace.
    folder: &'static str,
    /// Makes the files anew in the empty folder that it is given.
    generate: fn(&Workspace, &Path) -> Result<()>,
    /// The command that makes them anew in place.
    command: &'static str,
}

/// All of them.
const GENERATORS: [Generator; 1] = [Generator {
    folder: prepare::FOLDER,
    generate: prepare::generate,
    command: "cargo xtask prepare",
}];

pub(super) fn check(workspace: &Workspace) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for generator in &GENERATORS {
        violations.extend(compare(workspace, generator)?);
    }
    Ok(violations)
}

fn compare(workspace: &Workspace, generator: &Generator) -> Result<Vec<Violation>> {
    let made = workspace.scratch()?;
    (generator.generate)(workspace, made.path())
        .with_context(|| format!("generating {}", generator.folder))?;
    let made = contents(made.path())?;
    let mut kept = contents(&workspace.root.join(generator.folder))?;
    let mut violations = Vec::new();
    for (name, bytes) in made {
        let fault = match kept.remove(&name) {
            Some(old) if old == bytes => continue,
            Some(_) => "is out of date",
            None => "is missing",
        };
        violations.push(violation(generator, &name, fault));
    }
    violations.extend(kept.keys().map(|name| violation(generator, name, "is made by nothing")));
    Ok(violations)
}

fn violation(generator: &Generator, name: &Path, fault: &str) -> Violation {
    Violation {
        path: Path::new(generator.folder).join(name),
        line: 1,
        rule: RULE,
        subject: name.to_string_lossy().into_owned(),
        text: format!("{fault}: run `{}`", generator.command),
    }
}

/// The files of a folder with their contents; none when the folder does not exist.
fn contents(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut contents = BTreeMap::new();
    if !folder.exists() {
        return Ok(contents);
    }
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let path = entry?.path();
        let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        contents.insert(path.file_name().unwrap_or_default().into(), bytes);
    }
    Ok(contents)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Generator, compare};
    use crate::fixture::{Tree, manifest};

    #[test]
    fn missing_stale_and_changed_files_are_found() {
        let tree = Tree::new(&[
            ("a/Cargo.toml", &manifest("a", "")),
            ("made/same", "1"),
            ("made/changed", "1"),
            ("made/stale", "1"),
        ]);
        let generator = Generator {
            folder: "made",
            generate: |_, folder| {
                for (name, text) in [("same", "1"), ("changed", "2"), ("new", "1")] {
                    fs::write(folder.join(name), text)?;
                }
                Ok(())
            },
            command: "make",
        };
        let violations = compare(&tree.workspace(), &generator).unwrap();
        assert_eq!(
            violations.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [
                "made/changed:1: generated: `changed` is out of date: run `make`",
                "made/new:1: generated: `new` is missing: run `make`",
                "made/stale:1: generated: `stale` is made by nothing: run `make`",
            ]
        );
    }
}
