//! A message, from the moment at which it is queued.

use std::fmt;

use clock::{CaseId, MessageId, SendingId};
use events::words::{MessageChannel, Recipient, TemplateId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    outgoing::Weight,
    tell::{Says, Words},
};

/// What is said to somebody of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) id: MessageId,
    /// The case that it is about; none if it is about the desk.
    pub(crate) case: Option<CaseId>,
    pub(crate) to: Recipient,
    /// The template that was filled in.
    pub(crate) template: TemplateId,
    /// The event that it tells of.
    pub(crate) cause: Uuid,
    /// How it is sent.
    pub(crate) channel: MessageChannel,
    pub(crate) words: Words,
    pub(crate) weight: Weight,
    /// What it says of a rung.
    pub(crate) says: Says,
    pub(crate) queued_at: Timestamp,
    /// When it goes out, unless another takes it along earlier.
    pub(crate) goes_at: Timestamp,
    /// What it went out with, or is going out with.
    pub(crate) sending: Option<SendingId>,
    pub(crate) status: Status,
}

/// How far a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nobody has tried to send it.
    Queued,
    /// It is being sent, or was and nobody knows it.
    Sending,
    /// It was sent.
    Sent {
        /// When.
        at: Timestamp,
    },
    /// It was given up. Read, and not written by this release.
    Failed,
    /// It was called off before anybody was told.
    Withdrawn,
}

impl Status {
    /// Its word in columns.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent { .. } => "sent",
            Self::Failed => "failed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The status of this word; one that was sent says when.
    pub(crate) fn read(word: &str, sent_at: Option<Timestamp>) -> Result<Self, NotAStatus> {
        match (word, sent_at) {
            ("queued", None) => Ok(Self::Queued),
            ("sending", None) => Ok(Self::Sending),
            ("sent", Some(at)) => Ok(Self::Sent { at }),
            ("failed", None) => Ok(Self::Failed),
            ("withdrawn", None) => Ok(Self::Withdrawn),
            _ => Err(NotAStatus { word: word.to_owned() }),
        }
    }

    /// When it was sent.
    pub(crate) const fn sent_at(self) -> Option<Timestamp> {
        match self {
            Self::Sent { at } => Some(at),
            Self::Queued | Self::Sending | Self::Failed | Self::Withdrawn => None,
        }
    }
}

/// A row that no release wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NotAStatus {
    word: String,
}

impl fmt::Display for NotAStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not the status of a message, or not at this time", self.word)
    }
}

impl std::error::Error for NotAStatus {}
