//! What the portal itself is asked to change: one use case a file, one transaction each.

mod change_password;
mod create_administrator;
mod create_api_key;
mod hand_over;
mod import_people;
mod intent;
mod login;
mod login_elsewhere;
mod logout;
mod revoke_api_key;
mod undo_import;

pub(crate) use change_password::change_password;
pub use create_administrator::{AdministratorError, create_administrator, has_people};
pub(crate) use create_api_key::{NewApiKey, create_api_key};
pub(crate) use import_people::{ImportPeople, import_people};
pub(crate) use intent::Intent;
pub(crate) use login::{Opened, login};
pub(crate) use login_elsewhere::{login_by_code, login_elsewhere, redeem_code};
pub(crate) use logout::logout;
pub(crate) use revoke_api_key::revoke_api_key;
pub(crate) use undo_import::{Undone, undo_import};
