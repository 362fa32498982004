//! What callback-survey says: callbacks (回访), answers, and the judgement of a cycle.

use clock::{AccountId, CallbackId, PersonId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::{Cycle, Score, Verdict};

facts! {
    /// A fact about asking after a cycle of a case. Key: the case.
    SurveyFact on Survey {
        /// Somebody is to be asked.
        CallbackDue(CallbackDueV1) = Case "callback-due" v 1,
        /// It was tried.
        CallbackAttempted(CallbackAttemptedV1) = Case "callback-attempted" v 1,
        /// There is an answer.
        CaseAnswered(CaseAnsweredV1) = Case "answered" v 1,
        /// Nobody need be asked any more.
        CallbackWithdrawn(CallbackWithdrawnV1) = Case "callback-withdrawn" v 1,
        /// What the callback of a cycle came to.
        CaseJudged(CaseJudgedV1) = Case "judged" v 1,
    }
}

/// Somebody is to be asked. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallbackDueV1 {
    /// The callback.
    pub callback: CallbackId,
    /// The completed cycle.
    pub cycle: Cycle,
    /// Until when the first attempt is to be made.
    pub first_attempt_by: Timestamp,
    /// Who may answer by a link of their own, which each of them is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub linked: Vec<PersonId>,
}

/// It was tried. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallbackAttemptedV1 {
    /// The callback.
    pub callback: CallbackId,
    /// The completed cycle.
    pub cycle: Cycle,
    /// Which attempt, from 1.
    pub attempt: u16,
    /// Who tried.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
    /// Somebody could be asked.
    pub reached: bool,
}

/// There is an answer. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseAnsweredV1 {
    /// The callback.
    pub callback: CallbackId,
    /// The cycle that was asked after.
    pub cycle: Cycle,
    /// When it was given.
    pub at: Timestamp,
    /// Who asked; absent when a reporter answered by a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// Whether it is solved.
    pub solved: bool,
    /// Whether it was on time, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_time: Option<bool>,
    /// How the worker behaved, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attitude: Option<Score>,
    /// The mark for the whole, if one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
}

/// Nobody need be asked any more: the cycle was judged, or the case ended. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CallbackWithdrawnV1 {
    /// The callback.
    pub callback: CallbackId,
    /// The cycle that would have been asked after.
    pub cycle: Cycle,
}

/// What the callback of a cycle came to. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CaseJudgedV1 {
    /// The judged cycle.
    pub cycle: Cycle,
    /// The judgement.
    pub verdict: Verdict,
    /// When.
    pub judged_at: Timestamp,
}
