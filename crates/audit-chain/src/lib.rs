//! The hash chain of audit rows: whoever changes the past is found.
//!
//! A service writes an audit row in the transaction of each command. A row alone proves nothing:
//! who owns the database can change it. So each row becomes a link, whose hash covers the row and
//! the link before it, and every now and then the newest link is told to the other services, who
//! keep it as a *checkpoint* in stores of their own.
//!
//! ```text
//!  /campus/intake ─▶ link 1 ─▶ link 2 ─▶ ... ─▶ link 812 ─▶ ...
//!                     row 1     row 2            row 815
//!                                                  │ told to others
//!                                                  v
//!                                     checkpoint (812, its hash)
//! ```
//!
//! ```text
//!  what was done                        what finds it
//!  a row was changed                    its link's hash                      Altered
//!  a row was taken out                  a link without a row                 RowMissing
//!  a link was taken out as well         the places have no gaps              LinkMissing
//!  rows or links changed places         the hashes                           Altered
//!  the end was cut off                  a checkpoint beyond it               CutOff
//!  all links were made anew             a checkpoint with another hash       Rewritten
//! ```
//!
//! The order is that of chaining, not of the rows' own sequence: a row with a smaller one may have
//! been committed later. Nothing here reads a store; `delivery` does, and `yizhan audit verify`.

mod chain;
mod verify;

pub use chain::{Hash, Link, NotAHash, Row};
pub use verify::{Chained, Checkpoint, Finding, Verifier};
