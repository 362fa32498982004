use clock::{PersonId, TimerId};
use definitions::Occasion;
use events::{
    DispatchFact, EscalationFact, Fact, IntakeFact,
    escalation::{RungFiredV1, RungRetractedV1, RungToldV1},
    words::{Commitment, HoldReason, PostId, Recipient, Revision},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Matter;

/// What follows from a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Heard {
    /// What is known from now on; still nothing until the case was accepted.
    pub(crate) matter: Option<Matter>,
    /// Who is told.
    pub(crate) notices: Vec<Notice>,
}

/// Somebody is to be told something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    /// Who.
    pub(crate) to: Recipient,
    /// Of what.
    pub(crate) occasion: Occasion,
    /// What only this fact says.
    pub(crate) particulars: Particulars,
    /// What it says of a rung.
    pub(crate) says: Says,
}

/// What a message says of a rung, so that what nobody heard yet can be called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Says {
    /// That it fired.
    Raised(Rung),
    /// That it is no longer true.
    CalledOff(Rung),
    /// Something else.
    Other,
}

/// One rung of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rung {
    pub(crate) timer: TimerId,
    pub(crate) promise: u16,
    pub(crate) number: u8,
    pub(crate) round: u16,
}

/// What a fact says that the case does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Particulars {
    /// Which promise is late.
    pub(crate) commitment: Option<Commitment>,
    /// When that fell due.
    pub(crate) due: Option<Timestamp>,
    /// By how much it is late.
    pub(crate) late: Option<SignedDuration>,
    /// Which rung is told.
    pub(crate) rung: Option<u8>,
    /// What was promised before.
    pub(crate) before: Option<Timestamp>,
    /// What the work waits for.
    pub(crate) reason: Option<HoldReason>,
}

/// Takes in a fact, which was decided under `revision`.
pub(crate) fn hear(known: Option<Matter>, fact: &Fact, revision: Revision) -> Heard {
    match (known, fact) {
        (Some(mut matter), fact) => {
            let notices = matter.hear(fact, revision);
            Heard { matter: Some(matter), notices }
        }
        (None, Fact::Intake(IntakeFact::CaseAccepted(accepted))) => {
            let matter = Matter::begin(accepted, revision);
            let notices = matter.to_reporters(Occasion::Accepted);
            Heard { matter: Some(matter), notices }
        }
        (None, _) => Heard { matter: None, notices: Vec::new() },
    }
}

impl Matter {
    fn hear(&mut self, fact: &Fact, revision: Revision) -> Vec<Notice> {
        match fact {
            Fact::Intake(fact) => self.hear_intake(fact, revision),
            Fact::Dispatch(fact) => self.hear_dispatch(fact),
            Fact::Escalation(fact) => self.hear_escalation(fact),
            Fact::Survey(_) | Fact::Notify(_) | Fact::Definition(_) | Fact::Audit(_) => Vec::new(),
        }
    }

    fn hear_intake(&mut self, fact: &IntakeFact, revision: Revision) -> Vec<Notice> {
        match fact {
            IntakeFact::CaseReopened(reopened) if reopened.cycle > self.cycle => {
                self.reopen(reopened, revision);
                self.to_reporters(Occasion::Reopened)
            }
            IntakeFact::CaseJoined(joined) => {
                self.reporters.clone_from(&joined.reporters);
                joined.joined.iter().copied().map(|to| to_person(to, Occasion::Accepted)).collect()
            }
            IntakeFact::CaseUnjoined(unjoined) => {
                self.reporters.clone_from(&unjoined.reporters);
                Vec::new()
            }
            IntakeFact::CaseUrgencyChanged(changed) if changed.cycle == self.cycle => {
                self.urgency = changed.urgency;
                Vec::new()
            }
            IntakeFact::CaseReopened(_)
            | IntakeFact::CaseUrgencyChanged(_)
            | IntakeFact::ContactRecorded(_)
            | IntakeFact::CaseAccepted(_)
            | IntakeFact::CaseResolved(_)
            | IntakeFact::CaseClosed(_)
            | IntakeFact::CaseChased(_)
            | IntakeFact::CaseNoted(_) => Vec::new(),
        }
    }

