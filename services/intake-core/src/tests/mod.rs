//! What intake decides, asked through its door.

mod alarms;
mod campus;
mod case;
mod closing;
mod contacts;
mod incidents;
mod joining;
mod properties;
mod receipt;
mod replies;
mod sentences;
mod table;
