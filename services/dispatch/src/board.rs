//! What lists show of a case and no decision needs: its number, what was promised, how high it was
//! escalated.

use events::{
    EscalationFact, Fact, IntakeFact,
    escalation::{ArmedV1, PromiseMovedV1, RungFiredV1, RungToldV1},
    intake::{CaseAcceptedV1, CaseReopenedV1, Promise},
    words::{CaseNumber, Commitment, Cycle, Subject},
};
use jiff::Timestamp;

/// What is shown of a case that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Board {
    /// The number that people say.
    pub(crate) number: CaseNumber,
    /// The cycle that runs, or ran last.
    pub(crate) cycle: Cycle,
    /// What was promised to the requester for that cycle: to complete, or to answer.
    pub(crate) promise: Option<Promise>,
    /// The highest rung told in that cycle, 0 for none.
    pub(crate) rung: u8,
}

impl Board {
    /// What is shown after a fact; still nothing until the case was accepted.
    pub(crate) fn after(shown: Option<Self>, fact: &Fact) -> Option<Self> {
        match shown {
            None => Self::begun(fact),
            Some(mut board) => {
                board.show(fact);
                Some(board)
            }
        }
    }

    fn begun(fact: &Fact) -> Option<Self> {
        let Fact::Intake(IntakeFact::CaseAccepted(accepted)) = fact else { return None };
        let CaseAcceptedV1 { number, cycle, promises, .. } = accepted;
        let promise = promised(promises);
        Some(Self { number: *number, cycle: *cycle, promise, rung: 0 })
    }

    /// Shows a fact, unless it is about another cycle.
    fn show(&mut self, fact: &Fact) {
        match fact {
            Fact::Intake(IntakeFact::CaseReopened(reopened)) => self.reopen(reopened),
            Fact::Escalation(fact) => match fact {
                EscalationFact::Armed(armed) => self.promise_anew(armed),
                EscalationFact::RungFired(RungFiredV1 { cycle, rung, .. })
                | EscalationFact::RungTold(RungToldV1 { cycle, rung, .. }) => {
                    self.climb(*cycle, *rung);
                }
                EscalationFact::PromiseMoved(moved) => self.move_promise(moved),
                EscalationFact::AtRisk(_)
                | EscalationFact::RungRetracted(_)
                | EscalationFact::ClockStopped(_)
                | EscalationFact::ExtensionAsked(_)
                | EscalationFact::ExtensionRefused(_)
                | EscalationFact::PauseAsked(_)
                | EscalationFact::PauseGranted(_)
                | EscalationFact::PauseRefused(_)
                | EscalationFact::Ordered(_)
                | EscalationFact::TakenOver(_)
                | EscalationFact::RiskAccepted(_) => {}
            },
            Fact::Intake(
                IntakeFact::ContactRecorded(_)
                | IntakeFact::CaseAccepted(_)
                | IntakeFact::CaseResolved(_)
                | IntakeFact::CaseClosed(_)
                | IntakeFact::CaseChased(_)
                | IntakeFact::CaseNoted(_)
                | IntakeFact::CaseReplied(_)
                | IntakeFact::CaseJoined(_)
                | IntakeFact::CaseUnjoined(_)
                | IntakeFact::CaseUrgencyChanged(_)
                | IntakeFact::CaseIncidentUpdated(_),
            )
            | Fact::Dispatch(_)
            | Fact::Survey(_)
            | Fact::Notify(_)
            | Fact::Definition(_)
            | Fact::Audit(_) => {}
        }
    }

    fn reopen(&mut self, reopened: &CaseReopenedV1) {
        if reopened.cycle > self.cycle {
            self.cycle = reopened.cycle;
            self.promise = promised(&reopened.promises);
            self.rung = 0;
        }
    }

    /// An extension, or a due time computed anew.
    fn promise_anew(&mut self, armed: &ArmedV1) {
        let ArmedV1 { subject, commitment, cycle, due, provisional, .. } = *armed;
        self.promise_until((subject, commitment, cycle), due, provisional);
    }

    /// The same promise, which rested for a pause.
    fn move_promise(&mut self, moved: &PromiseMovedV1) {
        let PromiseMovedV1 { subject, commitment, cycle, new, provisional, .. } = *moved;
        self.promise_until((subject, commitment, cycle), new, provisional);
    }

    fn promise_until(
        &mut self,
        of: (Subject, Commitment, Cycle),
        due: Timestamp,
        provisional: bool,
    ) {
        if let Some(promise) = &mut self.promise
            && of == (Subject::Case, promise.commitment, self.cycle)
        {
            (promise.due, promise.provisional) = (due, provisional);
        }
    }

    fn climb(&mut self, cycle: Cycle, rung: u8) {
        if cycle == self.cycle {
            self.rung = self.rung.max(rung);
        }
    }
}

/// The promise that the requester was told.
fn promised(promises: &[Promise]) -> Option<Promise> {
    let of = |commitment| promises.iter().find(|promise| promise.commitment == commitment);
    of(Commitment::Complete).or_else(|| of(Commitment::Answer)).cloned()
}
