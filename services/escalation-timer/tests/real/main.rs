//! Escalation-timer by its own door, on a real Postgres and a real nats-server, with the time moved
//! by hand.

#![expect(clippy::unwrap_used, reason = "a test has no better plan than to fail")]

mod case;
mod clocks;
mod ladders;
mod leaders;
mod more_time;
mod outages;
mod reopening;
