//! The facts of one case: a leak of the 25th, reported by two at 09:00 and promised until 21:00.

use clock::{AccountId, Ids, OfferId, PersonId, SeededIds, TimerId, WorkOrderId};
use events::{
    DispatchFact, EscalationFact, IntakeFact, SurveyFact,
    dispatch::{
        CaseCompletedV1, WorkOrderAnsweredV1, WorkOrderArrivedV1, WorkOrderAskedV1,
        WorkOrderClaimedV1, WorkOrderContainedV1, WorkOrderDisputedV1, WorkOrderHeldV1,
        WorkOrderOfferedV1,
    },
    escalation::{
        ArmedV1, AtRiskV1, OrderedV1, PromiseMovedV1, RungFiredV1, RungRetractedV1, RungToldV1,
    },
    intake::{CaseAcceptedV1, CaseChasedV1, CaseClosedV1, CaseReopenedV1, Promise},
    survey::CallbackDueV1,
    words::{
        Asked, CaseKind, CaseNumber, Channel, Commitment, Cycle, End, HoldReason, Level, MoveCause,
        ReopenCause, Subject, Urgency,
    },
};
use jiff::{SignedDuration, Timestamp};

/// Of a cycle, with a link for the second reporter.
pub(super) fn callback_due(number: u16) -> SurveyFact {
    let (callback, cycle) = (SeededIds::new(20).id(), cycle(number));
    CallbackDueV1 { callback, cycle, first_attempt_by: at("26T20:50"), linked: vec![person(2)] }
        .into()
}

pub(super) fn at(local: &str) -> Timestamp {
    format!("2026-11-{local}:00+08:00").parse().unwrap()
}

pub(super) fn done() -> Timestamp {
    at("25T20:50")
}

pub(super) fn cycle(number: u16) -> Cycle {
    Cycle::new(number).unwrap()
}

pub(super) fn person(number: u64) -> PersonId {
    SeededIds::new(number).id()
}

pub(super) fn timer() -> TimerId {
    SeededIds::new(10).id()
}

pub(super) fn completes(due: &str) -> Promise {
    Promise { commitment: Commitment::Complete, due: at(due), provisional: false }
}

pub(super) fn accepted() -> IntakeFact {
    CaseAcceptedV1 {
        number: CaseNumber::new(2026, 11, 7).unwrap(),
        kind: CaseKind::Repair,
        channel: Channel::Hotline,
        contact: SeededIds::new(11).id(),
        item: "water-leak".parse().unwrap(),
        place: "chemistry-201".parse().unwrap(),
        urgency: Urgency::Critical,
        level: Level::Internal,
        received_at: at("25T09:00"),
        cycle: Cycle::FIRST,
        first_receiver: SeededIds::new(12).id(),
        reporters: vec![person(1), person(2)],
        promises: vec![completes("25T21:00")],
        incident: None,
        complains_of: None,
    }
    .into()
}

pub(super) fn reopened(number: u16) -> IntakeFact {
    CaseReopenedV1 {
        cycle: cycle(number),
        cause: ReopenCause::NotSolved,
        by: None,
        reopened_at: at("27T09:00"),
        kind: CaseKind::Repair,
        item: "water-leak".parse().unwrap(),
        place: "chemistry-201".parse().unwrap(),
        urgency: Urgency::Critical,
        level: Level::Internal,
        reporters: vec![person(1), person(2)],
        promises: vec![completes("27T21:00")],
    }
    .into()
}

pub(super) fn closed() -> IntakeFact {
    CaseClosedV1 { cycle: cycle(2), end: End::Withdrawn, closed_at: at("27T10:00"), by: None }
        .into()
}

pub(super) fn work() -> (WorkOrderId, OfferId, AccountId) {
    (SeededIds::new(13).id(), SeededIds::new(14).id(), SeededIds::new(15).id())
}

pub(super) fn offered(number: u16) -> DispatchFact {
    let (work_order, offer, _) = work();
    WorkOrderOfferedV1 {
        work_order,
        offer,
        cycle: cycle(number),
        department: "logistics".parse().unwrap(),
        post: "logistics/plumbing".parse().unwrap(),
        item: "water-leak".parse().unwrap(),
        place: "chemistry-201".parse().unwrap(),
        urgency: Urgency::Critical,
        level: Level::Internal,
        offered_at: at("25T09:00"),
        split: None,
    }
    .into()
}

pub(super) fn claimed(number: u16) -> DispatchFact {
    let ((work_order, offer, by), cycle) = (work(), cycle(number));
    let (department, at) = ("logistics".parse().unwrap(), at("25T09:05"));
    WorkOrderClaimedV1 { work_order, offer, cycle, department, by, at }.into()
}

pub(super) fn arrived() -> DispatchFact {
    let ((work_order, offer, by), cycle) = (work(), cycle(1));
    let (department, at) = ("logistics".parse().unwrap(), at("25T09:20"));
    WorkOrderArrivedV1 { work_order, offer, cycle, department, by, at }.into()
}

pub(super) fn held(number: u16) -> DispatchFact {
    held_until(number, HoldReason::Parts, None)
}

pub(super) fn agreed(number: u16) -> DispatchFact {
    held_until(number, HoldReason::NoAccess, Some(at("25T15:00")))
}

fn held_until(number: u16, reason: HoldReason, visit_at: Option<Timestamp>) -> DispatchFact {
    let ((work_order, offer, by), cycle) = (work(), cycle(number));
    let (department, at) = ("logistics".parse().unwrap(), at("25T09:20"));
    WorkOrderHeldV1 { work_order, offer, cycle, department, by, reason, visit_at, at }.into()
}

