//! Every SQL statement of intake. Nothing is decided here.

pub(crate) mod alarms;
pub(crate) mod cases;
pub(crate) mod contacts;
pub(crate) mod data_keys;
pub(crate) mod incidents;
pub(crate) mod list;
pub(crate) mod number_series;
pub(crate) mod persons;
pub(crate) mod referrals;
pub(crate) mod relations;
pub(crate) mod remarks;
pub(crate) mod reports;
pub(crate) mod revisions;
pub(crate) mod similar;
