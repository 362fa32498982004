mod code;
mod problem;
mod status;

use std::{borrow::Cow, fmt, sync::Arc};

pub use code::Code;
pub use problem::Problem;

type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// Why a call was not done: what its caller may see, and beside it what only the log keeps.
///
/// ```
/// use rpc::{Code, Error};
/// let error = Error::new(Code::InvalidArgument, "case-invalid", "the case has 1 mistake")
///     .violating("place", "`dorm-8` is no place");
/// assert_eq!(error.code().http(), 400);
/// assert_eq!(tonic::Status::from(error.clone()).code(), tonic::Code::InvalidArgument);
/// ```
#[derive(Clone)]
pub struct Error {
    code: Code,
    reason: Cow<'static, str>,
    message: String,
    violations: Vec<FieldViolation>,
    cause: Option<Cause>,
}

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldViolation {
    /// Its path in the request, such as `caller.phone`; of a document `<file>:<line>:<column> <path>`.
    pub field: String,
    /// What is wrong, and what is allowed.
    pub description: String,
}

impl Error {
    /// An error with a `reason` that never changes: lower-case words with hyphens, for programs.
    pub fn new(code: Code, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason: Cow::Borrowed(reason),
            message: message.into(),
            violations: Vec::new(),
            cause: None,
        }
    }

    /// A failure of this service that its caller can do nothing about: the caller learns that it
    /// happened, the log why.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(Code::Internal, "internal", "something failed here; it has been logged")
            .because(cause)
    }

    /// Something that this service needs does not answer; the same call may succeed later.
    pub fn unavailable(
        reason: &'static str,
        message: impl Into<String>,
        cause: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::new(Code::Unavailable, reason, message).because(cause)
    }

    fn because(mut self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.cause = Some(Arc::from(cause.into()));
        self
    }

    /// This error, with one more violation.
    #[must_use]
    pub fn violating(mut self, field: impl Into<String>, description: impl Into<String>) -> Self {
        self.violations
            .push(FieldViolation { field: field.into(), description: description.into() });
        self
    }

    /// This error, with more to say behind its message.
    #[must_use]
    pub fn adding(mut self, more: &str) -> Self {
        self.message.push_str(more);
        self
    }

    /// Its code.
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Its reason: stable, for programs.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Its message, for people.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What is wrong with each field.
    pub fn violations(&self) -> &[FieldViolation] {
        &self.violations
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}: {}", self.code, self.reason, self.message)?;
        for FieldViolation { field, description } in &self.violations {
            write!(f, "; {field}: {description}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}

/// Two errors are equal if their callers cannot tell them apart.
impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
            && self.reason == other.reason
            && self.message == other.message
            && self.violations == other.violations
    }
}