pub(super) fn asked(number: u16, of: Asked) -> DispatchFact {
    let ((work_order, _, by), cycle) = (work(), cycle(number));
    let (department, at) = ("logistics".parse().unwrap(), at("25T09:25"));
    let question = SeededIds::new(16).id();
    WorkOrderAskedV1 { work_order, question, cycle, department, of, by, at }.into()
}

pub(super) fn answered(number: u16, of: Asked) -> DispatchFact {
    let ((work_order, _, by), cycle) = (work(), cycle(number));
    let (department, at) = ("logistics".parse().unwrap(), at("25T09:30"));
    let question = SeededIds::new(16).id();
    WorkOrderAnsweredV1 { work_order, question, cycle, department, of, by, at }.into()
}

pub(super) fn contained(number: u16) -> DispatchFact {
    let ((work_order, offer, by), cycle) = (work(), cycle(number));
    let (department, at) = ("logistics".parse().unwrap(), at("25T09:40"));
    WorkOrderContainedV1 { work_order, offer, cycle, department, by, at }.into()
}

pub(super) fn completed(number: u16) -> DispatchFact {
    let (cycle, completed_at, workers) = (cycle(number), done(), Vec::new());
    CaseCompletedV1 { cycle, completed_at, workers }.into()
}

/// The next promise of a cycle: half a day later, for the danger is over.
pub(super) fn moved_promise(number: u16) -> PromiseMovedV1 {
    PromiseMovedV1 {
        timer: timer(),
        subject: Subject::Case,
        commitment: Commitment::Complete,
        cycle: cycle(number),
        promise: 2,
        old: at("25T21:00"),
        new: at("26T09:00"),
        provisional: false,
        why: MoveCause::Containment,
        reason: None,
        by: None,
        at: at("25T15:00"),
    }
}

pub(super) fn moved(number: u16) -> EscalationFact {
    moved_promise(number).into()
}

/// The same promise until another time, for a pause.
pub(super) fn paused(new: &str) -> EscalationFact {
    let (why, reason) = (MoveCause::Pause, Some(HoldReason::NoAccess));
    PromiseMovedV1 { promise: 1, new: at(new), why, reason, ..moved_promise(1) }.into()
}

pub(super) fn armed() -> EscalationFact {
    armed_promise().into()
}

pub(super) fn armed_promise() -> ArmedV1 {
    ArmedV1 {
        timer: timer(),
        subject: Subject::Case,
        commitment: Commitment::Complete,
        cycle: Cycle::FIRST,
        promise: 1,
        due: at("25T21:00"),
        provisional: false,
        first_rung: 1,
    }
}

pub(super) fn rung_fired(number: u16) -> RungFiredV1 {
    RungFiredV1 {
        timer: timer(),
        subject: Subject::Case,
        commitment: Commitment::Complete,
        cycle: cycle(number),
        promise: 1,
        rung: 2,
        round: 0,
        planned: at("25T21:30"),
        fired: at("25T21:30"),
        ladder: "leaders".parse().unwrap(),
        post: "logistics/section-chief".parse().unwrap(),
        unconfirmed: false,
        skipped: Vec::new(),
    }
}

pub(super) fn fired(number: u16) -> EscalationFact {
    rung_fired(number).into()
}

pub(super) fn chased(number: u16, to_head: bool) -> IntakeFact {
    let (cycle, at) = (cycle(number), at("25T11:00"));
    CaseChasedV1 { cycle, chases: 2, to_head, by: None, at }.into()
}

pub(super) fn disputed(number: u16) -> DispatchFact {
    let (work_order, _, _) = work();
    let (department, at) = ("logistics".parse().unwrap(), at("25T09:30"));
    WorkOrderDisputedV1 { work_order, cycle: cycle(number), department, at }.into()
}

pub(super) fn ordered(number: u16) -> EscalationFact {
    let (commitment, cycle) = (Commitment::Complete, cycle(number));
    let (timer, by) = (timer(), SeededIds::new(16).id());
    let (post, at) = ("logistics/section-chief".parse().unwrap(), at("25T21:40"));
    OrderedV1 { timer, commitment, cycle, rung: 2, post, by, at }.into()
}

pub(super) fn retracted(done_at: Timestamp) -> EscalationFact {
    RungRetractedV1 {
        timer: timer(),
        commitment: Commitment::Complete,
        cycle: Cycle::FIRST,
        promise: 1,
        rung: 2,
        round: 0,
        post: "logistics/section-chief".parse().unwrap(),
        done_at,
    }
    .into()
}

pub(super) fn told(number: u16) -> EscalationFact {
    let post = "logistics/section-chief".parse().unwrap();
    RungToldV1 { cycle: cycle(number), rung: 2, post, at: at("27T09:00"), skipped: Vec::new() }
        .into()
}

/// The first rung of the promise that was due then, two minutes later.
pub(super) fn late(number: u16, due: &str) -> EscalationFact {
    let planned = at(due);
    let (fired, post) = (planned + SignedDuration::from_mins(2), "logistics/repair-leader");
    let post = post.parse().unwrap();
    RungFiredV1 { rung: 1, planned, fired, post, ..rung_fired(number) }.into()
}

pub(super) fn at_risk(number: u16) -> EscalationFact {
    AtRiskV1 {
        timer: timer(),
        subject: Subject::Case,
        commitment: Commitment::Complete,
        cycle: cycle(number),
        promise: 1,
        due: at("25T21:00"),
        planned: at("25T18:00"),
        at: at("25T18:00"),
    }
    .into()
}
