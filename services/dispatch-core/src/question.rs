use clock::{AccountId, QuestionId};
use events::words::Asked;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that is asked inside a case; its words are the adapter's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Which one.
    pub id: QuestionId,
    /// Who is asked.
    pub of: Asked,
    /// Who asks.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// That it is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Answered>,
}

/// Who answered a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}
