//! What callback-survey decides, asked through its door.

mod calling;
mod campus;
mod case;
mod figures;
mod links;
mod properties;
mod sentences;
mod table;
