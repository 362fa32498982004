//! Every SQL statement of the service.

pub(crate) mod list;
pub(crate) mod surveys;
pub(crate) mod words;
