//! Intake by its own door: gRPC, a real Postgres, and a real nats-server where events matter.
//!
//! On several threads: the database is dropped while the service still runs, and a connection that
//! it is just opening could not be ended by a runtime that waits for the drop.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accepting;
mod alarms;
mod campus;
mod cases;
mod closing;
mod complaints;
mod contacts;
mod definitions;
mod desk;
mod facts;
mod hearing;
mod incidents;
mod outages;
mod people;
mod similar;
