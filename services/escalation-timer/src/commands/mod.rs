//! What may be asked of the clocks of a case: one use case, for what differs is decided by the core.
//!
//! ```text
//!  begin ─ Intent::begin ─ lock ─ load ─ may they? ─ decide ─ record ─ save ─ Intent::finish ─ commit
//! ```
//!
//! The transaction is opened and committed in the same function; the answer is given after the
//! commit, and a refusal leaves nothing behind.

mod act;

pub(crate) use act::{Deed, act};
