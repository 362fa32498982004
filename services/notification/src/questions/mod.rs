//! What can be asked; it changes nothing.

mod list_messages;
mod list_phone_calls;

pub(crate) use list_messages::Page;
