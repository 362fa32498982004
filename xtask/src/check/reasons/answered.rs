//! Reasons in a Rust source.

use std::path::Path;

use anyhow::{Context as _, Result};
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprCall, ExprLit, ExprMethodCall, ImplItemFn, ItemMod, Lit, LitStr};

use super::{Reason, is_reason};

/// Those that the source answers; modules of tests answer nobody.
pub(super) fn in_source(path: &Path, source: &str) -> Result<Vec<Reason>> {
    let parsed = syn::parse_file(source).with_context(|| format!("parsing {}", path.display()))?;
    let mut answers = Answers { path, found: Vec::new() };
    answers.visit_file(&parsed);
    Ok(answers.found)
}

struct Answers<'a> {
    path: &'a Path,
    found: Vec<Reason>,
}

impl Answers<'_> {
    fn add(&mut self, text: &LitStr) {
        if is_reason(&text.value()) {
            let line = text.span().start().line;
            self.found.push(Reason { word: text.value(), path: self.path.to_owned(), line });
        }
    }
}

impl Visit<'_> for Answers<'_> {
    fn visit_item_mod(&mut self, module: &ItemMod) {
        if !module.attrs.iter().any(is_test) {
            visit::visit_item_mod(self, module);
        }
    }

    /// `Error::new(code, reason, ..)` and `Error::unavailable(reason, ..)`
    fn visit_expr_call(&mut self, call: &ExprCall) {
        let reason = match name(&call.func).as_deref() {
            Some("new") => call.args.iter().nth(1),
            Some("unavailable") => call.args.first(),
            Some(_) | None => None,
        };
        if let Some(text) = reason.and_then(string) {
            self.add(text);
        }
        visit::visit_expr_call(self, call);
    }

    /// `fields.end(reason, ..)`
    fn visit_expr_method_call(&mut self, call: &ExprMethodCall) {
        if call.method == "end"
            && let Some(text) = call.args.first().and_then(string)
        {
            self.add(text);
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_impl_item_fn(&mut self, function: &ImplItemFn) {
        if function.sig.ident == "reason" {
            let mut strings = Strings(Vec::new());
            strings.visit_block(&function.block);
            strings.0.iter().for_each(|text| self.add(text));
        }
        visit::visit_impl_item_fn(self, function);
    }
}

/// Collects every string.
struct Strings(Vec<LitStr>);

impl Visit<'_> for Strings {
    fn visit_lit_str(&mut self, text: &LitStr) {
        self.0.push(text.clone());
    }
}

/// The last name of a path, such as `new` of `Error::new`.
fn name(function: &Expr) -> Option<String> {
    let Expr::Path(function) = function else { return None };
    Some(function.path.segments.last()?.ident.to_string())
}

fn string(expression: &Expr) -> Option<&LitStr> {
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = expression else { return None };
    Some(text)
}

fn is_test(attribute: &Attribute) -> bool {
    let of = |word: &str| attribute.path().is_ident(word);
    of("cfg") && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::in_source;

    #[test]
    fn reasons_are_found_where_they_are_answered_and_nowhere_else() {
        let source = r#"
            impl Rejected {
                const fn reason(self) -> &'static str {
                    match self { Self::Open => "case-open", Self::Over => "too-late" }
                }
                fn word(self) -> &'static str { "in-progress" }
            }
            fn f() {
                Error::new(Code::Internal, "internal", "it-is-a-message");
                let error = fields.end("list-invalid", Some(list))
                    .map_err(|_| rpc::Error::new(Code::NotFound, "case-unknown", "no"));
                Error::unavailable("store-away", "no-reason", cause);
            }
            #[cfg(test)]
            mod tests {
                fn g() { Error::new(Code::Conflict, "some-reason", "a message") }
            }
        "#;
        let found = in_source(Path::new("a.rs"), source).unwrap();
        let words: Vec<_> = found.iter().map(|reason| (&*reason.word, reason.line)).collect();
        assert_eq!(
            words,
            [
                ("case-open", 4),
                ("too-late", 4),
                ("list-invalid", 10),
                ("case-unknown", 11),
                ("store-away", 12),
            ]
        );
    }
}
