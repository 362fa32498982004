//! The portal by its own door, on a real Postgres and a real nats-server, asked over HTTP as people
//! and programs ask it. The other services are played by the test.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test has no better plan than to fail"
)]

mod addresses;
mod api_keys;
mod boards;
mod browser;
mod cas_server;
mod clocks;
mod complaints;
mod description;
mod facts;
mod keys;
mod oidc_provider;
mod others;
mod parts;
mod people;
mod people_over_time;
mod people_undo;
mod refusals;
mod replies;
mod roster;
mod sessions;
mod similar;
mod sso;
mod sso_cas;
mod survey;
mod timelines;
mod work;
mod world;
