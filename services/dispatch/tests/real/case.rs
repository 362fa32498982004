//! Dispatch with cases, as a test speaks of them.

use std::{collections::BTreeSet, ops::Deref};

use authz::{Role, Subject};
use clock::{AccountId, ContactId, PersonId, TimerId};
use definitions::Document;
use events::{
    DispatchFact, EscalationFact, Fact, IntakeFact,
    escalation::RungFiredV1,
    intake::{CaseAcceptedV1, CaseClosedV1, CaseReopenedV1, Promise},
    words::{
        CaseKind, CaseNumber, Channel, Commitment, Cycle, End, Level, PostId, ReopenCause, Service,
        Subject as Of, Urgency,
    },
};
use jiff::Timestamp;
use proto::{
    delivery::v1::Head,
    dispatch::v1::{
        ArriveRequest, ClaimRequest, CompleteRequest, Holder, ImportHoldersRequest,
        ListWorkOrdersRequest, ListWorkOrdersResponse, WorkOrder, dispatch_client::DispatchClient,
    },
};
use rpc::{Channel as Connection, Error};
use testkit::eventually;
use uuid::Uuid;

use service_kit::{Door, Replica, World, account, id, somebody};

/// A running dispatch.
pub(crate) struct Running {
    world: World,
    replica: Replica,
}

impl Deref for Running {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::start_on(&campus_kit::documents()).await
    }

    /// On a campus of these documents.
    pub(crate) async fn start_on(campus: &[Document]) -> Self {
        let door: Door = |host, serving| Box::pin(dispatch::run(host, serving));
        let world = World::on(campus, Service::Dispatch, &dispatch::SCHEMAS, door).await;
        let replica = world.start().await;
        Self { world, replica }
    }

    pub(crate) fn client(&self) -> DispatchClient<Connection> {
        DispatchClient::new(self.replica.channel())
    }

    /// An accepted case that is offered; answers its key and its work order.
    pub(crate) async fn offered(&self, accepted: CaseAcceptedV1) -> (Uuid, String) {
        let case = id();
        self.say(case, IntakeFact::from(accepted)).await;
        let offered = async || self.facts(case).await.first().cloned();
        let offered = eventually("the case is offered", offered).await;
        let Fact::Dispatch(DispatchFact::WorkOrderOffered(offered)) = offered else {
            panic!("{offered:?}")
        };
        (case, offered.work_order.to_string())
    }

    /// These hold their posts, and nobody else holds one.
    pub(crate) async fn holds(&self, people: &[&Subject]) {
        let held = people.iter().flat_map(|one| {
            let holder = |post: &PostId| Holder {
                account: account(one).to_string(),
                post: post.to_string(),
            };
            one.posts.iter().map(holder).collect::<Vec<_>>()
        });
        let request = ImportHoldersRequest { holders: held.collect(), version: None };
        let admin = somebody(Role::SystemAdministrator, None);
        self.client().import_holders(self.asks(&admin, request)).await.unwrap();
    }

    pub(crate) async fn claim(&self, who: &Subject, work_order: &str) -> Result<Head, Error> {
        let request = ClaimRequest { work_order: work_order.to_owned() };
        let answer = self.client().claim(self.asks(who, request)).await?;
        Ok(answer.into_inner().head.unwrap())
    }

    pub(crate) async fn arrive(&self, who: &Subject, work_order: &str) -> Result<Head, Error> {
        let request = ArriveRequest { work_order: work_order.to_owned() };
        let answer = self.client().arrive(self.asks(who, request)).await?;
        Ok(answer.into_inner().head.unwrap())
    }

    pub(crate) async fn complete(&self, who: &Subject, work_order: &str) -> Result<Head, Error> {
        let work_order = work_order.to_owned();
        let request = CompleteRequest { work_order, ..CompleteRequest::default() };
        let answer = self.client().complete(self.asks(who, request)).await?;
        Ok(answer.into_inner().head.unwrap())
    }

    pub(crate) async fn page(
        &self,
        who: &Subject,
        request: ListWorkOrdersRequest,
    ) -> Result<ListWorkOrdersResponse, Error> {
        Ok(self.client().list_work_orders(self.asks(who, request)).await?.into_inner())
    }

    /// All that somebody sees of a case, also what is completed or cancelled.
    pub(crate) async fn list_of(&self, who: &Subject, case: Uuid) -> Vec<WorkOrder> {
        let request = ListWorkOrdersRequest { case: case.to_string(), ..Default::default() };
        self.page(who, request).await.unwrap().work_orders
    }

    /// All that somebody sees and that is still to be done.
    pub(crate) async fn list(&self, who: &Subject) -> Vec<WorkOrder> {
        self.page(who, ListWorkOrdersRequest::default()).await.unwrap().work_orders
    }
}

