//! Notification by its own door, on a real Postgres and a real nats-server.

#![expect(clippy::unwrap_used, reason = "a test has no better plan than to fail")]

mod alarm;
mod alarms;
mod at_risk;
mod case;
mod desk;
mod directory;
mod gateways;
mod heard;
mod inserts;
mod links;
mod mailbox;
mod mails;
mod persons;
mod ringing;
mod sending;
mod telling;
mod together;
mod ways;
