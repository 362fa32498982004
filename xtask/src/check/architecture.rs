//! `ARCHITECTURE.md` is a map, and a map must be true.
//!
//! Every name that it sets in backticks exists, and it leaves no crate out. A name is
//!
//! - a path, `crates/delivery/src/relay.rs` or `services/`: a file or folder from the root;
//! - a file's name or its end, `sqlx.toml` or `.proto`: a file somewhere, or one that
//!   `.gitignore` names;
//! - a word of small letters, `delivery-core` or `events::words`: a crate of the graph, a file
//!   or a folder in the root.
//!
//! All else in backticks (`yizhan up`, `<service>-core`, `/livez`, `now()`) is no name. Blocks of
//! code are pictures: a crate may be mentioned there, but names are not looked up.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Violation;
use crate::workspace::Workspace;

const RULE: &str = "architecture";
const MAP: &str = "ARCHITECTURE.md";

pub(super) fn check(workspace: &Workspace) -> Result<Vec<Violation>> {
    if !workspace.root.join(MAP).exists() {
        return Ok(vec![violation(1, MAP, "is missing: write the map of the workspace")]);
    }
    let map = workspace.read(Path::new(MAP))?;
    let files = Files::of(workspace)?;
    let unknown = names(&map).into_iter().filter(|(_, name)| !exists(workspace, &files, name));
    let mut violations: Vec<_> = unknown
        .map(|(line, name)| {
            let text = "is no file, folder or crate: correct it, or take it out of its backticks";
            violation(line, name, text)
        })
        .collect();
    let missing = workspace.members().filter(|package| !mentions(&map, &package.name));
    violations.extend(missing.map(|package| {
        violation(1, &package.name, "is a crate that the map leaves out: say what it is for")
    }));
    Ok(violations)
}

fn violation(line: usize, subject: &str, text: &str) -> Violation {
    let (path, subject, text) = (PathBuf::from(MAP), subject.to_owned(), text.to_owned());
    Violation { path, line, rule: RULE, subject, text }
}

/// The names in backticks with their lines, counted from 1.
fn names(map: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_block = false;
    for (index, line) in map.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            let quoted = line.split('`').skip(1).step_by(2).filter(|text| is_name(text));
            found.extend(quoted.map(|name| (index + 1, name)));
        }
    }
    found
}

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':');
    let path = text.contains('/') && !text.starts_with('/') && !text.contains(':');
    !text.is_empty() && text.chars().all(plain) && (path || is_file_name(text) || is_word(text))
}

fn is_file_name(text: &str) -> bool {
    let extension = Path::new(text).extension().and_then(|extension| extension.to_str());
    let known = ["csv", "json", "md", "proto", "rs", "sh", "sql", "toml", "txt", "yaml"];
    text.starts_with('.') || extension.is_some_and(|extension| known.contains(&extension))
}

fn is_word(text: &str) -> bool {
    let of_a_crate =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let (krate, _) = text.split_once("::").unwrap_or((text, ""));
    krate.starts_with(|c: char| c.is_ascii_lowercase()) && krate.chars().all(of_a_crate)
}

fn exists(workspace: &Workspace, files: &Files, name: &str) -> bool {
    if workspace.root.join(name).exists() {
        return true;
    }
    let (krate, _) = name.split_once("::").unwrap_or((name, ""));
    workspace.knows(krate) || workspace.knows(&krate.replace('_', "-")) || files.have(name)
}

/// The names of all files, and what git ignores.
struct Files {
    names: Vec<String>,
}

impl Files {
    fn of(workspace: &Workspace) -> Result<Self> {
        let mut names = Vec::new();
        for file in workspace.all_files()? {
            names.extend(file.file_name().map(|name| name.to_string_lossy().into_owned()));
        }
        let ignored = Path::new(".gitignore");
        if workspace.root.join(ignored).exists() {
            let ignored = workspace.read(ignored)?;
            names.extend(ignored.lines().map(|line| line.trim_matches('/').to_owned()));
        }
        Ok(Self { names })
    }

    fn have(&self, name: &str) -> bool {
        let name = name.trim_end_matches('/');
        let is_end = name.starts_with('.');
        self.names.iter().any(|known| known == name || (is_end && known.ends_with(name)))
    }
}

/// Whether the crate's name stands in the text as a whole word.
fn mentions(map: &str, name: &str) -> bool {
    let of_a_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    map.match_indices(name).any(|(start, _)| {
        let (before, rest) = map.split_at(start);
        let after = rest.strip_prefix(name).unwrap_or_default();
        !before.ends_with(of_a_name) && !after.starts_with(of_a_name)
    })
}

#[cfg(test)]
mod tests {
    use super::{check, names};
    use crate::fixture::{Tree, manifest};

    fn found(map: &str) -> Vec<String> {
        let tree = Tree::new(&[
            ("crates/relay/Cargo.toml", &manifest("relay", "")),
            (".gitignore", "/target\n/.made\n"),
            ("ARCHITECTURE.md", map),
        ]);
        let violations = check(&tree.workspace()).unwrap();
        violations.iter().map(|v| format!("{} {}", v.line, v.subject)).collect()
    }

    #[test]
    fn a_true_map_is_in_order() {
        let map = "`relay` is in `crates/relay/`, see `crates/relay/src/lib.rs`, `lib.rs`,\n\
                   `relay::send` and what it leaves in `.made`, `.made/` and `.rs`.";
        assert_eq!(found(map), [""; 0]);
    }

    #[test]
    fn names_of_nothing_are_found_in_their_lines() {
        let map = "`relay` sends.\nIts `crates/relay/src/send.rs`, `send.rs`, `.none`,\n\
                   `sender` and `sender::all` exist no more.";
        assert_eq!(
            found(map),
            ["2 crates/relay/src/send.rs", "2 send.rs", "2 .none", "3 sender", "3 sender::all"]
        );
    }

    #[test]
    fn commands_patterns_addresses_and_calls_are_no_names() {
        let map = "`yizhan up`, `services/<name>`, `crates/*`, `/livez`, `now()`, `case.accepted`,\
                   `Relay`, `https://example.org/a`";
        assert_eq!(names(map), []);
    }

    #[test]
    fn a_picture_mentions_a_crate_but_its_names_are_not_looked_up() {
        assert_eq!(found("```text\nrelay --> `nothing`\n```\n"), [""; 0]);
    }

    #[test]
    fn a_crate_that_is_left_out_is_found() {
        assert_eq!(found("The relay-core of it, and relays.\n"), ["1 relay"]);
    }

    #[test]
    fn a_missing_map_is_a_violation() {
        let tree = Tree::new(&[("a/Cargo.toml", &manifest("a", ""))]);
        let violations = check(&tree.workspace()).unwrap();
        assert_eq!(
            violations.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["ARCHITECTURE.md:1: architecture: `ARCHITECTURE.md` is missing: \
              write the map of the workspace"]
        );
    }
}
