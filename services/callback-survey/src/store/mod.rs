//! Every SQL statement of the service.

pub(crate) mod figures;
pub(crate) mod keys;
pub(crate) mod links;
pub(crate) mod list;
pub(crate) mod surveys;
pub(crate) mod words;