    fn hear_dispatch(&mut self, fact: &DispatchFact) -> Vec<Notice> {
        match fact {
            DispatchFact::WorkOrderOffered(offered) if offered.cycle == self.cycle => {
                self.post = Some(offered.post.clone());
                vec![to_post(&offered.post, Occasion::Offered, Particulars::default())]
            }
            DispatchFact::WorkOrderClaimed(claimed) if claimed.cycle == self.cycle => {
                self.to_reporters(Occasion::Claimed)
            }
            DispatchFact::WorkOrderHeld(held) if held.cycle == self.cycle => {
                let particulars =
                    Particulars { reason: Some(held.reason), ..Particulars::default() };
                self.to_reporters_of(Occasion::Held, particulars)
            }
            DispatchFact::WorkOrderContained(contained) if contained.cycle == self.cycle => {
                self.to_reporters(Occasion::MadeSafe)
            }
            DispatchFact::CaseCompleted(completed) if completed.cycle == self.cycle => {
                self.completed_at = Some(completed.completed_at);
                self.to_reporters(Occasion::Completed)
            }
            DispatchFact::WorkOrderOffered(_)
            | DispatchFact::WorkOrderClaimed(_)
            | DispatchFact::WorkOrderAssigned(_)
            | DispatchFact::WorkOrderArrived(_)
            | DispatchFact::WorkOrderContained(_)
            | DispatchFact::WorkOrderHeld(_)
            | DispatchFact::WorkOrderResumed(_)
            | DispatchFact::WorkOrderReleased(_)
            | DispatchFact::WorkOrderDisputed(_)
            | DispatchFact::WorkOrderCompleted(_)
            | DispatchFact::WorkOrderCancelled(_)
            | DispatchFact::CaseCompleted(_)
            | DispatchFact::RosterChanged(_) => Vec::new(),
        }
    }

    fn hear_escalation(&mut self, fact: &EscalationFact) -> Vec<Notice> {
        match fact {
            EscalationFact::Armed(armed) => match self.arm(armed) {
                Some(before) if self.completed_at.is_none() => {
                    let particulars =
                        Particulars { before: Some(before), ..Particulars::default() };
                    self.to_reporters_of(Occasion::Promised, particulars)
                }
                Some(_) | None => Vec::new(),
            },
            EscalationFact::ClockStopped(stopped) => {
                self.dues.remove(&stopped.timer);
                Vec::new()
            }
            EscalationFact::RungFired(fired) => vec![self.late(fired)],
            EscalationFact::RungTold(RungToldV1 { rung, post, cycle, .. })
                if *cycle == self.cycle =>
            {
                let particulars = Particulars { rung: Some(*rung), ..Particulars::default() };
                vec![to_post(post, Occasion::NotSolved, particulars)]
            }
            EscalationFact::RungRetracted(retracted) if self.is_repaired(retracted) => {
                let RungRetractedV1 { timer, promise, rung, round, .. } = *retracted;
                let particulars = Particulars { rung: Some(rung), ..Particulars::default() };
                let says = Says::CalledOff(Rung { timer, promise, number: rung, round });
                vec![Notice { says, ..to_post(&retracted.post, Occasion::Repaired, particulars) }]
            }
            EscalationFact::RungTold(_)
            | EscalationFact::RungRetracted(_)
            | EscalationFact::PromiseMoved(_)
            | EscalationFact::ExtensionAsked(_)
            | EscalationFact::ExtensionRefused(_)
            | EscalationFact::PauseAsked(_)
            | EscalationFact::PauseGranted(_)
            | EscalationFact::PauseRefused(_)
            | EscalationFact::Ordered(_)
            | EscalationFact::TakenOver(_)
            | EscalationFact::RiskAccepted(_) => Vec::new(),
        }
    }

    fn late(&self, fired: &RungFiredV1) -> Notice {
        // A clock that was armed unheard was due with its first rung, at the latest.
        let due = self.dues.get(&fired.timer).copied().unwrap_or(fired.planned);
        let particulars = Particulars {
            commitment: Some(fired.commitment),
            due: Some(due),
            late: Some(fired.fired.duration_since(due)),
            rung: Some(fired.rung),
            ..Particulars::default()
        };
        let RungFiredV1 { timer, promise, rung, round, .. } = *fired;
        let says = Says::Raised(Rung { timer, promise, number: rung, round });
        Notice { says, ..to_post(&fired.post, Occasion::Rung, particulars) }
    }

    /// Whether a rung is taken back because all is done. A claim or an arrival that was heard late
    /// takes rungs back too, of which nobody may say that it is repaired.
    fn is_repaired(&self, retracted: &RungRetractedV1) -> bool {
        retracted.cycle == self.cycle && self.completed_at == Some(retracted.done_at)
    }

    fn to_reporters(&self, occasion: Occasion) -> Vec<Notice> {
        self.to_reporters_of(occasion, Particulars::default())
    }

    fn to_reporters_of(&self, occasion: Occasion, particulars: Particulars) -> Vec<Notice> {
        let notice = |person| Notice {
            to: Recipient::Person(person),
            occasion,
            particulars,
            says: Says::Other,
        };
        self.reporters.iter().copied().map(notice).collect()
    }
}

fn to_person(person: PersonId, occasion: Occasion) -> Notice {
    let particulars = Particulars::default();
    Notice { to: Recipient::Person(person), occasion, particulars, says: Says::Other }
}

fn to_post(post: &PostId, occasion: Occasion, particulars: Particulars) -> Notice {
    Notice { to: Recipient::Post(post.clone()), occasion, particulars, says: Says::Other }
}
