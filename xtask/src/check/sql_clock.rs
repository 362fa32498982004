//! No clock in SQL.
//!
//! Time is an argument everywhere: a query takes it as a parameter, and no column has it as a
//! default. Else a story with a manual clock, or a service whose clock is corrected, would write
//! instants of two clocks side by side. Read are all `.sql` files, and in Rust sources every
//! string that begins like SQL; but not our own, for the tests of this rule are full of clocks.

mod literals;
mod words;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::Violation;
use crate::workspace::Workspace;

const RULE: &str = "sql-clock";

pub(super) fn check(workspace: &Workspace) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for path in workspace.files("sql")? {
        violations.extend(in_sql(&path, 1, &workspace.read(&path)?));
    }
    for path in workspace.files("rs")?.iter().filter(|path| !path.starts_with("xtask")) {
        violations.extend(in_rust(path, &workspace.read(path)?)?);
    }
    Ok(violations)
}

/// The clocks in the text, which begins at `first_line` of the file.
fn in_sql(path: &Path, first_line: usize, sql: &str) -> Vec<Violation> {
    let found = words::clocks(sql).into_iter();
    found.map(|(line, word)| violation(path.to_owned(), first_line + line, word)).collect()
}

fn in_rust(path: &Path, source: &str) -> Result<Vec<Violation>> {
    let queries =
        literals::queries(source).with_context(|| format!("parsing {}", path.display()))?;
    Ok(queries.iter().flat_map(|query| in_sql(path, query.line, &query.text)).collect())
}

fn violation(path: PathBuf, line: usize, word: &str) -> Violation {
    let text = "reads the server's clock: pass the time as a parameter, taken from `clock::Clock`";
    Violation { path, line, rule: RULE, subject: word.to_owned(), text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::fixture::{Tree, manifest};

    fn found(file: &str, text: &str) -> Vec<String> {
        let tree = Tree::new(&[("a/Cargo.toml", &manifest("a", "")), (file, text)]);
        let violations = check(&tree.workspace()).unwrap();
        violations
            .iter()
            .map(|v| format!("{}:{} {}", v.path.display(), v.line, v.subject))
            .collect()
    }

    #[test]
    fn a_default_in_a_migration_is_found() {
        let migration = "create table a (\n  at timestamptz not null default now()\n);\n";
        assert_eq!(found("a/migrations/1.sql", migration), ["a/migrations/1.sql:2 now()"]);
    }

    #[test]
    fn a_query_in_rust_is_found_in_its_own_line() {
        let source = "fn f() {\n    query!(\n        \"select *\n         from a\n         \
                      where at < now()\"\n    );\n}\n";
        assert_eq!(found("a/src/lib.rs", source), ["a/src/lib.rs:5 now()"]);
    }

    #[test]
    fn the_time_of_rust_and_of_prose_is_no_sql() {
        let source = "/// Selects now() or so.\nfn f() { log(\"it is now() or never\", now()); }\n";
        assert_eq!(found("a/src/lib.rs", source), [""; 0]);
    }
}
