//! What the other services tell, said by the test.

use std::collections::BTreeMap;

use async_nats::jetstream;
use clock::{AccountId, ContactId, Id, PersonId};
use events::{
    Envelope, Fact, Source,
    dispatch::{CaseCompletedV1, WorkOrderClaimedV1, WorkOrderCompletedV1, WorkOrderOfferedV1},
    encode,
    escalation::RungFiredV1,
    intake::{CaseAcceptedV1, CaseReopenedV1, CaseResolvedV1, Promise},
    survey::CaseJudgedV1,
    words::{
        CaseKind, CaseNumber, Channel, Commitment, Cycle, Level, ReopenCause, Revision, Service,
        Subject, Urgency, Verdict,
    },
};
use jiff::{SignedDuration, Timestamp};
use testkit::eventually;
use uuid::Uuid;

use crate::world::{World, id};

/// 08:00 of the day of the story, and so many minutes.
pub(crate) fn at(minutes: i64) -> Timestamp {
    let morning: Timestamp = "2026-09-01T08:00:00+08:00".parse().unwrap();
    morning + SignedDuration::from_mins(minutes)
}

/// An event as its service would publish it.
#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) envelope: Envelope,
    pub(crate) fact: Fact,
}

/// A case with who took part in it.
pub(crate) struct Case {
    serial: u32,
    pub(crate) key: Uuid,
    pub(crate) number: String,
    pub(crate) level: Level,
    pub(crate) first_receiver: AccountId,
    pub(crate) reporter: PersonId,
    pub(crate) worker: AccountId,
    heads: BTreeMap<Service, u64>,
}

impl Case {
    pub(crate) fn new(serial: u32, level: Level) -> Self {
        Self {
            serial,
            key: id(),
            number: CaseNumber::new(2026, 9, serial).unwrap().to_string(),
            level,
            first_receiver: Id::from_uuid(id()),
            reporter: Id::from_uuid(id()),
            worker: Id::from_uuid(id()),
            heads: BTreeMap::new(),
        }
    }

    /// The next event, whose service knows of all before it.
    pub(crate) fn tell(&mut self, minutes: i64, fact: impl Into<Fact>) -> Event {
        let fact = fact.into();
        let service = fact.stream().producer();
        let after = self.heads.clone().into_iter().filter(|(other, _)| *other != service);
        let after = after.filter(|(other, _)| service.hears(*other)).collect();
        let sequence = self.heads.entry(service).or_default();
        *sequence += 1;
        let envelope = Envelope {
            id: id(),
            source: Source { installation: "campus".parse().unwrap(), service },
            key: self.key,
            sequence: *sequence,
            epoch: 1,
            happened: at(minutes),
            recorded: at(minutes),
            after,
            revision: Revision::NONE,
            traceparent: None,
        };
        Event { envelope, fact }
    }

    pub(crate) fn accepted(&self) -> CaseAcceptedV1 {
        CaseAcceptedV1 {
            number: self.number.parse().unwrap(),
            kind: CaseKind::Repair,
            channel: Channel::Hotline,
            contact: ContactId::from_uuid(id()),
            item: "water-leak".parse().unwrap(),
            place: "dorm-7-302".parse().unwrap(),
            urgency: Urgency::Urgent,
            level: self.level,
            // One after the other, so that a list has an order.
            received_at: at(self.serial.into()),
            cycle: Cycle::FIRST,
            first_receiver: self.first_receiver,
            reporters: vec![self.reporter],
            promises: vec![promise(Commitment::Arrive, 120), promise(Commitment::Complete, 960)],
            incident: None,
            complains_of: None,
        }
    }

    pub(crate) fn offered(&self, cycle: Cycle) -> WorkOrderOfferedV1 {
        WorkOrderOfferedV1 {
            work_order: Id::from_uuid(id()),
            offer: Id::from_uuid(id()),
            cycle,
            department: "logistics".parse().unwrap(),
            post: "logistics/plumbing".parse().unwrap(),
            item: "water-leak".parse().unwrap(),
            place: "dorm-7-302".parse().unwrap(),
            urgency: Urgency::Urgent,
            level: self.level,
            offered_at: at(1),
            split: None,
        }
    }

