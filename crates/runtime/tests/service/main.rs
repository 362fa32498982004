//! Services on a real Postgres and a real NATS: how they start, what they refuse, how they stop.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

mod campus;
mod running;
mod starting;
