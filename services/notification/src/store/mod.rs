//! Every SQL statement of the service.

pub(crate) mod acknowledgements;
pub(crate) mod alarms;
pub(crate) mod list;
pub(crate) mod matters;
pub(crate) mod messages;
pub(crate) mod outgoing;
pub(crate) mod phone_calls;
pub(crate) mod rosters;
pub(crate) mod ways;
