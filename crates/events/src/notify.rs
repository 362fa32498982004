//! What notification says: who was told what, without the words.

use clock::MessageId;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::words::{MessageChannel, Recipient, TemplateId};

facts! {
    /// A fact about a message of a case. Key: the case.
    NotifyFact on Notify {
        /// A message was given to its recipient.
        CaseTold(CaseToldV1) = Case "told" v 1,
    }
}

/// A message was given to its recipient. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseToldV1 {
    /// The message.
    pub message: MessageId,
    /// Whom it was for.
    pub to: Recipient,
    /// The text that was filled in.
    pub template: TemplateId,
    /// The id of the event that caused it.
    pub cause: Uuid,
    /// By what means.
    pub channel: MessageChannel,
    /// When.
    pub at: Timestamp,
}
