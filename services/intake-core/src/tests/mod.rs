//! What intake decides, asked through its door.

mod campus;
mod case;
mod properties;
mod receipt;
mod sentences;
mod table;
