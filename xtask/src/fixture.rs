//! Small trees of files for the tests of the rules.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::workspace::Workspace;

/// A folder that lives as long as the test.
pub(crate) struct Tree(TempDir);

impl Tree {
    /// A workspace of every `Cargo.toml` among the files; a crate without sources gets an
    /// empty `src/lib.rs`.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let tree = Self(TempDir::new().unwrap());
        let mut members = Vec::new();
        for (file, text) in files {
            tree.write(file, text);
            if let Some(folder) = file.strip_suffix("/Cargo.toml") {
                members.push(folder);
                let library = format!("{folder}/src/lib.rs");
                if !files.iter().any(|(file, _)| *file == library) {
                    tree.write(&library, "");
                }
            }
        }
        tree.write(
            "Cargo.toml",
            &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n"),
        );
        tree
    }

    /// Where the tree is.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes one more file, and its folders.
    pub(crate) fn write(&self, file: &str, text: &str) {
        let file = self.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// The tree as cargo sees it.
    pub(crate) fn workspace(&self) -> Workspace {
        Workspace::load(self.path(), "--offline").unwrap()
    }
}

/// The `Cargo.toml` of a crate with these lines of dependencies.
pub(crate) fn manifest(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\n{dependencies}\n"
    )
}