    pub(crate) fn claimed(&self, offered: &WorkOrderOfferedV1) -> WorkOrderClaimedV1 {
        let WorkOrderOfferedV1 { work_order, offer, cycle, department, .. } = offered.clone();
        WorkOrderClaimedV1 { work_order, offer, cycle, department, by: self.worker, at: at(5) }
    }

    /// A whole case: late, completed, "not solved", and offered again.
    pub(crate) fn story(&mut self) -> Vec<Event> {
        let (first, second) = (Cycle::FIRST, Cycle::FIRST.next());
        let offered = self.offered(first);
        let claimed = self.claimed(&offered);
        let WorkOrderClaimedV1 { work_order, offer, department, by, .. } = claimed.clone();
        let completed = WorkOrderCompletedV1 {
            work_order,
            offer,
            cycle: first,
            department,
            by,
            at: at(990),
            next_steps: false,
        };
        vec![
            self.tell(0, self.accepted()),
            self.tell(1, offered),
            self.tell(5, claimed),
            self.tell(960, rung_fired(1, "logistics/repair-leader")),
            self.tell(990, completed),
            self.tell(
                990,
                CaseCompletedV1 { cycle: first, completed_at: at(990), workers: vec![by] },
            ),
            self.tell(990, self.resolved()),
            // Its clock is a minute behind that of the others.
            self.tell(989, judged(Verdict::NotSolved)),
            self.tell(1100, self.reopened()),
            self.tell(1101, self.offered(second)),
        ]
    }

    fn resolved(&self) -> CaseResolvedV1 {
        CaseResolvedV1 {
            cycle: Cycle::FIRST,
            resolved_at: at(990),
            item: "water-leak".parse().unwrap(),
            urgency: Urgency::Urgent,
            level: self.level,
            reporters: vec![self.reporter],
            workers: vec![self.worker],
        }
    }

    pub(crate) fn reopened(&self) -> CaseReopenedV1 {
        CaseReopenedV1 {
            cycle: Cycle::FIRST.next(),
            cause: ReopenCause::NotSolved,
            by: None,
            reopened_at: at(1100),
            kind: CaseKind::Repair,
            item: "water-leak".parse().unwrap(),
            place: "dorm-7-302".parse().unwrap(),
            urgency: Urgency::Critical,
            level: self.level,
            reporters: vec![self.reporter],
            promises: vec![promise(Commitment::Complete, 2060)],
        }
    }
}

fn promise(commitment: Commitment, minutes: i64) -> Promise {
    Promise { commitment, due: at(minutes), provisional: false }
}

pub(crate) fn rung_fired(rung: u8, post: &str) -> RungFiredV1 {
    RungFiredV1 {
        timer: Id::from_uuid(id()),
        subject: Subject::Case,
        commitment: Commitment::Complete,
        cycle: Cycle::FIRST,
        promise: 1,
        rung,
        round: 0,
        planned: at(960),
        fired: at(960),
        ladder: "repairs".parse().unwrap(),
        post: post.parse().unwrap(),
        unconfirmed: false,
        skipped: Vec::new(),
    }
}

fn judged(verdict: Verdict) -> CaseJudgedV1 {
    CaseJudgedV1 { cycle: Cycle::FIRST, verdict, judged_at: at(989) }
}

/// Publishes events without a relay, in the order that they are given.
pub(crate) struct Streams(jetstream::Context);

impl Streams {
    pub(crate) async fn of(world: &World) -> Self {
        Self(world.nats.jetstream().await)
    }

    pub(crate) async fn publish(&self, events: &[Event]) {
        for Event { envelope, fact } in events {
            let bytes = encode(envelope, fact).unwrap();
            self.0.publish(fact.subject(), bytes.into()).await.unwrap().await.unwrap();
        }
    }
}

/// Waits until so many steps are shown in all.
pub(crate) async fn shown(world: &World, steps: i64) {
    eventually("the events are shown", async || {
        world.count("select count(*) from portal.timeline").await == steps
    })
    .await;
}
