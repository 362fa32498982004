//! Calls over a real server on loopback: who is let in, how errors travel, what is tried again.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

mod certificates;
mod clients;
mod portal;
mod servers;
mod tls;
