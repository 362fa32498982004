//! Delivery on a real Postgres and a real nats-server: two toy services, intake and dispatch, whose
//! only effect is a row per fact.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test has no better plan than to fail"
)]

mod audits;
mod commands;
mod dead;
mod journey;
mod leading;
mod log;
mod order;
mod pulls;
mod relays;
mod rights;
mod tails;
mod toy;
mod wakes;
