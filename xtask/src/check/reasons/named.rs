//! Reasons in the comments of a `.proto` file and in the description of the HTTP interface.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{Reason, is_reason};

/// The codes, as comments write them.
const CODES: [&str; 9] = [
    "INVALID_ARGUMENT",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "NOT_FOUND",
    "CONFLICT",
    "FAILED_PRECONDITION",
    "RESOURCE_EXHAUSTED",
    "UNAVAILABLE",
    "INTERNAL",
];

/// Those that stand behind a code, with commas between them.
pub(super) fn in_comments(path: &Path, text: &str) -> Vec<Reason> {
    let mut found = Vec::new();
    let mut listed = false;
    for (index, line) in text.lines().enumerate() {
        let comment = line.trim_start().strip_prefix("//");
        listed &= comment.is_some();
        for word in comment.unwrap_or_default().split_whitespace() {
            let reason = word.trim_end_matches([',', ';', '.', ':', ')']);
            if CODES.contains(&word.trim_start_matches('(')) {
                listed = true;
            } else if listed && is_reason(reason) {
                let (reason, path) = (reason.to_owned(), path.to_owned());
                found.push(Reason { word: reason, path, line: index + 1 });
                listed = word.ends_with(',');
            } else {
                listed = false;
            }
        }
    }
    found
}

/// Those in backticks behind "refused by", up to the end of the sentence.
pub(super) fn in_description(path: &Path, text: &str) -> Result<Vec<Reason>> {
    let description = serde_json::from_str(text).with_context(|| format!("{}", path.display()))?;
    let mut words = Vec::new();
    collect(&description, &mut words);
    let line_of =
        |word: &str| text.lines().position(|line| line.contains(word)).map_or(1, |index| index + 1);
    Ok(words
        .into_iter()
        .map(|word| Reason { line: line_of(&word), path: path.to_owned(), word })
        .collect())
}

fn collect(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let sentences =
                text.split("efused by").skip(1).filter_map(|rest| rest.split('.').next());
            let quoted = sentences.flat_map(|sentence| sentence.split('`').skip(1).step_by(2));
            words.extend(quoted.filter(|word| is_reason(word)).map(str::to_owned));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, words)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Reason, in_comments, in_description};

    fn words(found: Vec<Reason>) -> Vec<(String, usize)> {
        found.into_iter().map(|reason| (reason.word, reason.line)).collect()
    }

    #[test]
    fn reasons_follow_their_code_and_each_other() {
        let comments = "// Errors (INVALID_ARGUMENT key-missing): NOT_FOUND case-unknown, also where\n\
                        // the self-evident is meant; CONFLICT already-claimed,\n// not-yours.\n\
                        rpc Claim(NOT_FOUND no-comment);\n// UNAVAILABLE too-late";
        let expected = [
            ("key-missing", 1),
            ("case-unknown", 1),
            ("already-claimed", 2),
            ("not-yours", 3),
            ("too-late", 5),
        ];
        assert_eq!(
            words(in_comments(Path::new("a.proto"), comments)),
            expected.map(|(w, l)| (w.to_owned(), l))
        );
    }

    #[test]
    fn reasons_of_a_description_are_in_its_sentence() {
        let json = "{\"a\": [\"Refused by `case-open`, and\\nby `too-late`. See `other-page`.\"],\n\
                    \"b\": {\"c\": \"the other is refused by `already-claimed`.\"}}";
        let found = words(in_description(Path::new("a.json"), json).unwrap());
        let expected = [("case-open", 1), ("too-late", 1), ("already-claimed", 2)];
        assert_eq!(found, expected.map(|(word, line)| (word.to_owned(), line)));
    }
}
