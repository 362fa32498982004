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
//!  Request ── [Intent::of] ── begin(tx) ── decide, write ── finish(tx, answer) ── commit
//!                                └─ answered before: the same answer again
//!  anything that fails ── [Failure] ── Status: unavailable, internal, or why it is refused
//! ```
//!
//! `delivery` knows nothing of gRPC, and `rpc` nothing of a database; the few lines that need both
//! are here.

mod failure;
mod intent;
mod service;
mod sources;
mod wire;

pub use failure::Failure;
pub use intent::Intent;
pub use service::service;
pub use sources::Peers;
pub use wire::{head, timestamp};
