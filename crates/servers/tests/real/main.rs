//! Finds, starts, damages and stops real servers; as root too, where they run in a user namespace.

#![expect(clippy::unwrap_used, reason = "tests")]

mod finding;
mod nats;
mod nobody;
mod postgres;
mod scratch;
