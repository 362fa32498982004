//! What escalation-timer says: clocks and the rungs of their ladders.
//!
//! A clock is (case, subject, commitment, cycle); its promises are numbered from 1, and a rung is
//! unique by (clock, promise, rung, round).

use clock::{AccountId, TimerId, WorkOrderId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::words::{
    Commitment, Cycle, HoldReason, LadderId, MoveCause, PauseRefusal, PostId, Subject,
};

facts! {
    /// A fact about a clock of a case. Key: the case.
    EscalationFact on Escalation {
        /// A clock has a promise to watch.
        Armed(ArmedV1) = Case "armed" v 1,
        /// Most of the time for a promise has passed: who has the work hears of it.
        AtRisk(AtRiskV1) = Case "at-risk" v 1,
        /// A promise was not kept in time: a leader hears of it.
        RungFired(RungFiredV1) = Case "rung-fired" v 1,
        /// A rung had fired for what was done already.
        RungRetracted(RungRetractedV1) = Case "rung-retracted" v 1,
        /// A leader hears at once that a case was reopened.
        RungTold(RungToldV1) = Case "rung-told" v 1,
        /// A clock ended.
        ClockStopped(ClockStoppedV1) = Case "clock-stopped" v 1,
        /// What was promised holds until another time.
        PromiseMoved(PromiseMovedV1) = Case "promise-moved" v 1,
        /// A department asks for more time before it is due.
        ExtensionAsked(ExtensionAskedV1) = Case "extension-asked" v 1,
        /// It gets none.
        ExtensionRefused(ExtensionRefusedV1) = Case "extension-refused" v 1,
        /// Work waits for what a clock may pause for, and somebody is to say whether it does.
        PauseAsked(PauseAskedV1) = Case "pause-asked" v 1,
        /// The clocks of a case rest.
        PauseGranted(PauseGrantedV1) = Case "pause-granted" v 1,
        /// They do not.
        PauseRefused(PauseRefusedV1) = Case "pause-refused" v 1,
        /// A leader says what is to be done; the ladder runs on.
        Ordered(OrderedV1) = Case "ordered" v 1,
        /// A leader makes it their own; the ladder runs on above them.
        TakenOver(TakenOverV1) = Case "taken-over" v 1,
        /// A leader answers for the lateness until a date; the ladder rests till then.
        RiskAccepted(RiskAcceptedV1) = Case "risk-accepted" v 1,
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
    /// The posts below that would have been told before, but that nobody was at work at: a defect of
    /// the roster. `planned` is then that of the lowest of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<PostId>,
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
    /// Posts of lower rungs at which nobody is at work: defects of the roster.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<PostId>,
}

/// Three quarters of the counted time for a promise have passed, and it is not kept yet. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AtRiskV1 {
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
    /// Until when it is promised.
    pub due: Timestamp,
    /// When the three quarters had passed.
    pub planned: Timestamp,
    /// When it was said.
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
    /// Not later than its first promise; absent where the case ended, was reopened or lost its haste
    /// before anybody was late: what nobody waited for is neither kept nor broken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_time: Option<bool>,
    /// The later end that was said of it before: of two ends the earlier one counts, whichever is heard
    /// of first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<Timestamp>,
}

/// What was promised holds until another time: the requester is told old, new and why. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromiseMovedV1 {
    /// The clock.
    pub timer: TimerId,
    /// What it runs for.
    pub subject: Subject,
    /// What is promised.
    pub commitment: Commitment,
    /// The case's cycle.
    pub cycle: Cycle,
    /// The number of the promise that holds now: the next one, or the same after a pause.
    pub promise: u16,
    /// Until when it was promised before.
    pub old: Timestamp,
    /// Until when it is now.
    pub new: Timestamp,
    /// The new time lies beyond the calendar's `valid_through` and will be computed anew.
    pub provisional: bool,
    /// Why.
    pub why: MoveCause,
    /// What the work waits for, of an extension or a pause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<HoldReason>,
    /// Who said so; nobody where it follows by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}

/// A department asks for more time before it is due. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExtensionAskedV1 {
    /// The clock.
    pub timer: TimerId,
    /// What is promised.
    pub commitment: Commitment,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Until when it is promised.
    pub due: Timestamp,
    /// Until when they ask for.
    pub until: Timestamp,
    /// What the work waits for.
    pub reason: HoldReason,
    /// The post that decides.
    pub approver: PostId,
    /// Who asks.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// There is no more time: the promise holds as it was. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExtensionRefusedV1 {
    /// The clock.
    pub timer: TimerId,
    /// What is promised.
    pub commitment: Commitment,
    /// The case's cycle.
    pub cycle: Cycle,
    /// Until when it is promised, as before.
    pub due: Timestamp,
    /// What the work waits for; an earlier release does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<HoldReason>,
    /// Who said no.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Work waits for what a clock may pause for: somebody is to say whether it does. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PauseAskedV1 {
    /// The work order that is held.
    pub work_order: WorkOrderId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// What it waits for.
    pub reason: HoldReason,
    /// Since when: a pause begins with the hold.
    pub from: Timestamp,
    /// The post that decides.
    pub approver: PostId,
    /// Evidence must be given before it can be granted.
    pub evidence_needed: bool,
    /// When.
    pub at: Timestamp,
}

/// The clocks of a case that were not due yet rest until the work is resumed, or until the cap. Key:
/// the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PauseGrantedV1 {
    /// The work order that is held.
    pub work_order: WorkOrderId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// What it waits for.
    pub reason: HoldReason,
    /// Since when: a pause begins with the hold.
    pub from: Timestamp,
    /// The cap: it ends then, if the work is not resumed before.
    pub until: Timestamp,
    /// Who granted it; nobody where the policy does by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}

/// The work waits, and its clocks do not. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PauseRefusedV1 {
    /// The work order that is held.
    pub work_order: WorkOrderId,
    /// The case's cycle.
    pub cycle: Cycle,
    /// What it waits for.
    pub reason: HoldReason,
    /// Since when: which hold it is. An earlier release does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Why not.
    pub cause: PauseRefusal,
    /// Who refused it; nobody where it follows by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<AccountId>,
    /// When.
    pub at: Timestamp,
}

/// A leader says what is to be done. What they wrote stays with the service. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderedV1 {
    /// The clock that is late.
    pub timer: TimerId,
    /// What was promised.
    pub commitment: Commitment,
    /// The case's cycle.
    pub cycle: Cycle,
    /// The leader's rung, from 1.
    pub rung: u8,
    /// The leader's post.
    pub post: PostId,
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// A leader makes it their own: whoever is told from now on is above them. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TakenOverV1 {
    /// The clock that is late.
    pub timer: TimerId,
    /// What was promised.
    pub commitment: Commitment,
    /// The case's cycle.
    pub cycle: Cycle,
    /// The leader's rung, from 1.
    pub rung: u8,
    /// The leader's post.
    pub post: PostId,
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// A leader answers for the lateness until a date, which the requester is shown. Key: the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RiskAcceptedV1 {
    /// The clock that is late.
    pub timer: TimerId,
    /// What was promised.
    pub commitment: Commitment,
    /// The case's cycle.
    pub cycle: Cycle,
    /// The leader's rung, from 1: one of the top two.
    pub rung: u8,
    /// The leader's post.
    pub post: PostId,
    /// Until when the ladder rests.
    pub until: Timestamp,
    /// Who.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}
