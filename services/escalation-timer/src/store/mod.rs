//! Every SQL statement of the service.

pub(crate) mod watch;
pub(crate) mod words;
