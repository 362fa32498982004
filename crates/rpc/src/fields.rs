use std::{fmt::Display, str::FromStr};

use crate::{Code, Error};

/// Reads the fields of a request and collects all that is wrong with them, to be told at once.
///
/// ```
/// let mut fields = rpc::Fields::default();
/// let cycle = fields.required::<u16>("cycle", "first");
/// let reason = fields.text("reason", "too long".to_owned(), 5);
/// let error = fields.end("request-invalid", cycle.map(|cycle| (cycle, reason))).unwrap_err();
/// let wrong: Vec<_> = error.violations().iter().map(|one| &*one.field).collect();
/// assert_eq!(wrong, ["cycle", "reason"]);
/// ```
#[derive(Debug, Default)]
pub struct Fields {
    violations: Vec<(String, String)>,
}

impl Fields {
    /// What was read of a field, if it could be.
    pub fn take<T, E: Display>(&mut self, field: &str, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.refuse(field, error.to_string())).ok()
    }

    /// A field that must be given.
    pub fn required<T: FromStr<Err: Display>>(&mut self, field: &str, text: &str) -> Option<T> {
        self.take(field, text.parse())
    }

    /// A field that may be empty.
    pub fn optional<T: FromStr<Err: Display>>(&mut self, field: &str, text: &str) -> Option<T> {
        if text.is_empty() { None } else { self.required(field, text) }
    }

    /// A text of at most so many characters, each of which can be kept.
    pub fn text(&mut self, field: &str, text: String, most: usize) -> String {
        if text.chars().count() > most {
            self.refuse(field, format!("has more than {most} characters"));
        }
        if text.contains('\0') {
            self.refuse(field, "holds a character that is none (U+0000)");
        }
        text
    }

    /// Notes what is wrong with a field.
    pub fn refuse(&mut self, field: &str, description: impl Into<String>) {
        self.violations.push((field.to_owned(), description.into()));
    }

    /// What was made of them, or all that is wrong.
    pub fn end<T>(self, reason: &'static str, made: Option<T>) -> Result<T, Error> {
        match made {
            Some(made) if self.violations.is_empty() => Ok(made),
            Some(_) | None => {
                let all = self.violations.iter().map(|(field, what)| format!("{field}: {what}"));
                let message = all.collect::<Vec<_>>().join("; ");
                let error = Error::new(Code::InvalidArgument, reason, message);
                Err(self
                    .violations
                    .into_iter()
                    .fold(error, |error, (field, what)| error.violating(field, what)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: std::fmt::Debug>(fields: Fields, made: Option<T>) -> Error {
        fields.end("request-invalid", made).unwrap_err()
    }

    #[test]
    fn what_may_be_empty_and_is_not_must_still_be_right() {
        let mut fields = Fields::default();
        assert_eq!(fields.optional::<u16>("page", ""), None);
        assert_eq!(fields.optional::<u16>("page", "7"), Some(7));
        assert_eq!(fields.optional::<u16>("page", "x"), None);
        let error = refused(fields, Some(()));
        assert_eq!((error.code(), error.reason()), (Code::InvalidArgument, "request-invalid"));
        assert_eq!(error.message(), "page: invalid digit found in string");
    }

    #[test]
    fn a_text_is_counted_in_characters_and_holds_nothing_that_no_store_keeps() {
        let mut fields = Fields::default();
        assert_eq!(fields.text("text", "水管".to_owned(), 2), "水管");
        assert_eq!(Fields::default().end("request-invalid", Some(7)).unwrap(), 7);
        fields.text("long", "漏水了".to_owned(), 2);
        fields.text("odd", "a\0".to_owned(), 2);
        let error = refused(fields, Some(()));
        let wrong: Vec<_> = error.violations().iter().map(|one| &*one.field).collect();
        assert_eq!(wrong, ["long", "odd"]);
    }
}
