//! Why something is not done, from wherever that was noticed.

use std::error::Error as StdError;

use axum::{
    Json,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use rpc::{Code, Error, Problem};

/// An [`Error`] on its way to whoever asked: `?` makes one of every error that a handler can meet,
/// and the HTTP server makes `application/problem+json` of it.
///
/// A failure of ours is logged here, once, with the cause that its caller does not see.
#[derive(Debug)]
pub(crate) struct Refusal {
    error: Error,
    /// Another status than its code has, where HTTP has a better word.
    status: Option<StatusCode>,
}

impl Refusal {
    /// A refusal with a stable `reason`.
    pub(crate) fn new(code: Code, reason: &'static str, message: impl Into<String>) -> Self {
        Error::new(code, reason, message).into()
    }

    /// A wrong request, of which nothing more can be said than which field is wrong.
    pub(crate) fn field(field: impl Into<String>, description: impl Into<String>) -> Self {
        Error::new(Code::InvalidArgument, "request-invalid", "the request has 1 mistake")
            .violating(field, description)
            .into()
    }

    /// Its reason, for programs.
    pub(crate) fn reason(&self) -> &str {
        self.error.reason()
    }

    /// Logs it where it is told in other words than its own.
    pub(crate) fn log(&self) {
        log(&self.error);
    }

    /// The same with a status that only HTTP knows.
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status: Some(status), ..self }
    }
}

/// What another service lists, on a page that is shown without it too: empty where the asker may see
/// nothing of it, and none where the service does not answer.
pub(crate) fn if_answered<T>(listed: Result<Vec<T>, Refusal>) -> Option<Vec<T>> {
    match listed.map_err(Error::from) {
        Ok(listed) => Some(listed),
        Err(error) if error.code() == Code::PermissionDenied => Some(Vec::new()),
        Err(_) => None,
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, status: None }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        refusal.error
    }
}

impl From<tonic::Status> for Refusal {
    fn from(status: tonic::Status) -> Self {
        Error::from(status).into()
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Error::from(delivery_rpc::Failure::from(error)).into()
    }
}

impl From<sealing::Error> for Refusal {
    fn from(error: sealing::Error) -> Self {
        Error::internal(error).into()
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Error::internal(error).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.log();
        let mut problem = Problem::from(self.error);
        if let Some(status) = self.status {
            problem.status = status.as_u16();
            problem.title = status.canonical_reason().unwrap_or("It was refused").into();
        }
        let status = StatusCode::from_u16(problem.status);
        let media_type = [(CONTENT_TYPE, Problem::MEDIA_TYPE)];
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, media_type, Json(problem)).into_response()
    }
}

/// Logs what a person should look at, with its causes on one line.
fn log(error: &Error) {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let cause = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    match error.code() {
        Code::Internal => tracing::error!(%error, cause, "a request failed"),
        Code::Unavailable => {
            tracing::warn!(reason = error.reason(), %error, cause, "a request could not be served");
        }
        Code::InvalidArgument
        | Code::Unauthenticated
        | Code::PermissionDenied
        | Code::NotFound
        | Code::Conflict
        | Code::FailedPrecondition
        | Code::ResourceExhausted => {}
    }
}
