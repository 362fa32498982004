//! The SQL in a Rust source.

use anyhow::{Result, anyhow};
use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};
use syn::Lit;

use super::words::without_comments;

/// Words that a statement, or a part of one that is put together, begins with.
const FIRST_WORDS: [&str; 30] = [
    "alter",
    "and",
    "call",
    "comment",
    "copy",
    "create",
    "default",
    "delete",
    "do",
    "drop",
    "from",
    "group",
    "having",
    "insert",
    "join",
    "left",
    "merge",
    "on",
    "or",
    "order",
    "returning",
    "select",
    "set",
    "truncate",
    "union",
    "update",
    "using",
    "values",
    "where",
    "with",
];

/// A string of a source that is SQL.
pub(super) struct Query {
    /// Where it begins, counted from 1.
    pub(super) line: usize,
    /// What it says.
    pub(super) text: String,
}

/// Every string that begins like SQL, in macros too; attributes and documentation are none.
pub(super) fn queries(source: &str) -> Result<Vec<Query>> {
    let tokens: TokenStream = source.parse().map_err(|error| anyhow!("{error}"))?;
    let mut found = Vec::new();
    collect(tokens, &mut found);
    Ok(found)
}

fn collect(tokens: TokenStream, found: &mut Vec<Query>) {
    let mut after_hash = false;
    for token in tokens {
        match token {
            // `#[..]`, and `#![..]`
            TokenTree::Punct(punct) => {
                let (hash, bang) = (punct.as_char() == '#', punct.as_char() == '!');
                after_hash = hash || (after_hash && bang);
                continue;
            }
            TokenTree::Group(group) => {
                let attribute = after_hash && group.delimiter() == Delimiter::Bracket;
                if !attribute {
                    collect(group.stream(), found);
                }
            }
            TokenTree::Literal(literal) => found.extend(query(literal)),
            TokenTree::Ident(_) => {}
        }
        after_hash = false;
    }
}

fn query(literal: Literal) -> Option<Query> {
    let line = literal.span().start().line;
    let Lit::Str(text) = Lit::new(literal) else { return None };
    let text = text.value();
    begins_like_sql(&text).then_some(Query { line, text })
}

fn begins_like_sql(text: &str) -> bool {
    let text = without_comments(&text.to_ascii_lowercase());
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).next();
    word.is_some_and(|word| FIRST_WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::queries;

    fn texts(source: &str) -> Vec<String> {
        queries(source).unwrap().into_iter().map(|query| query.text).collect()
    }

    #[test]
    fn strings_of_macros_calls_and_constants_are_found() {
        let source = r##"
            const ALL: &str = "select 1";
            fn f() {
                query_as!(Row, "with a as (values (2)) " + "select 2", format!("set {x}"));
                execute(r#"-- first
                    (update a)"#);
                vec!["where a"];
            }
        "##;
        let first_words = texts(source);
        let first_words: Vec<_> =
            first_words.iter().map(|text| text.split_whitespace().next().unwrap()).collect();
        assert_eq!(first_words, ["select", "with", "select", "set", "--", "where"]);
    }

    #[test]
    fn attributes_documentation_and_prose_are_not_found() {
        let source = "#![doc = \"Select it\"]\n/// Select it.\n#[expect(x, reason = \"with it\")]\n\
                      fn f() { log(\"selected\", \"Now select it\", b\"select\", 's'); }";
        assert_eq!(texts(source), [""; 0]);
    }
}
