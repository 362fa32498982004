//! A file over 500 lines, or a function over 60, wants to be two.
//!
//! A file is measured whole, its tests included. A function is measured from its name to its
//! last brace, without documentation and attributes, in tests too; what a macro makes is not
//! seen.

use std::path::Path;

use anyhow::{Context as _, Result};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Block, ImplItemFn, ItemFn, Signature, TraitItemFn};

use super::Violation;
use crate::workspace::Workspace;

const RULE: &str = "sizes";
const LINES_OF_A_FILE: usize = 500;
const LINES_OF_A_FUNCTION: usize = 60;

pub(super) fn check(workspace: &Workspace) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for path in workspace.files("rs")? {
        violations.extend(measure(&path, &workspace.read(&path)?)?);
    }
    Ok(violations)
}

/// What is too long in one source.
fn measure(path: &Path, source: &str) -> Result<Vec<Violation>> {
    let parsed = syn::parse_file(source).with_context(|| format!("parsing {}", path.display()))?;
    let mut functions = Functions(Vec::new());
    functions.visit_file(&parsed);
    let of_functions = functions.0.into_iter().filter_map(|function| {
        (function.lines > LINES_OF_A_FUNCTION).then(|| {
            let text = format!(
                "has {} lines of at most {LINES_OF_A_FUNCTION}: make it two functions",
                function.lines
            );
            violation(path, function.first_line, &function.name, text)
        })
    });
    let lines = source.lines().count();
    let of_the_file = (lines > LINES_OF_A_FILE).then(|| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = format!("has {lines} lines of at most {LINES_OF_A_FILE}: make it two files");
        violation(path, 1, &name, text)
    });
    Ok(of_the_file.into_iter().chain(of_functions).collect())
}

fn violation(path: &Path, line: usize, subject: &str, text: String) -> Violation {
    Violation { path: path.to_owned(), line, rule: RULE, subject: subject.to_owned(), text }
}

/// Collects every function of a file, those within others too.
struct Functions(Vec<Function>);

struct Function {
    name: String,
    first_line: usize,
    lines: usize,
}

impl Functions {
    fn add(&mut self, signature: &Signature, body: &Block) {
        let first_line = signature.span().start().line;
        let last_line = body.span().end().line;
        let name = signature.ident.to_string();
        self.0.push(Function { name, first_line, lines: last_line + 1 - first_line });
    }
}

impl Visit<'_> for Functions {
    fn visit_item_fn(&mut self, function: &ItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &ImplItemFn) {
        self.add(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &TraitItemFn) {
        if let Some(body) = &function.default {
            self.add(&function.sig, body);
        }
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::measure;

    fn too_long(source: &str) -> Vec<String> {
        let violations = measure(Path::new("a.rs"), source).unwrap();
        violations.iter().map(ToString::to_string).collect()
    }

    /// `start`, then so many lines, then `end`, each on a line of its own.
    fn source(start: &str, lines: usize, end: &str) -> String {
        format!("{start}\n{}{end}\n", "// a line\n".repeat(lines))
    }

    #[test]
    fn a_function_of_61_lines_is_too_long_and_one_of_60_is_not() {
        assert_eq!(too_long(&source("fn a() {", 58, "}")), [""; 0]);
        assert_eq!(
            too_long(&source("\nfn a() {", 59, "}")),
            ["a.rs:2: sizes: `a` has 61 lines of at most 60: make it two functions"]
        );
    }

    #[test]
    fn documentation_and_attributes_do_not_count() {
        let documented = format!("{}#[inline]\nfn a() {{", "/// A line.\n".repeat(30));
        assert_eq!(too_long(&source(&documented, 58, "}")), [""; 0]);
    }

    #[test]
    fn methods_defaults_of_traits_and_tests_count_alike() {
        for (start, end) in [
            ("impl A { fn a(&self) {", "}}"),
            ("trait A { fn a(&self) {", "}}"),
            ("mod tests { #[test] fn a() {", "}}"),
        ] {
            assert_eq!(too_long(&source(start, 59, end)).len(), 1, "{start}");
        }
    }

    #[test]
    fn a_file_of_501_lines_is_too_long_and_one_of_500_is_not() {
        assert_eq!(too_long(&source("", 498, "")), [""; 0]);
        assert_eq!(
            too_long(&source("", 499, "")),
            ["a.rs:1: sizes: `a.rs` has 501 lines of at most 500: make it two files"]
        );
    }
}
