//! What may be looked up, one question a file. Nothing is changed, but a look at a restricted case
//! leaves an audit row.

mod find_addresses;
mod find_similar;
mod get_case;
mod get_definitions;
mod get_incident;
mod list_cases;
mod list_contacts;
mod list_incidents;

pub(crate) use find_addresses::find_addresses;
pub(crate) use find_similar::{FindSimilar, find_similar};
pub(crate) use get_case::get_case;
pub(crate) use get_definitions::get_definitions;
pub(crate) use get_incident::get_incident;
pub(crate) use list_cases::{ListCases, list_cases};
pub(crate) use list_contacts::{ListContacts, list_contacts};
pub(crate) use list_incidents::{ListIncidents, list_incidents};
