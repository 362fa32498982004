use std::{borrow::Cow, collections::HashMap, error::Error as _, sync::Arc};

use tonic::Status;
use tonic_types::{ErrorDetails, StatusExt as _};

use super::{Cause, Code, Error, FieldViolation};

/// Who defines the reasons.
const DOMAIN: &str = "yizhan";

/// The reason of a status that came without one: made by the transport, not by a service.
const TRANSPORT: &str = "transport";

/// `google.rpc.ErrorInfo` carries the reason, `BadRequest` the violations. The cause stays in this
/// process, as the status's source, for the log.
impl From<Error> for Status {
    fn from(error: Error) -> Self {
        let Error { code, reason, message, violations, cause } = error;
        let mut details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
        for FieldViolation { field, description } in violations {
            details.add_bad_request_violation(field, description);
        }
        let mut status = Status::with_error_details(code.grpc(), message, details);
        if let Some(cause) = cause {
            status.set_source(Arc::new(CauseOf(cause)));
        }
        status
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let reason = status
            .get_details_error_info()
            .map_or(Cow::Borrowed(TRANSPORT), |info| Cow::Owned(info.reason));
        let violations = status.get_details_bad_request().map_or_else(Vec::new, |request| {
            request
                .field_violations
                .into_iter()
                .map(|one| FieldViolation { field: one.field, description: one.description })
                .collect()
        });
        let is_broken = reason == TRANSPORT && broke(&status);
        let code = if is_broken { Code::Unavailable } else { Code::from_grpc(status.code()) };
        Self { code, reason, message: status.message().to_owned(), violations, cause: None }
    }
}

/// Whether a connection broke under a call: whoever was asked is gone in the middle of an answer, and
/// nobody knows what became of it. What the transport made by itself has a source, and what came over it
/// has none.
fn broke(status: &Status) -> bool {
    use tonic::Code::{Cancelled, Internal, Unknown};
    status.source().is_some() && matches!(status.code(), Unknown | Internal | Cancelled)
}

/// Lets a shared cause be the source of a status.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct CauseOf(#[source] Cause);

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn an_error_survives_grpc_with_its_reason_and_violations() {
        for code in Code::ALL {
            let error = Error::new(code, "some-reason", "a message: 管道 50 %")
                .violating("place", "no such place")
                .violating("caller.phone", "too short");
            assert_eq!(Error::from(Status::from(error.clone())), error);
        }
    }

    #[test]
    fn the_cause_is_for_the_log_alone() {
        let status = Status::from(Error::internal("disk is full"));
        assert_eq!(status.message(), "something failed here; it has been logged");
        assert_eq!(status.source().unwrap().to_string(), "disk is full");
    }

    #[test]
    fn a_status_without_details_says_that_the_transport_made_it() {
        let error = Error::from(Status::unavailable("tcp connect error"));
        assert_eq!((error.code(), error.reason()), (Code::Unavailable, "transport"));
    }

    #[test]
    fn who_is_gone_in_the_middle_of_an_answer_is_away_and_not_at_fault() {
        let reset = || Box::new(io::Error::from(io::ErrorKind::ConnectionReset));
        let status = Status::from_error(reset());
        assert_eq!(status.code(), tonic::Code::Unknown);
        assert_eq!(Error::from(status).code(), Code::Unavailable);
        // What a service says is at fault is so.
        assert_eq!(Error::from(Status::unknown("odd")).code(), Code::Internal);
        assert_eq!(Error::from(Status::from(Error::internal("odd"))).code(), Code::Internal);
    }
}
