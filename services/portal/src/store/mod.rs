//! Every SQL statement of the portal.
//!
//! A list of cases takes an [`authz::Scope`]; what belongs to the caller alone takes the caller's
//! account. Not found is `None`.

pub(crate) mod accounts;
pub(crate) mod api_keys;
pub(crate) mod boards;
pub(crate) mod login_codes;
pub(crate) mod people;
pub(crate) mod people_import;
pub(crate) mod sessions;
pub(crate) mod stand_ins;
pub(crate) mod timeline;
pub(crate) mod token_keys;
pub(crate) mod work_orders;
