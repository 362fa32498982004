//! Delivery over gRPC: what is the same in every service, so that none of them writes it.
//!
//! ```text
//!  yizhan.delivery.v1.Delivery                 another service's inbox
//!      │                                             │ waits for an event for 30 s
//!      v                                             v
//!  [service]  redeliver, dead letters <──────── [Peers]  delivery::Sources
//!
//!  a command of the service's own interface:
//!
//!  Request ── [Asked::of] ── begin(tx) ── decide, write ── finish(tx, answer) ── commit
//!                                └─ answered before: the same answer again
//!  a question about restricted cases ── [note_reads] ── an audit row each
//!  anything that fails ── [Failure] ── Status: unavailable, internal, or why it is refused
//! ```
//!
//! `delivery` knows nothing of gRPC, and `rpc` nothing of a database; the few lines that need both
//! are here.

mod asked;
mod failure;
mod intent;
mod reads;
mod service;
mod sources;
mod wire;

pub use asked::Asked;
pub use failure::Failure;
pub use intent::Intent;
pub use reads::note_reads;
pub use service::service;
pub use sources::Peers;
pub use wire::{head, timestamp};
