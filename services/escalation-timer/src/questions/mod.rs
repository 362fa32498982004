//! What can be asked; it changes nothing.

mod list_clocks;

pub(crate) use list_clocks::{Explained, Explanation, Segment};
