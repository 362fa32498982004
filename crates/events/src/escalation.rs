//! What escalation-timer says: clocks and the rungs of their ladders.
//!
//! A clock is (case, subject, commitment, cycle); its promises are numbered from 1, and a rung is
//! unique by (clock, promise, rung, round).

use clock::TimerId;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::{Commitment, Cycle, LadderId, PostId, Subject};

facts! {
    /// A fact about a clock of a case. Key: the case.
    EscalationFact on Escalation {
        /// A clock has a promise to watch.
        Armed(ArmedV1) = Case "armed" v 1,
        /// A promise was not kept in time: a leader hears of it.
        RungFired(RungFiredV1) = Case "rung-fired" v 1,
        /// A rung had fired for what was done already.
        RungRetracted(RungRetractedV1) = Case "rung-retracted" v 1,
        /// A leader hears at once that a case was reopened.
        RungTold(RungToldV1) = Case "rung-told" v 1,
        /// A clock ended.
        ClockStopped(ClockStoppedV1) = Case "clock-stopped" v 1,
    }
}

/// A clock has a promise to watch. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ArmedV1 {
    /// The clock.
    pub timer: TimerId,
    /// What it runs for.
    pub subject: Subject,
    /// What is promised.
    pub commitment: Commitment,
    /// The case's cycle.
    pub cycle: Cycle,
    /// The number of the promise, from 1; statistics count the first.
    pub promise: u16,
    /// Until when.
    pub due: Timestamp,
    /// It lies beyond the calendar's `valid_through` and will be computed anew.
    pub provisional: bool,
    /// The rung that is planned at the due time.
    pub first_rung: u8,
}

/// A rung fired: a leader hears that a promise was not kept in time. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RungFiredV1 {
    /// The clock.
    pub timer: TimerId,
    /// What it runs for.
    pub subject: Subject,
    /// What is promised.
    pub commitment: Commitment,
    /// The case's cycle.
    pub cycle: Cycle,
    /// The number of the promise, from 1.
    pub promise: u16,
    /// The rung, from 1.
    pub rung: u8,
    /// 0 for the first time; each repeat at the top is 1 more.
    pub round: u16,
    /// When it was planned.
    pub planned: Timestamp,
    /// When it really fired.
    pub fired: Timestamp,
    /// Whose rung it is.
    pub ladder: LadderId,
    /// The post that is told.
    pub post: PostId,
    /// It fired without knowing the newest facts, after they could not be had in time.
    pub unconfirmed: bool,
}

/// A rung had fired for what was done before: "repaired" to who was told. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RungRetractedV1 {
    /// The clock.
    pub timer: TimerId,
    /// What was promised.
    pub commitment: Commitment,
    /// The case's cycle.
    pub cycle: Cycle,
    /// The number of the promise, from 1.
    pub promise: u16,
    /// The rung, from 1.
    pub rung: u8,
    /// Its round.
    pub round: u16,
    /// The post that was told.
    pub post: PostId,
    /// When it was done, before the firing.
    pub done_at: Timestamp,
}

/// A leader hears at once that a case was reopened: told, not fired. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RungToldV1 {
    /// The cycle that begins.
    pub cycle: Cycle,
    /// The rung that is told, from 1.
    pub rung: u8,
    /// The post that is told.
    pub post: PostId,
    /// When.
    pub at: Timestamp,
}

/// A clock ended: by the fact that its commitment asks for, or with its case. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockStoppedV1 {
    /// The clock.
    pub timer: TimerId,
    /// What it ran for.
    pub subject: Subject,
    /// What was promised.
    pub commitment: Commitment,
    /// The case's cycle.
    pub cycle: Cycle,
    /// When.
    pub at: Timestamp,
    /// Not later than its first promise.
    pub on_time: bool,
}
