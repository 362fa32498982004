//! A case as escalation-timer hears of it, and what it says of it.

use std::ops::Deref;

use authz::{Role, Subject};
use clock::{AccountId, CallbackId, ContactId, OfferId, PersonId, WorkOrderId};
use events::{
    DispatchFact, EscalationFact, Fact, IntakeFact, SurveyFact,
    dispatch::{
        CaseCompletedV1, WorkOrderClaimedV1, WorkOrderHeldV1, WorkOrderOfferedV1,
        WorkOrderResumedV1,
    },
    escalation::RungFiredV1,
    intake::{CaseAcceptedV1, CaseReopenedV1, Promise},
    survey::CallbackAttemptedV1,
    words::{
        CaseKind, CaseNumber, Channel, Commitment, Cycle, HoldReason, Level, ReopenCause, Service,
        Stream, Urgency,
    },
};
use jiff::{SignedDuration, Timestamp};
use proto::escalation_timer::v1::{
    ListClocksRequest, ListClocksResponse, escalation_timer_client::EscalationTimerClient,
};
use rpc::Error;
use testkit::eventually;
use uuid::Uuid;

use service_kit::{Door, Replica, World, id, somebody};

/// The limit of a critical repair, around the clock; rungs follow each half hour, the top one
/// repeats each two hours.
pub(crate) const LIMIT: SignedDuration = SignedDuration::from_hours(12);
pub(crate) const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Escalation-timer and its world.
pub(crate) struct Timer(World);

impl Deref for Timer {
    type Target = World;

    fn deref(&self) -> &World {
        &self.0
    }
}

impl Timer {
    pub(crate) async fn new() -> Self {
        let schemas = &escalation_timer::SCHEMAS;
        let door: Door = |host, serving| Box::pin(escalation_timer::run(host, serving));
        Self(World::new(Service::EscalationTimer, schemas, door).await)
    }

    /// A critical repair that was accepted just now, with the promise to complete it.
    pub(crate) async fn accepted(&self) -> Accepted {
        let accepted = Accepted { case: id(), received: self.now() };
        self.tell(accepted.case, accepted.fact()).await;
        accepted
    }

    /// What was said of a case.
    pub(crate) async fn said(&self, case: Uuid) -> Vec<EscalationFact> {
        let facts = self.published(Stream::Escalation, case).await.into_iter();
        facts
            .filter_map(|fact| match fact {
                Fact::Escalation(fact) => Some(fact),
                Fact::Intake(_)
                | Fact::Dispatch(_)
                | Fact::Survey(_)
                | Fact::Notify(_)
                | Fact::Definition(_)
                | Fact::Audit(_) => None,
            })
            .collect()
    }

    /// The names of what was said of a case, in order.
    pub(crate) async fn names(&self, case: Uuid) -> Vec<&'static str> {
        let name = |fact: &EscalationFact| match fact {
            EscalationFact::Armed(_) => "armed",
            EscalationFact::AtRisk(_) => "at-risk",
            EscalationFact::RungFired(_) => "rung-fired",
            EscalationFact::RungRetracted(_) => "rung-retracted",
            EscalationFact::RungTold(_) => "rung-told",
            EscalationFact::ClockStopped(_) => "clock-stopped",
            EscalationFact::PromiseMoved(_) => "promise-moved",
            EscalationFact::ExtensionAsked(_) => "extension-asked",
            EscalationFact::ExtensionRefused(_) => "extension-refused",
            EscalationFact::PauseAsked(_) => "pause-asked",
            EscalationFact::PauseGranted(_) => "pause-granted",
            EscalationFact::PauseRefused(_) => "pause-refused",
            EscalationFact::Ordered(_) => "ordered",
            EscalationFact::TakenOver(_) => "taken-over",
            EscalationFact::RiskAccepted(_) => "risk-accepted",
        };
        self.said(case).await.iter().map(name).collect()
    }

    /// Waits until exactly these are said of a case.
    pub(crate) async fn says(&self, case: Uuid, names: &[&str]) {
        eventually(&format!("{names:?}"), async || self.names(case).await == names).await;
    }

    /// The rungs that fired.
    pub(crate) async fn rungs(&self, case: Uuid) -> Vec<RungFiredV1> {
        let facts = self.said(case).await.into_iter();
        facts
            .filter_map(|fact| match fact {
                EscalationFact::RungFired(fired) => Some(fired),
                EscalationFact::Armed(_)
                | EscalationFact::AtRisk(_)
                | EscalationFact::RungRetracted(_)
                | EscalationFact::RungTold(_)
                | EscalationFact::ClockStopped(_)
                | EscalationFact::PromiseMoved(_)
                | EscalationFact::ExtensionAsked(_)
                | EscalationFact::ExtensionRefused(_)
                | EscalationFact::PauseAsked(_)
                | EscalationFact::PauseGranted(_)
                | EscalationFact::PauseRefused(_)
                | EscalationFact::Ordered(_)
                | EscalationFact::TakenOver(_)
                | EscalationFact::RiskAccepted(_) => None,
            })
            .collect()
    }

    /// What `subject` is told when asking for the clocks of a case.
    pub(crate) async fn clocks(
        &self,
        replica: &Replica,
        subject: &Subject,
        case: &str,
    ) -> Result<ListClocksResponse, Error> {
        let request = self.asks(subject, ListClocksRequest { case_id: case.to_owned() });
        let mut client = EscalationTimerClient::new(replica.channel());
        Ok(client.list_clocks(request).await?.into_inner())
    }
}

