//! Internal tokens: who asks, minted by the portal per request, good for 60 s.
//!
//! A token is a JWT signed with Ed25519 (`EdDSA`, RFC 8037). It is for one installation and never
//! stored, logged or queued. Its times are machine time, and there is no leeway: both sides keep
//! their clocks by their Postgres.
//!
//! ```text
//!  portal    TokenSigner::sign(subject, authenticated_at) ──token──> services
//!               └─ key() ──GetKeys──> TokenVerifier::replace_keys        │
//!                                     TokenVerifier::verify(token) <─────┘
//!                                        unknown kid: ask for the keys once more
//! ```

mod claims;
mod key;
mod signer;
mod verifier;

pub use key::{InvalidPublicKey, PublicKey};
pub use signer::{InvalidSigningKey, TokenSigner, generate_key};
pub use verifier::{FetchKeys, Refusal, TokenVerifier, Verified};

use jiff::SignedDuration;

/// How long a token is good for.
pub const LIFETIME: SignedDuration = SignedDuration::from_secs(60);
