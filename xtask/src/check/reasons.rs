//! What a `.proto` file says a call is refused by is what the code answers, and the other way round.
//!
//! A reason is for programs: who calls reads in the comments of the interface which ones there are.
//! In comments it stands behind its code, `NOT_FOUND case-unknown; CONFLICT already-claimed, not-yours`;
//! in the portal's description in backticks behind "refused by". In the code it is a string in one of
//! three places: the argument of `Error::new(code, ..)` or `Error::unavailable(..)`, that of a `.end(..)`
//! of fields, or an arm of a `fn reason`. It has at least two words, `internal` is only its code again.
//!
//! ```text
//!  services/X, services/X-core    <->  proto/yizhan/X/v1/X.proto, or what any call answers:
//!  crates/rpc, crates/delivery-rpc <-> proto/yizhan/delivery/v1/delivery.proto
//!  all of them, services/portal   <--  services/portal/openapi.json
//! ```
//!
//! Which of a file's calls answers which of its reasons is for the reader; no rule sees that.

mod answered;
mod named;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::Violation;
use crate::workspace::Workspace;

const RULE: &str = "reasons";
/// What every service answers, and where its comments name what any call answers.
const SHARED: &str = "delivery";
/// The crates by which all of them answer.
const SHARED_BY: [&str; 2] = ["rpc", "delivery-rpc"];
/// It speaks HTTP with people and programs.
const PORTAL: &str = "portal";
const OPENAPI: &str = "services/portal/openapi.json";

/// A reason, where it was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Reason {
    word: String,
    path: PathBuf,
    /// Counted from 1.
    line: usize,
}

/// Reasons by the interface that they belong to, such as `dispatch`.
type Reasons = BTreeMap<String, Vec<Reason>>;

pub(super) fn check(workspace: &Workspace) -> Result<Vec<Violation>> {
    let (answered, named) = (answered(workspace)?, named(workspace)?);
    let mut violations = Vec::new();
    for (interface, reasons) in answered.iter().filter(|(interface, _)| *interface != PORTAL) {
        let known = words(&named, &[interface, SHARED]);
        let file = format!("proto/yizhan/{0}/v1/{0}.proto", interface.replace('-', "_"));
        let text =
            format!("is answered and {file} does not name it: say which call is refused by it");
        violations.extend(unknown(reasons, &known, &text));
    }
    for (interface, reasons) in &named {
        let known = words(&answered, &[interface, SHARED]);
        violations.extend(unknown(reasons, &known, "is named and nothing answers it"));
    }
    if workspace.root.join(OPENAPI).exists() {
        let everywhere: Vec<_> = answered.keys().map(String::as_str).collect();
        let described =
            named::in_description(Path::new(OPENAPI), &workspace.read(Path::new(OPENAPI))?)?;
        let known = words(&answered, &everywhere);
        violations.extend(unknown(&described, &known, "is described and nothing answers it"));
    }
    Ok(violations)
}

fn words<'a>(reasons: &'a Reasons, interfaces: &[&str]) -> BTreeSet<&'a str> {
    let of = interfaces.iter().filter_map(|interface| reasons.get(*interface)).flatten();
    of.map(|reason| reason.word.as_str()).collect()
}

fn unknown(reasons: &[Reason], known: &BTreeSet<&str>, text: &str) -> Vec<Violation> {
    let unknown = reasons.iter().filter(|reason| !known.contains(reason.word.as_str()));
    unknown
        .map(|Reason { word, path, line }| Violation {
            path: path.clone(),
            line: *line,
            rule: RULE,
            subject: word.clone(),
            text: text.to_owned(),
        })
        .collect()
}

/// What the sources answer.
fn answered(workspace: &Workspace) -> Result<Reasons> {
    let mut reasons = Reasons::new();
    for path in workspace.files("rs")? {
        if let Some(interface) = interface_of_source(&path) {
            let found = answered::in_source(&path, &workspace.read(&path)?)?;
            reasons.entry(interface).or_default().extend(found);
        }
    }
    Ok(reasons)
}

/// `services/dispatch-core/src/command.rs` answers at dispatch; tests answer nobody.
fn interface_of_source(path: &Path) -> Option<String> {
    let parts: Vec<_> = path.iter().filter_map(|part| part.to_str()).collect();
    let ([folder, package, "src", file @ ..], Some("rs")) =
        (&parts[..], path.extension().and_then(|extension| extension.to_str()))
    else {
        return None;
    };
    if file.iter().any(|part| matches!(*part, "tests" | "tests.rs")) {
        return None;
    }
    match *folder {
        "crates" if SHARED_BY.contains(package) => Some(SHARED.to_owned()),
        "services" => Some(package.strip_suffix("-core").unwrap_or(package).to_owned()),
        _ => None,
    }
}

/// What the comments of the interfaces name.
fn named(workspace: &Workspace) -> Result<Reasons> {
    let mut reasons = Reasons::new();
    for path in workspace.files("proto")? {
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
        let found = named::in_comments(&path, &workspace.read(&path)?);
        reasons.insert(name.replace('_', "-"), found);
    }
    Ok(reasons)
}

/// Whether a text is a reason: small words with hyphens between them.
fn is_reason(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    text.contains('-') && text.split('-').all(word)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::fixture::{Tree, manifest};

    const ANSWERS: &str =
        "fn f() { Error::new(Code::Conflict, \"already-claimed\", \"somebody was faster\") }";

    fn broken_by(proto: &str, source: &str, openapi: &str) -> Vec<String> {
        let tree = Tree::new(&[
            ("services/dispatch/Cargo.toml", &manifest("dispatch", "")),
            ("services/dispatch/src/lib.rs", source),
            ("proto/yizhan/dispatch/v1/dispatch.proto", proto),
            ("services/portal/openapi.json", openapi),
        ]);
        check(&tree.workspace()).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_answered_and_named_is_in_order() {
        let openapi = r#"{"description": "Refused by `already-claimed`."}"#;
        assert_eq!(broken_by("// Errors: CONFLICT already-claimed.", ANSWERS, openapi), [""; 0]);
    }

    #[test]
    fn a_reason_that_only_the_code_knows_is_found_where_it_is_answered() {
        assert_eq!(
            broken_by("// No errors.", ANSWERS, "{}"),
            ["services/dispatch/src/lib.rs:1: reasons: `already-claimed` is answered and \
              proto/yizhan/dispatch/v1/dispatch.proto does not name it: say which call is refused by it"]
        );
    }

    #[test]
    fn a_reason_that_only_a_description_knows_is_found_where_it_is_named() {
        let openapi = r#"{"description": "Refused by `own-work`."}"#;
        assert_eq!(
            broken_by("//\n// CONFLICT already-claimed, own-work.", ANSWERS, openapi),
            [
                "proto/yizhan/dispatch/v1/dispatch.proto:2: reasons: `own-work` is named and \
                 nothing answers it",
                "services/portal/openapi.json:1: reasons: `own-work` is described and nothing \
                 answers it",
            ]
        );
    }
}