/// A critical repair.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Accepted {
    pub(crate) case: Uuid,
    pub(crate) received: Timestamp,
}

impl Accepted {
    pub(crate) fn due(&self) -> Timestamp {
        self.received + LIMIT
    }

    /// So many minutes after the due.
    pub(crate) fn late(&self, minutes: i64) -> Timestamp {
        self.due() + SignedDuration::from_mins(minutes)
    }

    pub(crate) fn fact(&self) -> Fact {
        self.at_level(Level::Internal).into()
    }

    pub(crate) fn at_level(&self, level: Level) -> IntakeFact {
        CaseAcceptedV1 {
            number: CaseNumber::new(2026, 9, 123).unwrap(),
            kind: CaseKind::Repair,
            channel: Channel::Hotline,
            contact: ContactId::from_uuid(id()),
            item: "water-leak".parse().unwrap(),
            place: "chemistry-201".parse().unwrap(),
            urgency: Urgency::Critical,
            level,
            received_at: self.received,
            cycle: Cycle::FIRST,
            first_receiver: receiver(),
            reporters: vec![reporter()],
            promises: vec![completes(self.due())],
            incident: None,
            complains_of: None,
        }
        .into()
    }
}

pub(crate) fn completed(cycle: u16, completed_at: Timestamp) -> DispatchFact {
    let workers = vec![worker()];
    CaseCompletedV1 { cycle: Cycle::new(cycle).unwrap(), completed_at, workers }.into()
}

pub(crate) fn reopened(cycle: u16, reopened_at: Timestamp) -> IntakeFact {
    CaseReopenedV1 {
        cycle: Cycle::new(cycle).unwrap(),
        cause: ReopenCause::NotSolved,
        by: None,
        reopened_at,
        kind: CaseKind::Repair,
        item: "water-leak".parse().unwrap(),
        place: "chemistry-201".parse().unwrap(),
        urgency: Urgency::Critical,
        level: Level::Internal,
        reporters: vec![reporter()],
        promises: vec![completes(reopened_at + LIMIT)],
    }
    .into()
}

pub(crate) fn attempted(cycle: u16, at: Timestamp) -> SurveyFact {
    CallbackAttemptedV1 {
        callback: CallbackId::from_uuid(Uuid::from_u128(4)),
        cycle: Cycle::new(cycle).unwrap(),
        attempt: 1,
        by: receiver(),
        at,
        reached: false,
    }
    .into()
}

pub(crate) fn offered(offered_at: Timestamp) -> DispatchFact {
    WorkOrderOfferedV1 {
        work_order: WorkOrderId::from_uuid(Uuid::from_u128(5)),
        offer: offer(),
        cycle: Cycle::FIRST,
        department: "logistics".parse().unwrap(),
        post: "logistics/plumbing".parse().unwrap(),
        item: "water-leak".parse().unwrap(),
        place: "chemistry-201".parse().unwrap(),
        urgency: Urgency::Critical,
        level: Level::Internal,
        offered_at,
        split: None,
    }
    .into()
}

pub(crate) fn claimed(at: Timestamp) -> DispatchFact {
    WorkOrderClaimedV1 {
        work_order: WorkOrderId::from_uuid(Uuid::from_u128(5)),
        offer: offer(),
        cycle: Cycle::FIRST,
        department: "logistics".parse().unwrap(),
        by: worker(),
        at,
    }
    .into()
}

pub(crate) fn held(reason: HoldReason, at: Timestamp) -> DispatchFact {
    WorkOrderHeldV1 {
        work_order: WorkOrderId::from_uuid(Uuid::from_u128(5)),
        offer: offer(),
        cycle: Cycle::FIRST,
        department: "logistics".parse().unwrap(),
        by: worker(),
        reason,
        visit_at: None,
        at,
    }
    .into()
}

pub(crate) fn resumed(at: Timestamp) -> DispatchFact {
    WorkOrderResumedV1 {
        work_order: WorkOrderId::from_uuid(Uuid::from_u128(5)),
        offer: offer(),
        cycle: Cycle::FIRST,
        department: "logistics".parse().unwrap(),
        by: worker(),
        at,
    }
    .into()
}

/// Somebody of logistics with this post and role.
pub(crate) fn holder(role: Role, post: &str) -> Subject {
    let posts = [format!("logistics/{post}").parse().unwrap()].into();
    Subject { posts, ..somebody(role, Some("logistics")) }
}

fn completes(due: Timestamp) -> Promise {
    Promise { commitment: Commitment::Complete, due, provisional: false }
}

pub(crate) fn reporter() -> PersonId {
    PersonId::from_uuid(Uuid::from_u128(1))
}

pub(crate) fn receiver() -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(2))
}

pub(crate) fn worker() -> AccountId {
    AccountId::from_uuid(Uuid::from_u128(3))
}

pub(crate) fn offer() -> OfferId {
    OfferId::from_uuid(Uuid::from_u128(6))
}
