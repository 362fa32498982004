//! What may be asked of dispatch, one use case a file.
//!
//! ```text
//!  begin ─ Intent::begin ─ lock ─ load ─ decide ─ may they? ─ record ─ save ─ Intent::finish ─ commit
//!                                                    └─ duty: what a role alone does not say
//! ```
//!
//! Each transaction is opened and committed in the same function; the answer is given after the
//! commit, and a refusal leaves nothing behind.

mod duty;
mod handover;
mod import_holders;
mod replace_timetable;
mod roster;
mod train;
mod work;

pub(crate) use duty::is_asked;
pub(crate) use handover::{Signature, Signs, sign_handover};
pub(crate) use import_holders::{ImportHolders, import_holders};
pub(crate) use replace_timetable::{ReplaceTimetable, replace_timetable};
pub(crate) use roster::arrange;
pub(crate) use train::train;
pub(crate) use work::{Deed, work};
