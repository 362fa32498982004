//! The file of people: who they are, what they are, which posts they hold.
//!
//! People are not definitions: who holds a post is a fact that changes by the day. The file is the
//! whole truth about them, so whoever is missing in it is closed, and the former file is the undo.
//!
//! ```text
//!  people.csv ── parse(text, rules) ──> rows, or every mistake with its line and column
//!                                         │
//!  accounts as they are ──────────────────┴─ compare ──> Difference: added, changed, closed
//! ```
//!
//! Both steps are pure: a dry run is the import without its last step.

mod difference;
mod file;

pub(crate) use difference::{Difference, Known, compare};
pub(crate) use file::{Row, parse};
