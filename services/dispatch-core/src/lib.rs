//! The decisions of dispatch: which department works on a case, who does it, and when it is done.
//!
//! Two handlers reach for the same work order, a requester withdraws while the tap is being
//! tightened, a fact comes twice or after its case has ended: whatever happens, exactly one of the
//! possible orders is on record, and everybody is told that one. So all of it is decided here, from
//! a state and an argument, without a database, a broker or a wall clock. The adapter locks the
//! case, loads, asks, writes what follows and commits.
//!
//! ```text
//!            on_command, on_fact, on_wake                    apply
//!  State ───────────────────────────────────▶ [Event] ───────────────▶ State
//!                                                │ publish
//!                                                ▼
//!                                        events::Fact, for others
//! ```
//!
//! The case:
//!
//! ```text
//!  fact \ state │ new       working                 done                    ended
//! ──────────────┼───────────────────────────────────────────────────────────────────────────────
//!  accepted     │ working   noted                   noted                   noted
//!  reopened(n)  │ noted     working, if n is later  working, if n is later  working, if n is later
//!  closed       │ noted     ended, all cancelled    ended                   noted
//!  rung fired   │ noted     its post may see it     its post may see it     its post may see it
//!
//!  command      │ no such   by the work order       by the work order       case closed
//!               │           │
//!               │           └─ the last open one completed ──▶ done
//! ```
//!
//! A work order:
//!
//! ```text
//!             claim            arrive                complete
//!  offered ──────────▶ claimed ───────▶ in progress ──────────▶ completed
//!     │                 │  │                │                       ▲
//!     │                 │  └────────────────┼──── complete ─────────┘ (without arrival: shown)
//!     └── case ended ───┴───────────────────┴──▶ cancelled
//! ```
//!
//! A fact is never rejected: one that comes late or twice is [noted](Event::Noted) with its reason
//! and changes nothing.

mod command;
mod decide;
mod event;
mod fact;
mod state;
#[cfg(test)]
mod tests;
mod wake;

pub use command::{Arrive, Claim, Command, Complete, Rejected};
pub use decide::on_command;
pub use event::{Event, Reason, apply, publish};
pub use fact::{Fact, on_fact};
pub use state::{Offer, Order, State, Status, Work};
pub use wake::{next_at, on_wake};
