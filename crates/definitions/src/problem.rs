use std::fmt;

use serde::Serialize;

/// What is wrong at one place of a document, and what is allowed there.
///
/// Written `campus/items.yaml:12:9: spec.urgency[0].reason: ...`. Problems sort by file, line and
/// column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The file as it was named; for documents that came without one, kind and name.
    pub file: String,
    /// Line, from 1; 0 for documents that came without a file.
    pub line: u64,
    /// Column in characters, from 1; 0 for documents that came without a file.
    pub column: u64,
    /// The field, such as `spec.floors[2].rooms`; empty for the document as a whole.
    pub field: String,
    /// What is wrong and what is allowed.
    pub message: String,
}

impl Problem {
    pub(crate) fn new(file: &str, at: At, field: &str, message: impl Into<String>) -> Self {
        let At { line, column } = at;
        Self {
            file: file.to_owned(),
            line,
            column,
            field: field.to_owned(),
            message: message.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, field, message } = self;
        f.write_str(file)?;
        if *line > 0 {
            write!(f, ":{line}:{column}")?;
        }
        if !field.is_empty() {
            write!(f, ": {field}")?;
        }
        write!(f, ": {message}")
    }
}

/// A position in a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) line: u64,
    pub(crate) column: u64,
}

/// `; did you mean ...?` if one of `known` is close to `text`, else what is known if that is short.
pub(crate) fn instead<'a>(text: &str, known: impl Iterator<Item = &'a str>) -> String {
    const SHORT: usize = 12;
    let known: Vec<&str> = known.collect();
    let near = known
        .iter()
        .map(|one| (distance(text, one), one))
        .filter(|(distance, one)| *distance <= 1 + one.chars().count() / 4)
        .min();
    match near {
        Some((_, one)) => format!("; did you mean `{one}`?"),
        None if known.is_empty() => "; there is none".to_owned(),
        None if known.len() <= SHORT => format!("; there are: {}", known.join(", ")),
        None => String::new(),
    }
}

/// How many letters must be typed, dropped or changed to come from one word to the other
/// (Levenshtein 1965).
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        let Some((first, others)) = row.split_first_mut() else { return 0 };
        *first = left;
        for (above, other) in others.iter_mut().zip(to.chars()) {
            let changed = diagonal + usize::from(letter != other);
            diagonal = *above;
            left = changed.min(*above + 1).min(left + 1);
            *above = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_the_slips_of_a_typist() {
        for (from, to, slips) in [
            ("", "", 0),
            ("", "abc", 3),
            ("names", "name", 1),
            ("kitten", "sitting", 3),
            ("水", "火", 1),
        ] {
            assert_eq!(distance(from, to), slips, "{from} {to}");
            assert_eq!(distance(to, from), slips, "{to} {from}");
        }
    }

    #[test]
    fn a_close_word_is_proposed_and_a_far_one_is_not() {
        let known = || ["plumbing", "electrical"].into_iter();
        assert_eq!(instead("plumming", known()), "; did you mean `plumbing`?");
        assert_eq!(instead("garden", known()), "; there are: plumbing, electrical");
        assert_eq!(instead("garden", [].into_iter()), "; there is none");
    }
}
