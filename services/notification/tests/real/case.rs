//! A case as notification hears of it, and what it says of it.

use std::ops::Deref;

use authz::Subject;
use clock::{AccountId, ContactId, OfferId, PersonId, TimerId, WorkOrderId};
use definitions::Document;
use events::{
    DispatchFact, EscalationFact, Fact, IntakeFact, NotifyFact,
    dispatch::{CaseCompletedV1, WorkOrderClaimedV1, WorkOrderOfferedV1},
    escalation::{RungFiredV1, RungRetractedV1},
    intake::{CaseAcceptedV1, Promise},
    notify::CaseToldV1,
    words::{
        CaseKind, CaseNumber, Channel, Commitment, Cycle, Level, Service, Stream, Subject as Of,
        Urgency,
    },
};
use jiff::{Timestamp, tz::TimeZone};
use proto::notification::v1::{
    ListMessagesRequest, ListMessagesResponse, Message, notification_client::NotificationClient,
};
use rpc::Error;
use testkit::eventually;
use uuid::Uuid;

use service_kit::{Door, Replica, World, id};

/// Notification and its world.
pub(crate) struct Told(World);

impl Deref for Told {
    type Target = World;

    fn deref(&self) -> &World {
        &self.0
    }
}

impl Told {
    pub(crate) async fn new() -> Self {
        Self::on(&campus_kit::documents()).await
    }

    /// The same, on a campus of these documents.
    pub(crate) async fn on(campus: &[Document]) -> Self {
        // Whoever installed it before did the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let schemas = &notification::SCHEMAS;
        let door: Door = |host, serving| Box::pin(notification::run(host, serving));
        Self(World::on(campus, Service::Notification, schemas, door).await)
    }

    /// On the example campus, at this time of its day in Shanghai.
    pub(crate) async fn starting_at(time: &str) -> Self {
        Self::new().await.at(time)
    }

    /// At this time of its day in Shanghai.
    pub(crate) fn at(self, time: &str) -> Self {
        self.jump_to(self.next(time));
        self
    }

    /// When it is next this time of the day in Shanghai.
    pub(crate) fn next(&self, time: &str) -> Timestamp {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let now = self.now();
        let today = now.to_zoned(zone).with().time(time.parse().unwrap()).build().unwrap();
        let at = today.timestamp();
        if at < now { today.tomorrow().unwrap().timestamp() } else { at }
    }

    /// What was told of a case, in order.
    pub(crate) async fn told(&self, case: Uuid) -> Vec<CaseToldV1> {
        let facts = self.published(Stream::Notify, case).await.into_iter();
        facts
            .filter_map(|fact| match fact {
                Fact::Notify(NotifyFact::CaseTold(told)) => Some(told),
                Fact::Notify(
                    NotifyFact::Acknowledged(_)
                    | NotifyFact::Unheard(_)
                    | NotifyFact::Phoned(_)
                    | NotifyFact::AlarmAcknowledged(_),
                )
                | Fact::Intake(_)
                | Fact::Dispatch(_)
                | Fact::Survey(_)
                | Fact::Escalation(_)
                | Fact::Definition(_)
                | Fact::Audit(_) => None,
            })
            .collect()
    }

    /// Waits until so many messages of a case are told, and says to whom and of what.
    pub(crate) async fn tells(&self, case: Uuid, count: usize) -> Vec<String> {
        let told = eventually(&format!("{count} are told"), async || {
            Some(self.told(case).await).filter(|told| told.len() >= count)
        })
        .await;
        told.iter().map(|told| format!("{}: {}", told.to, told.template)).collect()
    }

    pub(crate) async fn page(
        &self,
        replica: &Replica,
        who: &Subject,
        request: ListMessagesRequest,
    ) -> Result<ListMessagesResponse, Error> {
        let mut client = NotificationClient::new(replica.channel());
        Ok(client.list_messages(self.asks(who, request)).await?.into_inner())
    }

