//! How services call each other, and how the portal calls them.
//!
//! ```text
//!  caller                                                        callee
//!  Call { token, key, deadline }                                 Server (health, reflection, drain)
//!    └─ request ─> Channel ── one HTTP/2 connection per address ──> Peer (who is at the other end)
//!                   │ trace context, caller's name                   └─ observe   span, log, panic
//!                   │ deadline over all tries                            └─ authenticate -> Subject
//!                   └ 2 retries on UNAVAILABLE                               └─ the service
//!                       with the same Idempotency-Key                            │
//!  Error <── Status with details <──────────────────────────────────────────── Error
//! ```
//!
//! - [`Error`] is the one error of every interface: a small [`Code`], a stable reason for programs,
//!   a message for people, a violation per field. It goes to gRPC and to HTTP in one place each.
//! - [`Fields`] and [`PageSize`] read requests alike everywhere: all that is wrong is told at once.
//! - [`token`]: the portal mints a token per request; services verify it with the portal's keys.
//! - [`tls`]: certificates that change without a restart; a peer is known by the URI name
//!   `spiffe://<installation>/<service>`. Plaintext is for loopback alone.
//! - Time is an argument here too: tokens live in machine time (`clock::Clock::machine`).

pub mod client;
mod error;
mod fields;
mod idempotency;
mod page;
pub mod server;
pub mod tls;
pub mod token;
mod trace;

pub use client::{Call, Channel, Target, is_loopback};
pub use error::{Code, Error, FieldViolation, Problem};
pub use fields::Fields;
pub use idempotency::{IdempotencyKey, InvalidKey, idempotency_key};
pub use page::PageSize;
pub use server::{Server, account, authorize, scope, subject};
pub use trace::extract as trace_context;

/// The largest message with a whole campus in it; any other has the 4 MiB of gRPC.
pub const LARGEST_CAMPUS: usize = 64 << 20;

/// Metadata with the name of a service that calls over plaintext.
pub(crate) const CALLER: &str = "yizhan-service";
