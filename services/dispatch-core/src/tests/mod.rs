//! What dispatch decides, asked through its door.

mod campus;
mod case;
mod checklist;
mod classes;
mod complaints;
mod expiry;
mod handover;
mod hours;
mod moves;
mod properties;
mod questions;
mod roster;
mod sentences;
mod split;
mod table;
mod training;
