//! Dispatch by its own door, on a real Postgres and a real nats-server.
//!
//! On several threads: the database is dropped while the service still runs, and a connection that
//! it is just opening could not be ended by a runtime that waits for the drop.

#![expect(clippy::unwrap_used, reason = "a test has no better plan than to fail")]

mod assign;
mod board;
mod case;
mod complaints;
mod expiry;
mod handovers;
mod holders;
mod lists;
mod moves;
mod questions;
mod races;
mod roster;
mod split;
mod timetables;
mod training;
mod work;
