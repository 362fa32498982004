use delivery::Fault;
use delivery_core::Fault as Whose;
use events::Unencodable;
use rpc::Error;
use tonic::Status;

/// Why a command or a question was not answered, as its caller is told.
///
/// With `?` it takes a refusal as it is. A fault of the surroundings (locks, a store that is away)
/// is `store-unavailable`, for the same call may succeed later; any other is an internal error,
/// whose cause the log keeps.
#[derive(Debug, Clone)]
pub struct Failure(Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self(match fault.whose() {
            Whose::Surroundings => {
                let message = "the store did not answer in time; try again";
                Error::unavailable("store-unavailable", message, fault)
            }
            Whose::Own => Error::internal(fault),
        })
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Fault::from(error).into()
    }
}

impl From<Unencodable> for Failure {
    fn from(error: Unencodable) -> Self {
        Fault::own(error).into()
    }
}

impl From<Failure> for Error {
    fn from(Failure(error): Failure) -> Self {
        error
    }
}

impl From<Failure> for Status {
    fn from(Failure(error): Failure) -> Self {
        error.into()
    }
}

#[cfg(test)]
mod tests {
    use rpc::Code;

    use super::*;

    #[test]
    fn a_store_that_is_away_is_asked_again_and_a_defect_is_not() {
        let away = Error::from(Failure::from(sqlx::Error::PoolTimedOut));
        assert_eq!((away.code(), away.reason()), (Code::Unavailable, "store-unavailable"));
        let defect = Error::from(Failure::from(sqlx::Error::RowNotFound));
        assert_eq!((defect.code(), defect.reason()), (Code::Internal, "internal"));
    }

    #[test]
    fn a_refusal_stays_as_it_is() {
        let refusal = Error::new(Code::FailedPrecondition, "case-open", "it is open");
        assert_eq!(Error::from(Failure::from(refusal.clone())), refusal);
    }
}
