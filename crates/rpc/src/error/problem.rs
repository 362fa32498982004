use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{Code, Error, FieldViolation};

/// An [`Error`] as `application/problem+json` (RFC 9457).
///
/// ```json
/// { "type": "about:blank", "title": "The request is not valid", "status": 400,
///   "detail": "the case has 1 mistake", "reason": "case-invalid",
///   "violations": [{ "field": "place", "description": "`dorm-8` is no place" }] }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Always `about:blank`: `reason` says more than an address would.
    pub r#type: Cow<'static, str>,
    /// The same for the same status.
    pub title: Cow<'static, str>,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time, for people.
    pub detail: String,
    /// Stable, for programs.
    pub reason: Cow<'static, str>,
    /// What is wrong with each field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub violations: Vec<FieldViolation>,
}

impl Problem {
    /// The media type.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let Error { code, reason, message, violations, cause: _ } = error;
        Self {
            r#type: Cow::Borrowed("about:blank"),
            title: Cow::Borrowed(Code::title(code)),
            status: code.http(),
            detail: message,
            reason,
            violations,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_shows_reason_and_violations_and_never_the_cause() {
        let error = Error::new(Code::InvalidArgument, "case-invalid", "the case has 1 mistake")
            .violating("place", "`dorm-8` is no place");
        insta::assert_yaml_snapshot!(Problem::from(error), @r#"
        type: "about:blank"
        title: The request is not valid
        status: 400
        detail: the case has 1 mistake
        reason: case-invalid
        violations:
          - field: place
            description: "`dorm-8` is no place"
        "#);

        let internal = Problem::from(Error::internal("password=hunter2"));
        assert!(!serde_json::to_string(&internal).unwrap().contains("hunter2"));
    }
}
