//! What dispatch decides, asked through its door.

mod campus;
mod case;
mod properties;
mod sentences;
mod table;
