//! Dead letters and redelivery as they are asked for over gRPC, on a real Postgres.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod dead_letters;
mod redelivery;
mod service;
