//! Who is told what by which fact, and in which words. No input or output.
//!
//! ```text
//!  fact               │ its reporters   its post            a leader's post
//! ────────────────────┼────────────────────────────────────────────────────
//!  case.chased        │                 chased              chased-again, its head's
//!  case.ordered       │                 ordered
//!  workorder.disputed │                                     returned-twice, its head's
//!                     │                                     and who decides'
//!  case.accepted      │ accepted
//!  case.joined        │ accepted, who is new
//!  workorder.offered  │                 offered
//!  workorder.claimed  │ claimed
//!  workorder.held     │ held
//!  workorder.contained│ made-safe
//!  case.armed         │ promised, if that has moved
//!  case.completed     │ completed
//!  case.reopened      │ reopened
//!                     │ of an incident, instead of all these but reopened:
//!  case.accepted,     │
//!  case.joined        │ incident-joined, who is new
//!  case.incident-     │
//!  updated            │ incident-changed
//!  case.completed,    │
//!  case.closed        │ incident-ended, at the first of them
//!  case.at-risk       │                 at-risk
//!  case.rung-fired    │                 overdue, the first  rung
//!  case.rung-told     │                                     not-solved
//!  case.rung-retracted│                                     repaired, if it is
//!  all others         │ nobody
//! ```
//!
//! A fact about an earlier cycle than the one that runs tells nobody: its requester has been told
//! more since. Who reported without a name is told nothing, and the case goes its way all the same.

mod hear;
mod matter;
mod render;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use hear::Rung;
pub(crate) use hear::{Heard, Notice, Says, hear};
pub(crate) use matter::Matter;
pub(crate) use render::{Words, words};
