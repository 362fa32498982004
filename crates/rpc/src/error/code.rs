/// What kind of error it is: all that a caller needs to decide what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// The request is wrong, whatever the state: mend it.
    InvalidArgument,
    /// No token, or not one that counts: log in.
    Unauthenticated,
    /// Known, and not allowed.
    PermissionDenied,
    /// There is no such thing, or the caller may not know of it.
    NotFound,
    /// Somebody else was first: read, then decide again.
    Conflict,
    /// The state does not allow it: do something else first.
    FailedPrecondition,
    /// Too much, too often, too large.
    ResourceExhausted,
    /// Not now: the same call may succeed later.
    Unavailable,
    /// A fault of the service.
    Internal,
}

impl Code {
    /// Each of them.
    pub const ALL: [Self; 9] = [
        Self::InvalidArgument,
        Self::Unauthenticated,
        Self::PermissionDenied,
        Self::NotFound,
        Self::Conflict,
        Self::FailedPrecondition,
        Self::ResourceExhausted,
        Self::Unavailable,
        Self::Internal,
    ];

    /// Its gRPC status code.
    pub const fn grpc(self) -> tonic::Code {
        match self {
            Self::InvalidArgument => tonic::Code::InvalidArgument,
            Self::Unauthenticated => tonic::Code::Unauthenticated,
            Self::PermissionDenied => tonic::Code::PermissionDenied,
            Self::NotFound => tonic::Code::NotFound,
            Self::Conflict => tonic::Code::Aborted,
            Self::FailedPrecondition => tonic::Code::FailedPrecondition,
            Self::ResourceExhausted => tonic::Code::ResourceExhausted,
            Self::Unavailable => tonic::Code::Unavailable,
            Self::Internal => tonic::Code::Internal,
        }
    }

    /// The code of a gRPC status; what the network or a deadline ended is [`Code::Unavailable`].
    pub const fn from_grpc(code: tonic::Code) -> Self {
        match code {
            tonic::Code::InvalidArgument | tonic::Code::OutOfRange => Self::InvalidArgument,
            tonic::Code::Unauthenticated => Self::Unauthenticated,
            tonic::Code::PermissionDenied => Self::PermissionDenied,
            tonic::Code::NotFound => Self::NotFound,
            tonic::Code::Aborted | tonic::Code::AlreadyExists => Self::Conflict,
            tonic::Code::FailedPrecondition => Self::FailedPrecondition,
            tonic::Code::ResourceExhausted => Self::ResourceExhausted,
            tonic::Code::Unavailable | tonic::Code::DeadlineExceeded | tonic::Code::Cancelled => {
                Self::Unavailable
            }
            tonic::Code::Ok
            | tonic::Code::Unknown
            | tonic::Code::Unimplemented
            | tonic::Code::Internal
            | tonic::Code::DataLoss => Self::Internal,
        }
    }

    /// Its HTTP status (RFC 9110). Both of [`Code::Conflict`] and [`Code::FailedPrecondition`] are
    /// 409, which that standard defines as a conflict with the state of the resource; 412 and 428
    /// are about conditional headers.
    pub const fn http(self) -> u16 {
        match self {
            Self::InvalidArgument => 400,
            Self::Unauthenticated => 401,
            Self::PermissionDenied => 403,
            Self::NotFound => 404,
            Self::Conflict | Self::FailedPrecondition => 409,
            Self::ResourceExhausted => 429,
            Self::Unavailable => 503,
            Self::Internal => 500,
        }
    }

    /// The title of the problem, for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::InvalidArgument => "The request is not valid",
            Self::Unauthenticated => "Log in first",
            Self::PermissionDenied => "This is not permitted",
            Self::NotFound => "There is no such thing",
            Self::Conflict => "Somebody else was first",
            Self::FailedPrecondition => "Its state does not allow this",
            Self::ResourceExhausted => "Too much at once",
            Self::Unavailable => "Not available now",
            Self::Internal => "Something failed here",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_grpc() {
        for code in Code::ALL {
            assert_eq!(Code::from_grpc(code.grpc()), code);
        }
    }

    #[test]
    fn a_deadline_that_passed_reads_as_not_available() {
        assert_eq!(Code::from_grpc(tonic::Code::DeadlineExceeded), Code::Unavailable);
        assert_eq!(Code::from_grpc(tonic::Code::Unknown), Code::Internal);
    }
}
