//! Every SQL statement of the service.

pub(crate) mod rosters;
pub(crate) mod watch;
pub(crate) mod words;
