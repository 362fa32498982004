//! What services tell each other: words, facts, and the envelope that carries them.
//!
//! A service tells a fact when it has committed it, and whoever needs it keeps a copy. So this
//! crate is the contract between services, and it changes by one rule: *read one release before you
//! write*. It decides nothing and performs nothing; `delivery` carries the bytes.
//!
//! ```text
//!  words      the words that cross a border: CaseKind, Urgency, DepartmentId, Cycle ...
//!  intake     \
//!  dispatch    |  one Rust type per event version (CaseAcceptedV1), by the stream that
//!  escalation  |  carries it; each stream has an enum of its facts
//!  survey      |
//!  notify      |
//!  definition |
//!  audit      /    the same on each stream
//!       |
//!       v
//!  Fact ---- subject()  dispatch.water.workorder.offered.v1
//!       ---- encode(envelope, fact) -> bytes         CloudEvents 1.0, structured JSON, <= 64 KiB
//!            decode(bytes) -> Received { envelope, what: What }
//!                                                    Known(fact)     apply it
//!                                                    UnknownVersion  wait for the next release
//!                                                    UnknownType     only the head moves
//!  registry() -> JSON Schemas, AsyncAPI, golden files, names and rights at the broker
//! ```
//!
//! Events are thin: ids, codes, words and times. Names, numbers and what people write never leave
//! the service that received them.

#[macro_use]
mod text;
#[macro_use]
mod fact;

pub mod audit;
pub mod definition;
pub mod dispatch;
mod envelope;
pub mod escalation;
pub mod intake;
pub mod nats;
pub mod notify;
pub mod schema;
pub mod survey;
mod traceparent;
pub mod words;

pub use audit::{AuditFact, audit_key};
pub use definition::{DEFINITION_KEY, DefinitionFact};
pub use dispatch::DispatchFact;
pub use envelope::{
    Envelope, MAX_BYTES, MAX_INTEGER, NotASource, Received, Source, Undecodable, Unencodable, What,
    decode, encode,
};
pub use escalation::EscalationFact;
pub use fact::{EventType, Fact, Payload, Registered, registry};
pub use intake::IntakeFact;
pub use notify::NotifyFact;
pub use survey::SurveyFact;
pub use traceparent::{NotATraceparent, Traceparent};
