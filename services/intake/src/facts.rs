//! What dispatch, escalation-timer and callback-survey say about a case.

use clock::CaseId;
use delivery::{Facts, Fault, Locked, Received, Tx};
use events::{DispatchFact, EscalationFact, Fact};
use jiff::Timestamp;

use crate::{
    Intake,
    record::{Cause, Change, record},
    store::{self, relations::Related},
};

impl Facts for Intake {
    async fn apply(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        received: Received<'_>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let case = CaseId::from_uuid(aggregate.key());
        if let Some(related) = concerned(received.fact) {
            store::relations::insert(tx, &[(case, related)]).await?;
        }
        let Some(fact) = intake_core::Fact::read(received.fact.clone()) else {
            return Ok(());
        };
        let state = store::cases::load(tx, case).await?;
        let rules = self.rules_of(tx, &state).await?;
        let events = intake_core::on_fact(&state, &rules, &fact, now, &mut self.ids());
        let cause = Cause {
            actor: format!("service:{}", received.envelope.source.service),
            happened: received.envelope.happened,
            traceparent: delivery::traceparent(),
        };
        record(tx, self, &mut [Change { locked: aggregate, state, events, cause }], now).await
    }
}

/// Who works on a case, and which leaders were told of it: they may see it.
fn concerned(fact: &Fact) -> Option<Related> {
    match fact {
        Fact::Dispatch(DispatchFact::WorkOrderOffered(offered)) => {
            Some(Related::InMyDepartment(offered.department.clone()))
        }
        Fact::Dispatch(DispatchFact::WorkOrderClaimed(claimed)) => {
            Some(Related::Assigned(claimed.by))
        }
        Fact::Dispatch(DispatchFact::WorkOrderAssigned(assigned)) => {
            Some(Related::Assigned(assigned.to))
        }
        Fact::Escalation(EscalationFact::RungFired(fired)) => {
            Some(Related::EscalatedToMe(fired.post.clone()))
        }
        Fact::Escalation(EscalationFact::RungTold(told)) => {
            Some(Related::EscalatedToMe(told.post.clone()))
        }
        Fact::Dispatch(
            DispatchFact::WorkOrderArrived(_)
            | DispatchFact::WorkOrderContained(_)
            | DispatchFact::WorkOrderHeld(_)
            | DispatchFact::WorkOrderAsked(_)
            | DispatchFact::WorkOrderAnswered(_)
            | DispatchFact::WorkOrderResumed(_)
            | DispatchFact::WorkOrderReleased(_)
            | DispatchFact::WorkOrderDisputed(_)
            | DispatchFact::WorkOrderCompleted(_)
            | DispatchFact::WorkOrderCancelled(_)
            | DispatchFact::CaseCompleted(_)
            | DispatchFact::RosterChanged(_)
            | DispatchFact::HandoverUntaken(_),
        )
        | Fact::Intake(_)
        | Fact::Escalation(
            EscalationFact::Armed(_)
            | EscalationFact::AtRisk(_)
            | EscalationFact::RungRetracted(_)
            | EscalationFact::ClockStopped(_)
            | EscalationFact::PromiseMoved(_)
            | EscalationFact::ExtensionAsked(_)
            | EscalationFact::ExtensionRefused(_)
            | EscalationFact::PauseAsked(_)
            | EscalationFact::PauseGranted(_)
            | EscalationFact::PauseRefused(_)
            | EscalationFact::Ordered(_)
            | EscalationFact::TakenOver(_)
            | EscalationFact::RiskAccepted(_),
        )
        | Fact::Survey(_)
        | Fact::Notify(_)
        | Fact::Definition(_)
        | Fact::Audit(_) => None,
    }
}
