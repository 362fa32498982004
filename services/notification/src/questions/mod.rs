//! What can be asked; it changes nothing.

mod list_messages;

pub(crate) use list_messages::Page;
