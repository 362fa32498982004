//! The workspace as cargo sees it, and its files.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use tempfile::TempDir;

use crate::{process, scratch};

/// All packages of the dependency graph, the members among them, and the folder they live in.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub(crate) root: PathBuf,
    packages: BTreeMap<String, Package>,
    members: BTreeSet<String>,
    /// Package id to the ids it links against: normal dependencies with the features in use.
    normal: BTreeMap<String, BTreeSet<String>>,
}

/// A package, of this workspace or from outside.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    id: String,
    /// The name in its `Cargo.toml`.
    pub(crate) name: String,
    manifest_path: PathBuf,
    /// As declared, of every kind; other packages are named by the name in their `Cargo.toml`.
    pub(crate) dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

/// A library, program, test or example of a package.
#[derive(Debug, Deserialize)]
struct Target {
    src_path: PathBuf,
}

impl Package {
    /// The first source of each of its targets, absolute.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &Path> {
        self.targets.iter().map(|target| target.src_path.as_path())
    }
}

/// One line of a `[dependencies]` table.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    /// The package that is depended on.
    pub(crate) name: String,
    /// Nothing for a normal dependency, else `dev` or `build`.
    kind: Option<String>,
}

impl Dependency {
    /// Whether only tests and examples see it.
    pub(crate) fn is_dev(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

/// The part of `cargo metadata --format-version 1` that the rules need.
#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    workspace_members: BTreeSet<String>,
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
}

#[derive(Deserialize)]
struct Edge {
    pkg: String,
    dep_kinds: Vec<EdgeKind>,
}

#[derive(Deserialize)]
struct EdgeKind {
    kind: Option<String>,
}

impl Workspace {
    /// The workspace around the current folder, with the lock file as it is.
    pub(crate) fn here() -> Result<Self> {
        Self::load(Path::new("."), "--locked")
    }

    /// Asks cargo about the workspace at `root`; `network` is `--locked` or `--offline`.
    pub(crate) fn load(root: &Path, network: &str) -> Result<Self> {
        let mut metadata = process::cargo(root);
        metadata.args(["metadata", "--format-version", "1", network]);
        let metadata: Metadata = serde_json::from_slice(&process::output(&mut metadata)?)
            .context("reading the answer of `cargo metadata`")?;
        let packages = metadata.packages.into_iter().map(|package| (package.id.clone(), package));
        let normal = metadata.resolve.nodes.into_iter().map(|node| {
            let links = node.deps.into_iter().filter(Edge::is_normal).map(|edge| edge.pkg);
            (node.id, links.collect())
        });
        Ok(Self {
            root: metadata.workspace_root,
            packages: packages.collect(),
            members: metadata.workspace_members,
            normal: normal.collect(),
        })
    }

    /// The crates of this workspace.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.members.iter().filter_map(|id| self.packages.get(id))
    }

    /// The crate of this workspace that has the name.
    pub(crate) fn member(&self, name: &str) -> Result<&Package> {
        match self.members().find(|package| package.name == name) {
            Some(package) => Ok(package),
            None => bail!("no crate `{name}` in this workspace"),
        }
    }

    /// Whether any package of the graph has the name.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.packages.values().any(|package| package.name == name)
    }

    /// The crate's folder, relative to the root.
    pub(crate) fn folder<'a>(&self, package: &'a Package) -> &'a Path {
        let folder = package.manifest_path.parent().unwrap_or(&package.manifest_path);
        folder.strip_prefix(&self.root).unwrap_or(folder)
    }

    /// Every package that a build of `package` links, with the shortest chain of names to it.
    pub(crate) fn linked<'a>(&'a self, package: &'a Package) -> Vec<(&'a Package, Vec<&'a str>)> {
        let mut seen = BTreeSet::from([package.id.as_str()]);
        let mut found = vec![(package, vec![package.name.as_str()])];
        let mut next = 0;
        while let Some((from, chain)) = found.get(next).cloned() {
            for id in self.normal.get(&from.id).into_iter().flatten() {
                if let Some(to) = self.packages.get(id)
                    && seen.insert(id)
                {
                    let chain = chain.iter().copied().chain([to.name.as_str()]).collect();
                    found.push((to, chain));
                }
            }
            next += 1;
        }
        found
    }

    /// The files with the extension, relative to the root and sorted, without what is built,
    /// fetched or hidden.
    pub(crate) fn files(&self, extension: &str) -> Result<Vec<PathBuf>> {
        let mut files = self.all_files()?;
        files.retain(|file| file.extension() == Some(OsStr::new(extension)));
        Ok(files)
    }

    /// The files of every kind, as [`files`](Self::files).
    pub(crate) fn all_files(&self) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        walk(&self.root, Path::new(""), &mut files)?;
        files.sort();
        Ok(files)
    }

    /// A new folder of our own, gone when it is dropped.
    pub(crate) fn scratch(&self) -> Result<TempDir> {
        scratch::folder(&self.root.join(".cache/xtask"))
    }

    /// The text of a file, named relative to the root.
    pub(crate) fn read(&self, file: &Path) -> Result<String> {
        fs::read_to_string(self.root.join(file))
            .with_context(|| format!("reading {}", file.display()))
    }
}

impl Edge {
    fn is_normal(&self) -> bool {
        self.dep_kinds.iter().any(|kind| kind.kind.is_none())
    }
}

/// Adds every file below `root/folder`, relative to `root`.
fn walk(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let absolute = root.join(folder);
    let entries = fs::read_dir(&absolute)
        .with_context(|| format!("listing the folder {}", absolute.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b".") || name == "target" {
            continue;
        }
        let path = folder.join(&name);
        if entry.file_type()?.is_dir() {
            walk(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use crate::fixture::{Tree, manifest};

    #[test]
    fn the_chain_to_a_linked_package_is_the_shortest() {
        let tree = Tree::new(&[
            (
                "crates/a/Cargo.toml",
                &manifest("a", "b = { path = \"../b\" }\nc = { path = \"../c\" }"),
            ),
            ("crates/b/Cargo.toml", &manifest("b", "c = { path = \"../c\" }")),
            ("crates/c/Cargo.toml", &manifest("c", "")),
        ]);
        let workspace = tree.workspace();
        let a = workspace.member("a").unwrap();
        let chains: Vec<_> = workspace.linked(a).into_iter().map(|(_, chain)| chain).collect();
        assert_eq!(chains, [vec!["a"], vec!["a", "b"], vec!["a", "c"]]);
    }

    #[test]
    fn what_is_built_or_hidden_is_no_source() {
        let tree = Tree::new(&[
            ("a/Cargo.toml", &manifest("a", "")),
            ("target/debug/made.rs", ""),
            (".cache/fetched.rs", ""),
        ]);
        let files = tree.workspace().files("rs").unwrap();
        assert_eq!(files, [PathBuf::from("a/src/lib.rs")]);
    }
}