    /// All that somebody sees.
    pub(crate) async fn list(&self, replica: &Replica, who: &Subject) -> Vec<Message> {
        self.page(replica, who, ListMessagesRequest::default()).await.unwrap().messages
    }

    /// The states of all messages of a case.
    pub(crate) async fn states(&self, case: Uuid) -> Vec<String> {
        sqlx::query_scalar("select state from notification.message where case_id = $1 order by id")
            .bind(case)
            .fetch_all(self.pool())
            .await
            .unwrap()
    }
}

/// A leaking pipe, critical, reported by one person.
pub(crate) fn leak() -> CaseAcceptedV1 {
    CaseAcceptedV1 {
        number: CaseNumber::new(2026, 11, 7).unwrap(),
        kind: CaseKind::Repair,
        channel: Channel::Hotline,
        contact: ContactId::from_uuid(id()),
        item: "water-leak".parse().unwrap(),
        place: "chemistry-201".parse().unwrap(),
        urgency: Urgency::Critical,
        level: Level::Internal,
        received_at: at("09:00"),
        cycle: Cycle::FIRST,
        first_receiver: AccountId::from_uuid(id()),
        reporters: vec![reporter()],
        promises: vec![Promise {
            commitment: Commitment::Complete,
            due: at("21:00"),
            provisional: false,
        }],
        incident: None,
        complains_of: None,
    }
}

pub(crate) fn accepted() -> IntakeFact {
    leak().into()
}

pub(crate) fn offered() -> DispatchFact {
    WorkOrderOfferedV1 {
        work_order: WorkOrderId::from_uuid(Uuid::from_u128(5)),
        offer: OfferId::from_uuid(Uuid::from_u128(6)),
        cycle: Cycle::FIRST,
        department: "logistics".parse().unwrap(),
        post: "logistics/plumbing".parse().unwrap(),
        item: "water-leak".parse().unwrap(),
        place: "chemistry-201".parse().unwrap(),
        urgency: Urgency::Critical,
        level: Level::Internal,
        offered_at: at("09:00"),
        split: None,
    }
    .into()
}

pub(crate) fn claimed() -> DispatchFact {
    WorkOrderClaimedV1 {
        work_order: WorkOrderId::from_uuid(Uuid::from_u128(5)),
        offer: OfferId::from_uuid(Uuid::from_u128(6)),
        cycle: Cycle::FIRST,
        department: "logistics".parse().unwrap(),
        by: AccountId::from_uuid(Uuid::from_u128(3)),
        at: at("09:05"),
    }
    .into()
}

pub(crate) fn completed() -> DispatchFact {
    let (completed_at, workers) = (at("20:50"), Vec::new());
    CaseCompletedV1 { cycle: Cycle::FIRST, completed_at, workers }.into()
}

pub(crate) fn fired() -> EscalationFact {
    RungFiredV1 {
        timer: timer(),
        subject: Of::Case,
        commitment: Commitment::Complete,
        cycle: Cycle::FIRST,
        promise: 1,
        rung: 1,
        round: 0,
        planned: at("21:00"),
        fired: at("21:01"),
        ladder: "leaders".parse().unwrap(),
        post: "logistics/repair-leader".parse().unwrap(),
        unconfirmed: false,
        skipped: Vec::new(),
    }
    .into()
}

pub(crate) fn retracted() -> EscalationFact {
    RungRetractedV1 {
        timer: timer(),
        commitment: Commitment::Complete,
        cycle: Cycle::FIRST,
        promise: 1,
        rung: 1,
        round: 0,
        post: "logistics/repair-leader".parse().unwrap(),
        done_at: at("20:50"),
    }
    .into()
}

fn timer() -> TimerId {
    TimerId::from_uuid(Uuid::from_u128(7))
}

pub(crate) fn reporter() -> PersonId {
    PersonId::from_uuid(Uuid::from_u128(1))
}

fn at(time: &str) -> Timestamp {
    format!("2026-11-25T{time}:00+08:00").parse().unwrap()
}
