use bytes::Bytes;
use delivery_core::{Header, Readable};
use events::{
    Envelope, Fact, Undecodable, What, decode,
    words::{Installation, Stream},
};

use crate::Fault;

/// A message of one of the streams that are read, opened.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    pub(super) stream: Stream,
    pub(super) envelope: Envelope,
    content: Content,
    pub(super) payload: Bytes,
}

#[derive(Debug, Clone)]
enum Content {
    Fact(Box<Fact>),
    NewerVersion,
    UnknownType,
    Broken(String),
}

impl Arrival {
    /// Opens a message. The error says why it has no place in its stream: nothing waits behind it,
    /// because it has no key that could be believed.
    pub(super) fn open(
        stream: Stream,
        payload: Bytes,
        ours: &Installation,
    ) -> Result<Self, String> {
        let (envelope, content) = match decode(&payload) {
            Ok(received) => {
                let content = match received.what {
                    What::Known(fact) => Content::Fact(Box::new(fact)),
                    What::UnknownVersion { .. } => Content::NewerVersion,
                    What::UnknownType { .. } => Content::UnknownType,
                };
                (received.envelope, content)
            }
            Err(Undecodable::Data { envelope, event_type, reason }) => {
                let broken = format!("not the data of {event_type}: {reason}");
                (*envelope, Content::Broken(broken))
            }
            Err(Undecodable::Envelope { reason }) => return Err(reason),
        };
        let source = &envelope.source;
        if source.installation != *ours || source.service != stream.producer() {
            return Err(format!("{source} has no business on {}", stream.name()));
        }
        Ok(Self { stream, envelope, content, payload })
    }

    /// What its order depends on.
    pub(super) fn header(&self) -> Header {
        let Envelope { source, key, sequence, after, revision, .. } = &self.envelope;
        Header {
            source: source.service,
            key: *key,
            sequence: *sequence,
            after: after.clone(),
            revision: *revision,
            readable: match self.content {
                // A broken one fails when it is applied, by its own fault.
                Content::Fact(_) | Content::Broken(_) => Readable::Yes,
                Content::NewerVersion => Readable::NewerVersion,
                Content::UnknownType => Readable::UnknownType,
            },
        }
    }

    /// Its fact, or its own fault.
    pub(super) fn fact(&self) -> Result<&Fact, Fault> {
        match &self.content {
            Content::Fact(fact) => Ok(fact),
            Content::Broken(reason) => Err(Fault::own(reason.clone())),
            Content::NewerVersion | Content::UnknownType => {
                Err(Fault::own("an event that this release cannot read"))
            }
        }
    }
}
