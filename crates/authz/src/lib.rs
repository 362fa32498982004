//! Who may do what: one table of role x relation x action x level, and nothing else.
//!
//! Authority is checked once, at the command (its event records the actor; consumers trust the
//! stream), and the same table is used for pages, the HTTP API, gRPC, lists, counts and exports, so
//! that what one of them hides no other shows.
//!
//! ```text
//!   token or certificate ──> Subject ─┬─ decide(subject, action, relations, level) ─> Decision
//!   the row concerned ──> Relations ──┘                      │
//!                                                      the table (table.rs)
//!                                                            │
//!                          Subject ──── scope(subject, action) ─> Option<Scope>
//!                                                                    └─> required by every store
//!                                                                        query over many rows
//! ```
//!
//! It is pure: relations come from the row that a service has loaded, and a [`Scope`] is turned
//! into SQL by the store that takes it. What no line of the table allows is denied.

mod action;
mod decision;
mod relation;
mod role;
mod scope;
mod subject;
mod table;

pub use action::Action;
pub use decision::{Decision, decide, is_traced};
pub use relation::{Relation, Relations};
pub use role::Role;
pub use scope::{Scope, scope};
pub use subject::{Principal, Subject};
