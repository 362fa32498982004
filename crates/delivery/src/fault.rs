use std::{error::Error, fmt, panic::AssertUnwindSafe, time::Duration};

use delivery_core::Fault as Whose;
use futures::FutureExt;
use sqlx::error::DatabaseError;

/// Any error, as broker and callees give them.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// Why a fact or a wake-up could not take effect, by whose fault it is.
///
/// A handler returns it, mostly by `?`: errors of Postgres know whose fault they are by their
/// SQLSTATE, errors of parsing are the event's own.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Locks, resources, a server or a callee that is away: tried for ever and never counted.
    #[error("the surroundings failed")]
    Surroundings(#[source] BoxError),
    /// The event or the row itself: counted, and kept as dead or put back in the end.
    #[error("at fault itself")]
    Own(#[source] BoxError),
}

impl Fault {
    /// A fault of the surroundings: a callee is away.
    pub fn surroundings(cause: impl Into<BoxError>) -> Self {
        Self::Surroundings(cause.into())
    }

    /// A fault of the event or the row itself.
    pub fn own(cause: impl Into<BoxError>) -> Self {
        Self::Own(cause.into())
    }

    /// Whether it would fail anybody now: the store is away, full or refuses everyone. Any other
    /// fault may be that of one row, so whoever else is in the same transaction is tried without it.
    pub(crate) fn is_general(&self) -> bool {
        let Self::Surroundings(cause) = self else { return false };
        match cause.downcast_ref() {
            Some(sqlx::Error::Database(refusal)) => refusal.code().is_none_or(|code| {
                ["08", "28", "3D", "53", "57P0"].iter().any(|class| code.starts_with(class))
            }),
            Some(_) | None => true,
        }
    }

    /// Whether a lock was not given in time.
    pub(crate) fn is_locked(&self) -> bool {
        const LOCK_NOT_AVAILABLE: &str = "55P03";
        let Self::Surroundings(cause) = self else { return false };
        let Some(sqlx::Error::Database(refusal)) = cause.downcast_ref() else { return false };
        refusal.code().is_some_and(|code| code == LOCK_NOT_AVAILABLE)
    }

    /// Whether a transaction took too long: fewer rows at once may do.
    pub(crate) fn is_slow(&self) -> bool {
        let Self::Surroundings(cause) = self else { return false };
        cause.is::<TooSlow>()
    }

    /// Whose fault it is.
    pub fn whose(&self) -> Whose {
        match self {
            Self::Surroundings(_) => Whose::Surroundings,
            Self::Own(_) => Whose::Own,
        }
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        match whose(&error) {
            Whose::Surroundings => Self::Surroundings(Box::new(error)),
            Whose::Own => Self::Own(Box::new(error)),
        }
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Own(Box::new(error))
    }
}

fn whose(error: &sqlx::Error) -> Whose {
    if let Some(code) = error.as_database_error().and_then(DatabaseError::code) {
        return delivery_core::of_sqlstate(&code);
    }
    let own = matches!(
        error,
        sqlx::Error::RowNotFound
            | sqlx::Error::TypeNotFound { .. }
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Encode(_)
            | sqlx::Error::Decode(_)
    );
    // All others are of connection, pool, protocol and TLS: nothing that an event could cause.
    if own { Whose::Own } else { Whose::Surroundings }
}

/// Awaits a handler and takes its panic for a fault of its own.
pub(crate) async fn caught(handler: impl Future<Output = Result<(), Fault>>) -> Result<(), Fault> {
    match AssertUnwindSafe(handler).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(panic) => {
            let words = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
            let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
            Err(Fault::own(format!("panicked: {}", words.unwrap_or_default())))
        }
    }
}

/// Longer than any transaction of ours: every statement in it is limited by the store itself.
const IN_TIME: Duration = Duration::from_secs(30);

/// A transaction that did not come to its end.
#[derive(Debug, thiserror::Error)]
#[error("the store is silent, or too slow for so much at once")]
struct TooSlow;

/// Gives up on a transaction that a silent store would keep for ever.
pub(crate) async fn in_time<T, E: From<Fault>>(
    transaction: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let slow = || E::from(Fault::surroundings(TooSlow));
    tokio::time::timeout(IN_TIME, transaction).await.unwrap_or_else(|_| Err(slow()))
}

/// An error with its causes, in one line: for a log or a dead letter.
pub(crate) struct Causes<'a>(pub(crate) &'a (dyn Error + 'static));

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = storable(self.0);
        f.write_str(&said)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let words = storable(error);
            // Errors of sqlx repeat their cause.
            if !said.ends_with(&words) {
                write!(f, ": {words}")?;
            }
            said = words;
            cause = error.source();
        }
        Ok(())
    }
}

/// What an error says, without the one character that Postgres keeps in no text.
fn storable(error: &dyn Error) -> String {
    error.to_string().replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_silent_store_is_given_up_after_thirty_seconds() {
        let fault = in_time::<(), Fault>(std::future::pending()).await.unwrap_err();
        assert!(fault.is_general());
        assert_eq!(fault.whose(), Whose::Surroundings);
    }

    #[test]
    fn a_store_that_is_away_is_away_for_all_and_the_fault_of_a_row_is_not() {
        assert!(Fault::from(sqlx::Error::PoolTimedOut).is_general());
        assert!(!Fault::own("no such work order").is_general());
    }

    #[test]
    fn a_fault_that_quotes_a_nul_can_be_stored() {
        let fault = Fault::own("unknown variant `a\0b`");
        assert!(Causes(&fault).to_string().ends_with("unknown variant `a\u{fffd}b`"));
    }

    #[test]
    fn a_pool_without_connections_is_nobodys_event() {
        assert_eq!(Fault::from(sqlx::Error::PoolTimedOut).whose(), Whose::Surroundings);
        assert_eq!(Fault::from(sqlx::Error::RowNotFound).whose(), Whose::Own);
    }

    #[test]
    fn a_fault_is_told_with_its_causes_each_once() {
        let fault = Fault::own("no such work order");
        assert_eq!(Causes(&fault).to_string(), "at fault itself: no such work order");
        let lost = sqlx::Error::Io(std::io::Error::other("connection reset"));
        let told = Causes(&Fault::from(lost)).to_string();
        assert_eq!(told.matches("connection reset").count(), 1, "{told}");
    }
}
