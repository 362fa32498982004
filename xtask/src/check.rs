//! `cargo xtask check`: the rules of this workspace that neither the compiler nor clippy knows.
//!
//! A rule reads the workspace and returns what breaks it. A violation is one line that an editor
//! can jump to and that names the fix. What a rule must tolerate for good is in
//! [`exceptions`], one list with a reason each; an exception that excuses nothing is a
//! violation itself.

mod architecture;
mod exceptions;
mod generated;
mod layers;
mod manifests;
mod purity;
mod reasons;
mod sizes;
mod sql_clock;

use std::fmt;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

/// Returns what breaks it in the workspace.
type Rule = fn(&Workspace) -> Result<Vec<Violation>>;

/// All rules; the one that starts a server and compiles comes last.
const RULES: [Rule; 8] = [
    layers::check,
    purity::check,
    reasons::check,
    sql_clock::check,
    architecture::check,
    sizes::check,
    manifests::check,
    generated::check,
];

/// One place where a rule is broken.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    /// The file, relative to the workspace.
    pub(crate) path: PathBuf,
    /// Counted from 1.
    pub(crate) line: usize,
    /// The rule's name.
    pub(crate) rule: &'static str,
    /// The crate, function or word that breaks it; what an exception names.
    pub(crate) subject: String,
    /// What is wrong and what to do instead.
    pub(crate) text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, rule, subject, text } = self;
        write!(f, "{}:{line}: {rule}: `{subject}` {text}", path.display())
    }
}

/// Applies every rule to the workspace and prints a line per violation.
///
/// # Errors
/// When there is a violation, or when a rule could not be applied; the others are, even so.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut violations = Vec::new();
    let mut not_applied = Vec::new();
    for rule in RULES {
        match rule(workspace) {
            Ok(found) => violations.extend(found),
            Err(error) => not_applied.push(error),
        }
    }
    let mut violations = exceptions::apply(violations, exceptions::EXCEPTIONS);
    violations.sort();
    for violation in &violations {
        println!("{violation}");
    }
    for error in &not_applied {
        eprintln!("not checked: {error:#}");
    }
    match (violations.len(), not_applied.len()) {
        (0, 0) => Ok(()),
        (found, 0) => bail!("violations: {found}"),
        (found, not_applied) => bail!("violations: {found}; rules not applied: {not_applied}"),
    }
}

/// The number of the first line that satisfies `wanted`, else 1.
fn line_where(text: &str, wanted: impl Fn(&str) -> bool) -> usize {
    text.lines().position(wanted).map_or(1, |index| index + 1)
}

/// The line of a manifest that declares the dependency, else 1.
fn line_of_dependency(manifest: &str, name: &str) -> usize {
    line_where(manifest, |line| {
        line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
    })
}