/// A leaking pipe in the chemistry building, urgent: the plumbers' of logistics.
pub(crate) fn leak() -> CaseAcceptedV1 {
    CaseAcceptedV1 {
        number: CaseNumber::new(2026, 11, 7).unwrap(),
        kind: CaseKind::Repair,
        channel: Channel::Hotline,
        contact: ContactId::from_uuid(id()),
        item: "water-leak".parse().unwrap(),
        place: "chemistry-201".parse().unwrap(),
        urgency: Urgency::Urgent,
        level: Level::Internal,
        received_at: at("2026-11-25T09:00:00+08:00"),
        cycle: Cycle::FIRST,
        first_receiver: AccountId::from_uuid(id()),
        reporters: vec![PersonId::from_uuid(id())],
        promises: vec![
            promise(Commitment::Arrive, "2026-11-25T11:00:00+08:00"),
            promise(Commitment::Complete, "2026-11-26T09:00:00+08:00"),
        ],
        incident: None,
        complains_of: None,
    }
}

/// A broken lock in dormitory 7: its caretakers', who are of housing.
pub(crate) fn lock() -> CaseAcceptedV1 {
    CaseAcceptedV1 {
        number: CaseNumber::new(2026, 11, 8).unwrap(),
        item: "door-lock".parse().unwrap(),
        place: "dorm-7-201".parse().unwrap(),
        urgency: Urgency::Normal,
        ..leak()
    }
}

pub(crate) fn reopened(cycle: u16) -> IntakeFact {
    CaseReopenedV1 {
        cycle: Cycle::new(cycle).unwrap(),
        cause: ReopenCause::NotSolved,
        by: None,
        reopened_at: at("2026-11-27T09:00:00+08:00"),
        kind: CaseKind::Repair,
        item: "water-leak".parse().unwrap(),
        place: "chemistry-201".parse().unwrap(),
        urgency: Urgency::Critical,
        level: Level::Internal,
        reporters: Vec::new(),
        promises: vec![promise(Commitment::Complete, "2026-11-27T21:00:00+08:00")],
    }
    .into()
}

pub(crate) fn closed(end: End) -> IntakeFact {
    let closed_at = at("2026-11-26T10:00:00+08:00");
    CaseClosedV1 { cycle: Cycle::FIRST, end, closed_at, by: None }.into()
}

pub(crate) fn rung_fired(rung: u8, post: &str) -> EscalationFact {
    let planned = at("2026-11-26T09:00:00+08:00");
    RungFiredV1 {
        timer: TimerId::from_uuid(id()),
        subject: Of::Case,
        commitment: Commitment::Complete,
        cycle: Cycle::FIRST,
        promise: 1,
        rung,
        round: 0,
        planned,
        fired: planned,
        ladder: "leaders".parse().unwrap(),
        post: post.parse().unwrap(),
        unconfirmed: false,
        skipped: Vec::new(),
    }
    .into()
}

pub(crate) fn promise(commitment: Commitment, due: &str) -> Promise {
    Promise { commitment, due: at(due), provisional: false }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A handler of the department of these posts, which they hold.
pub(crate) fn holding(posts: &[&str]) -> Subject {
    let posts: BTreeSet<PostId> = posts.iter().map(|post| post.parse().unwrap()).collect();
    let department = posts.first().map(|post| post.department().clone());
    Subject { department, posts, ..somebody(Role::DepartmentHandler, None) }
}

/// One who does the plumbers' work.
pub(crate) fn plumber() -> Subject {
    somebody(Role::DepartmentHandler, Some("logistics"))
}
