//! Certificates: mutual TLS between the services of one installation.
//!
//! A peer is known by the URI name in its certificate, `spiffe://<installation>/<service>`, and by
//! nothing else: host names and addresses change with every rollout. Both ends check it, the
//! callee to know who asks and the caller to know that it reached the service that it meant.
//!
//! [`Credentials`] travel in a [`tokio::sync::watch`] channel, so that the next handshake uses the
//! newest ones: certificates change without a restart.

mod credentials;
mod identity;
mod incoming;
mod verify;

pub use credentials::{Credentials, InvalidCredentials};
pub use identity::{Identity, InvalidIdentity};
pub use incoming::Peer;

pub(crate) use incoming::accept;
