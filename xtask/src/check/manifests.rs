//! Every crate carries the licence, says what it is, and is linted like the others.

use anyhow::{Context as _, Result};
use toml::{Table, Value};

use super::{Violation, line_where};
use crate::workspace::Workspace;

const RULE: &str = "manifests";

pub(super) fn check(workspace: &Workspace) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for package in workspace.members() {
        let path = workspace.folder(package).join("Cargo.toml");
        let manifest = workspace.read(&path)?;
        for (line, text) in faults(&manifest).with_context(|| format!("in {}", path.display()))? {
            let (path, subject) = (path.clone(), package.name.clone());
            violations.push(Violation { path, line, rule: RULE, subject, text: text.to_owned() });
        }
    }
    Ok(violations)
}

/// What is missing in the manifest, each with the line where it belongs.
fn faults(manifest: &str) -> Result<Vec<(usize, &'static str)>> {
    let table: Table = manifest.parse()?;
    let package = line_where(manifest, |line| line == "[package]");
    let description = line_where(manifest, |line| line.starts_with("description"));
    let mut faults = Vec::new();
    if at(&table, &["package", "license", "workspace"]) != Some(&Value::Boolean(true)) {
        faults.push((package, "has no licence of the workspace: add `license.workspace = true`"));
    }
    let described = at(&table, &["package", "description"]).and_then(Value::as_str);
    if described.is_none_or(|text| text.trim().is_empty()) {
        faults.push((description, "does not say what it is: fill in its `description`"));
    }
    if at(&table, &["lints", "workspace"]) != Some(&Value::Boolean(true)) {
        faults.push((
            package,
            "is not linted like the others: add `[lints]` with `workspace = true`",
        ));
    }
    Ok(faults)
}

/// The value at the end of a path of keys.
fn at<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let value = table.get(*first)?;
    if rest.is_empty() { Some(value) } else { at(value.as_table()?, rest) }
}

#[cfg(test)]
mod tests {
    use super::{check, faults};
    use crate::fixture::{Tree, manifest};

    #[test]
    fn a_manifest_with_all_three_is_in_order() {
        let manifest = "[package]\nlicense.workspace = true\ndescription = \"It\"\n\
                        [lints]\nworkspace = true\n";
        assert_eq!(faults(manifest).unwrap(), []);
    }

    #[test]
    fn a_bare_manifest_lacks_all_three() {
        let tree = Tree::new(&[("a/Cargo.toml", &manifest("a", ""))]);
        assert_eq!(check(&tree.workspace()).unwrap().len(), 3);
    }

    #[test]
    fn an_empty_description_is_none_and_is_shown_in_its_line() {
        let manifest = "[package]\nlicense.workspace = true\ndescription = \"\"\n\
                        [lints]\nworkspace = true\n";
        let expected = (3, "does not say what it is: fill in its `description`");
        assert_eq!(faults(manifest).unwrap(), [expected]);
    }
}
