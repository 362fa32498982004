//! The envelope of an event: CloudEvents 1.0, structured JSON.
//!
//! [`encode`] and [`decode`] are total: no input makes them panic, and whatever does not fit is an
//! error that says what. Why `after` is a string and `sequence` a number: `docs/adr/0001`.

mod heads;
mod wire;

use std::{collections::BTreeMap, fmt, str::FromStr};

use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    EventType, Fact, Traceparent,
    text::shown,
    words::{Installation, Revision, Service},
};
pub(crate) use wire::schema;
pub use wire::{decode, encode};

/// The most bytes that an encoded event may have.
pub const MAX_BYTES: usize = 64 * 1024;

/// The largest sequence, epoch or revision: an Integer of CloudEvents is a signed 32-bit number.
pub const MAX_INTEGER: u32 = i32::MAX.unsigned_abs();

/// The attributes of an event: all but its fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The event's id, unique for ever.
    pub id: Uuid,
    /// Who says it.
    pub source: Source,
    /// What it is about and is ordered by: the case, else its own aggregate. `partitionkey`.
    pub key: Uuid,
    /// 1, 2, 3 ... without gaps per service and key; at most [`MAX_INTEGER`].
    pub sequence: u64,
    /// Raised when the producer's store was restored; at most [`MAX_INTEGER`].
    pub epoch: u32,
    /// When it happened. `time`.
    pub happened: Timestamp,
    /// When it was committed.
    pub recorded: Timestamp,
    /// The last sequence of each other service that the producer knew for this key: a reader must
    /// have reached those that it reads too, or what it hears makes no sense to it yet.
    pub after: BTreeMap<Service, u64>,
    /// The definitions that the producer decided by.
    pub revision: Revision,
    /// The trace that it belongs to.
    pub traceparent: Option<Traceparent>,
}

/// Who says an event: `/<installation>/<service>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The university.
    pub installation: Installation,
    /// The service.
    pub service: Service,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/{}", self.installation, self.service)
    }
}

impl FromStr for Source {
    type Err = NotASource;

    fn from_str(text: &str) -> Result<Self, NotASource> {
        let parts = || {
            let (installation, service) = text.strip_prefix('/')?.split_once('/')?;
            Some(Self { installation: installation.parse().ok()?, service: service.parse().ok()? })
        };
        parts().ok_or_else(|| NotASource { text: shown(text) })
    }
}

on_the_wire_as_text!(Source, "^/[a-z0-9-]{1,32}/[a-z0-9-]{1,32}$");

/// A text that is not a source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a source: it must be /<installation>/<service>")]
pub struct NotASource {
    text: String,
}

/// An event as a reader gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its attributes.
    pub envelope: Envelope,
    /// What it says.
    pub what: What,
}

/// What a received event says, as far as this release can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A fact.
    Known(Fact),
    /// A known type in a version that only a later release reads: it waits for that release, and
    /// its key waits with it.
    UnknownVersion {
        /// The type without its version.
        name: String,
        /// The version.
        version: u32,
    },
    /// A type that is not for this release: only the head moves.
    UnknownType {
        /// The whole type.
        event_type: String,
    },
}

/// Why bytes are not an event: the message's own fault, trying again will not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// The attributes cannot be read, so that not even the key is known.
    #[error("not a CloudEvents envelope of ours: {reason}")]
    Envelope {
        /// What does not fit.
        reason: String,
    },
    /// The attributes are right and the type is known, but the event contradicts the type.
    #[error("not the data of {event_type}: {reason}")]
    Data {
        /// The attributes.
        envelope: Box<Envelope>,
        /// The type that it claims.
        event_type: EventType,
        /// What does not fit.
        reason: String,
    },
}

impl Undecodable {
    /// The attributes, if they could be read.
    pub fn envelope(&self) -> Option<&Envelope> {
        match self {
            Self::Envelope { .. } => None,
            Self::Data { envelope, .. } => Some(envelope),
        }
    }
}

/// Why an event may not be published: a defect of its producer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unencodable {
    /// Another service's fact.
    #[error("{event_type} is published by {} and not by {service}", .event_type.producer())]
    NotItsProducer {
        /// The type.
        event_type: EventType,
        /// Who tried.
        service: Service,
    },
    /// A number that has no place in an Integer of CloudEvents.
    #[error("{attribute} is {value}: it must be from {least} to {MAX_INTEGER}")]
    OutOfRange {
        /// The attribute.
        attribute: &'static str,
        /// Its value.
        value: u64,
        /// The least that is allowed.
        least: u32,
    },
    /// Too large for the broker and for the 64 KiB that CloudEvents asks intermediaries to pass.
    #[error("{event_type} has {bytes} bytes: an event may have {MAX_BYTES}")]
    TooLarge {
        /// The type.
        event_type: EventType,
        /// Its size.
        bytes: usize,
    },
    /// The serialiser refused the data; happens for no fact of this crate.
    #[error("{event_type} cannot be written: {reason}")]
    Data {
        /// The type.
        event_type: EventType,
        /// What the serialiser says.
        reason: String,
    },
}
