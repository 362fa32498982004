//! Whom a case concerns: who may see its clocks. No clock depends on it.

use std::collections::BTreeSet;

use authz::{Relation, Relations, Subject};
use clock::{AccountId, PersonId};
use escalation_timer_core::{Event, State};
use events::{
    DispatchFact, Fact, IntakeFact,
    dispatch::WorkOrderClaimedV1,
    intake::{CaseAcceptedV1, CaseJoinedV1, CaseReopenedV1, CaseUnjoinedV1},
    words::{DepartmentId, Level, PostId},
};

/// Who stands in which relation to a case, as far as it was heard; the posts whose rungs fired are
/// in the state of its clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Concerned {
    /// Who may see it at all.
    pub(crate) level: Level,
    /// Whose own it is.
    pub(crate) reporters: BTreeSet<PersonId>,
    /// Who took its first contact.
    pub(crate) first_receiver: AccountId,
    /// Where its work orders were offered.
    pub(crate) departments: BTreeSet<DepartmentId>,
    /// Who claimed one.
    pub(crate) workers: BTreeSet<AccountId>,
    /// Which posts were told of a reopening at once, or are to decide on more time.
    pub(crate) told: BTreeSet<PostId>,
}

impl Concerned {
    /// Whom it concerns after a fact; still nobody until the case was accepted.
    pub(crate) fn after(known: Option<Self>, fact: &Fact) -> Option<Self> {
        match known {
            None => Self::begun(fact),
            Some(mut concerned) => {
                concerned.hear(fact);
                Some(concerned)
            }
        }
    }

    fn begun(fact: &Fact) -> Option<Self> {
        let Fact::Intake(IntakeFact::CaseAccepted(accepted)) = fact else { return None };
        let CaseAcceptedV1 { level, first_receiver, reporters, .. } = accepted;
        Some(Self {
            level: *level,
            reporters: reporters.iter().copied().collect(),
            first_receiver: *first_receiver,
            departments: BTreeSet::new(),
            workers: BTreeSet::new(),
            told: BTreeSet::new(),
        })
    }

    fn hear(&mut self, fact: &Fact) {
        match fact {
            Fact::Intake(IntakeFact::CaseReopened(CaseReopenedV1 { level, reporters, .. })) => {
                self.level = *level;
                self.reporters = reporters.iter().copied().collect();
            }
            Fact::Intake(
                IntakeFact::CaseJoined(CaseJoinedV1 { reporters, .. })
                | IntakeFact::CaseUnjoined(CaseUnjoinedV1 { reporters, .. }),
            ) => self.reporters = reporters.iter().copied().collect(),
            Fact::Dispatch(DispatchFact::WorkOrderOffered(offered)) => {
                self.departments.insert(offered.department.clone());
            }
            Fact::Dispatch(DispatchFact::WorkOrderClaimed(WorkOrderClaimedV1 { by, .. })) => {
                self.workers.insert(*by);
            }
            Fact::Dispatch(DispatchFact::WorkOrderAssigned(assigned)) => {
                self.workers.insert(assigned.to);
            }
            Fact::Intake(
                IntakeFact::ContactRecorded(_)
                | IntakeFact::CaseAccepted(_)
                | IntakeFact::CaseResolved(_)
                | IntakeFact::CaseClosed(_)
                | IntakeFact::CaseChased(_)
                | IntakeFact::CaseNoted(_)
                | IntakeFact::CaseReplied(_)
                | IntakeFact::CaseUrgencyChanged(_)
                | IntakeFact::CaseIncidentUpdated(_),
            )
            | Fact::Dispatch(
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
            | Fact::Escalation(_)
            | Fact::Survey(_)
            | Fact::Notify(_)
            | Fact::Definition(_)
            | Fact::Audit(_) => {}
        }
    }

    /// Whom it concerns after what was decided here.
    pub(crate) fn note(&mut self, event: &Event) {
        match event {
            Event::RungTold(told) => {
                self.told.insert(told.post.clone());
            }
            // Whoever is to decide may see what they decide on.
            Event::ExtensionAsked(asked) => {
                self.told.insert(asked.approver.clone());
            }
            Event::PauseAsked(asked) => {
                self.told.insert(asked.approver.clone());
            }
            Event::Watched(_)
            | Event::UrgencyChanged { .. }
            | Event::Armed { .. }
            | Event::RungFired { .. }
            | Event::Rested { .. }
            | Event::WarningPlanned { .. }
            | Event::AtRisk(_)
            | Event::RungRetracted(_)
            | Event::Stopped(_)
            | Event::PromiseMoved(_)
            | Event::Counted { .. }
            | Event::Confirmed { .. }
            | Event::PausesCarried(_)
            | Event::ExtensionRefused(_)
            | Event::Held(_)
            | Event::HoldEnded { .. }
            | Event::EvidenceGiven { .. }
            | Event::PauseGranted { .. }
            | Event::PauseRefused(_)
            | Event::Ordered(_)
            | Event::TakenOver { .. }
            | Event::RiskAccepted { .. }
            | Event::Ended { .. }
            | Event::Noted { .. } => {}
        }
    }

    /// How somebody stands to the case, whose clocks are in this `state`.
    pub(crate) fn relations(&self, subject: &Subject, state: &State) -> Relations {
        let timers = state.watch().into_iter().flat_map(|watch| &watch.timers);
        let fired = timers.flat_map(|timer| &timer.fired).map(|fired| &fired.post);
        let mut told = fired.chain(&self.told);
        let account = subject.principal.account();
        let department = subject.department.as_ref();
        Relations::NONE
            .with(Relation::Own, subject.person.is_some_and(|one| self.reporters.contains(&one)))
            .with(Relation::FirstReceiver, account == Some(self.first_receiver))
            .with(Relation::Assigned, account.is_some_and(|one| self.workers.contains(&one)))
            .with(
                Relation::InMyDepartment,
                department.is_some_and(|one| self.departments.contains(one)),
            )
            .with(Relation::EscalatedToMe, told.any(|post| subject.posts.contains(post)))
    }
}
