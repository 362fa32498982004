use clock::{AccountId, TimerId, WorkOrderId};
use events::{
    EscalationFact,
    escalation::{
        ArmedV1, AtRiskV1, ClockStoppedV1, ExtensionAskedV1, ExtensionRefusedV1, OrderedV1,
        PauseAskedV1, PauseGrantedV1, PauseRefusedV1, PromiseMovedV1, RiskAcceptedV1, RungFiredV1,
        RungRetractedV1, RungToldV1, TakenOverV1,
    },
    words::{CaseNumber, Cycle, End, ItemId, PlaceId, Revision, Urgency},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    hold::{Hold, Rested},
    state::{Planned, Warning},
};

/// What has happened to the clocks of a case.
///
/// What others hear is here exactly as they hear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// A cycle of the case is watched from now on.
    Watched(Watched),
    /// The case has another urgency, by which its ladders climb.
    UrgencyChanged {
        /// So much.
        urgency: Urgency,
        /// Since when.
        at: Timestamp,
    },
    /// A clock has a promise to watch.
    Armed {
        /// Which, and until when.
        armed: ArmedV1,
        /// What it counts from: the receipt, the offer, the containment, the completion.
        since: Timestamp,
        /// The work order of an offer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offered: Option<WorkOrderId>,
        /// The work order of a question.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<WorkOrderId>,
        /// The urgency by which its ladder climbs, if that is not the case's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        urgency: Option<Urgency>,
    },
    /// A promise was not kept in time: a leader hears of it.
    RungFired {
        /// Which rung of which promise.
        fired: RungFiredV1,
        /// What is planned after it.
        next: Option<Planned>,
    },
    /// The definitions have nobody left to tell, so the clock runs on in silence.
    Rested {
        /// Which clock.
        timer: TimerId,
    },
    /// Who has the work is to hear that little time is left.
    WarningPlanned {
        /// Of which clock.
        timer: TimerId,
        /// When.
        warning: Warning,
    },
    /// They do.
    AtRisk(AtRiskV1),
    /// A rung had fired for what was done already.
    RungRetracted(RungRetractedV1),
    /// A leader hears at once that the case was reopened.
    RungTold(RungToldV1),
    /// A promise holds until another time than before.
    PromiseMoved(PromiseMovedV1),
    /// By the calendars of another revision the case is counted from now on.
    Counted {
        /// Which.
        calendars: Revision,
    },
    /// The due of a promise is provisional no more.
    Confirmed {
        /// Which clock.
        timer: TimerId,
    },
    /// The pauses of the promise that holds are those of this one, which is the same or the next.
    PausesCarried(Rested),
    /// The department asks for more time.
    ExtensionAsked(ExtensionAskedV1),
    /// It gets none.
    ExtensionRefused(ExtensionRefusedV1),
    /// The work waits.
    Held(Hold),
    /// It waits no more.
    HoldEnded {
        /// Which.
        work_order: WorkOrderId,
        /// Since when.
        at: Timestamp,
    },
    /// The clocks are to wait with the work.
    PauseAsked(PauseAskedV1),
    /// Evidence was given for it.
    EvidenceGiven {
        /// For which work.
        work_order: WorkOrderId,
        /// By whom.
        by: AccountId,
        /// When.
        at: Timestamp,
    },
    /// They do.
    PauseGranted {
        /// For how long.
        granted: PauseGrantedV1,
        /// Which of them.
        rested: Vec<Rested>,
    },
    /// They do not.
    PauseRefused(PauseRefusedV1),
    /// A leader said what is to be done.
    Ordered(OrderedV1),
    /// A leader made it their own.
    TakenOver {
        /// Who.
        taken: TakenOverV1,
        /// The rung that is told from then on.
        above: u8,
    },
    /// A leader answers for the lateness.
    RiskAccepted {
        /// Who, and until when.
        accepted: RiskAcceptedV1,
        /// What is planned after it.
        resumes: Option<Planned>,
    },
    /// A clock ended.
    Stopped(ClockStoppedV1),
    /// The case ended, and with it all that was promised.
    Ended {
        /// In which cycle.
        cycle: Cycle,
        /// How.
        end: End,
        /// When.
        at: Timestamp,
    },
    /// A fact changed nothing.
    Noted {
        /// Its type and version.
        fact: String,
        /// Why.
        reason: Reason,
    },
}

/// By what a cycle is watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The definitions that hold for it.
    pub revision: Revision,
    /// Which cycle.
    pub cycle: Cycle,
    /// The case's number, by which it is called back or not; absent of what an earlier release accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<CaseNumber>,
    /// What is asked for.
    pub item: ItemId,
    /// Where.
    pub place: PlaceId,
    /// How much haste.
    pub urgency: Urgency,
    /// The rung with which it begins.
    pub start_rung: u8,
}

/// Why a fact changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its case was never accepted, as far as this service knows.
    UnknownCase,
    /// It says what is known.
    AlreadyKnown,
    /// It is about another cycle than the one that is watched.
    OtherCycle,
    /// The case ended before.
    CaseEnded,
    /// No clock waits for it.
    NothingRuns,
    /// The definitions promise nothing from it on.
    NothingPromised,
}

/// The fact that others hear, if it is for them.
pub fn publish(event: &Event) -> Option<events::Fact> {
    let fact = match event {
        Event::Armed { armed, .. } => EscalationFact::Armed(armed.clone()),
        Event::RungFired { fired, .. } => EscalationFact::RungFired(fired.clone()),
        Event::AtRisk(fact) => EscalationFact::AtRisk(fact.clone()),
        Event::RungRetracted(fact) => EscalationFact::RungRetracted(fact.clone()),
        Event::RungTold(fact) => EscalationFact::RungTold(fact.clone()),
        Event::Stopped(fact) => EscalationFact::ClockStopped(fact.clone()),
        Event::PromiseMoved(fact) => EscalationFact::PromiseMoved(fact.clone()),
        Event::ExtensionAsked(fact) => EscalationFact::ExtensionAsked(fact.clone()),
        Event::ExtensionRefused(fact) => EscalationFact::ExtensionRefused(fact.clone()),
        Event::PauseAsked(fact) => EscalationFact::PauseAsked(fact.clone()),
        Event::PauseGranted { granted, .. } => EscalationFact::PauseGranted(granted.clone()),
        Event::PauseRefused(fact) => EscalationFact::PauseRefused(fact.clone()),
        Event::Ordered(fact) => EscalationFact::Ordered(fact.clone()),
        Event::TakenOver { taken, .. } => EscalationFact::TakenOver(taken.clone()),
        Event::RiskAccepted { accepted, .. } => EscalationFact::RiskAccepted(accepted.clone()),
        Event::Watched(_)
        | Event::UrgencyChanged { .. }
        | Event::Rested { .. }
        | Event::WarningPlanned { .. }
        | Event::Counted { .. }
        | Event::Confirmed { .. }
        | Event::PausesCarried(_)
        | Event::Held(_)
        | Event::HoldEnded { .. }
        | Event::EvidenceGiven { .. }
        | Event::Ended { .. }
        | Event::Noted { .. } => return None,
    };
    Some(fact.into())
}
