//! What notification says: who was told what, without the words.

use clock::{AccountId, MessageId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::words::{MessageChannel, Recipient, TemplateId, Unheard};

facts! {
    /// A fact about a message of a case. Key: the case.
    NotifyFact on Notify {
        /// A message was given to its recipient.
        CaseTold(CaseToldV1) = Case "told" v 1,
        /// Who was told something critical has said that they know.
        Acknowledged(CaseAcknowledgedV1) = Case "acknowledged" v 1,
        /// Nobody knows whether they do: the desk is to phone them.
        Unheard(CaseUnheardV1) = Case "unheard" v 1,
        /// The desk phoned them.
        Phoned(CasePhonedV1) = Case "phoned" v 1,
        /// Somebody has the alarm: nobody else is alerted.
        AlarmAcknowledged(CaseAlarmAcknowledgedV1) = Case "alarm-acknowledged" v 1,
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

/// Who was told something critical has said that they know. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseAcknowledgedV1 {
    /// The message.
    pub message: MessageId,
    /// Whom it was for.
    pub to: Recipient,
    /// Who said so.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Nobody knows whether who was told something critical has heard of it: the desk is to phone them.
/// Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseUnheardV1 {
    /// The message.
    pub message: MessageId,
    /// Whom it was for.
    pub to: Recipient,
    /// Why.
    pub why: Unheard,
    /// Since when.
    pub at: Timestamp,
}

/// The desk phoned who had not been heard of. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CasePhonedV1 {
    /// The message.
    pub message: MessageId,
    /// Whom it was for.
    pub to: Recipient,
    /// Whether somebody was reached, who knows now.
    pub reached: bool,
    /// Who phoned.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Somebody has the alarm: nobody else is alerted. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseAlarmAcknowledgedV1 {
    /// Who said so: who was alerted, or who reached them by phone.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// How many times somebody was alerted before.
    pub steps: u32,
}
