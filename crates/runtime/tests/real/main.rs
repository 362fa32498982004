//! Services on a real Postgres and a real NATS: how they start, what they refuse, how they stop.
//!
//! On several threads: dropping a test's database blocks one of them, and waits for connections
//! that a service has just begun, which must be able to go on.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

mod campus;
mod running;
mod starting;
