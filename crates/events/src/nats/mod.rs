//! Names and least rights at the broker, derived from who produces and who reads what.
//!
//! ```text
//!  user           dispatch                     the service's name
//!  stream         DISPATCH over dispatch.>     made by its producer, who alone publishes there
//!  durable        dispatch, on INTAKE          the reader's name on each stream that it reads
//!  inbox prefix   _INBOX_dispatch              its own, so that no answer is read by another
//! ```
//!
//! A publish that is not allowed is silent to the caller (then a time-out): only the client's event
//! callback sees it.

mod rights;
mod stream;

pub use rights::{Permissions, authorization_block, permissions};
pub use stream::{Discard, INSTALLATION, Retention, StreamConfig, stream_config};

use crate::words::Service;

/// The user as which a service connects.
pub const fn user(service: Service) -> &'static str {
    service.word()
}

/// The durable consumer of a reader, on each stream that it reads.
pub const fn durable(reader: Service) -> &'static str {
    reader.word()
}

/// What the subjects of a service's inboxes begin with, without the dot.
pub fn inbox_prefix(service: Service) -> String {
    format!("_INBOX_{}", service.word().replace('-', "_"))
}
