use std::{fmt::Display, str::FromStr};

use rpc::{Code, Error};

/// Reads the fields of a request and collects all that is wrong with them, to be told at once.
#[derive(Debug, Default)]
pub(super) struct Fields {
    violations: Vec<(String, String)>,
}

impl Fields {
    /// What was read of a field, if it could be.
    pub(super) fn take<T, E: Display>(&mut self, field: &str, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.refuse(field, error.to_string())).ok()
    }

    /// A field that must be given.
    pub(super) fn required<T: FromStr<Err: Display>>(
        &mut self,
        field: &str,
        text: &str,
    ) -> Option<T> {
        self.take(field, text.parse())
    }

    /// A field that may be empty.
    pub(super) fn optional<T: FromStr<Err: Display>>(
        &mut self,
        field: &str,
        text: &str,
    ) -> Option<T> {
        if text.is_empty() { None } else { self.required(field, text) }
    }

    /// A text of at most so many characters, each of which can be kept.
    pub(super) fn text(&mut self, field: &str, text: String, most: usize) -> String {
        if text.chars().count() > most {
            self.refuse(field, format!("has more than {most} characters"));
        }
        if text.contains('\0') {
            self.refuse(field, "holds a character that is none (U+0000)");
        }
        text
    }

    /// Notes what is wrong with a field.
    pub(super) fn refuse(&mut self, field: &str, description: impl Into<String>) {
        self.violations.push((field.to_owned(), description.into()));
    }

    /// What was made of them, or all that is wrong.
    pub(super) fn end<T>(self, reason: &'static str, made: Option<T>) -> Result<T, Error> {
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
