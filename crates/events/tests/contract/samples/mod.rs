//! One known value per event version, with the envelope under which it lies in `golden/`.

mod escalation;

use std::collections::BTreeMap;

use clock::{CaseId, Id};
use events::{
    AuditFact, DEFINITION_KEY, DispatchFact, Envelope, Fact, IntakeFact, Source,
    audit::AuditChainedV1, audit_key, definition::DocumentChangedV1, dispatch::*, escalation::*,
    intake::*, notify::*, survey::*, words::*,
};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

pub(crate) fn uuid(last: u16) -> Uuid {
    Uuid::from_u128(0x0190_a5b2_0000_7000_8000_0000_0000_0000 | u128::from(last))
}

pub(crate) fn id<K>(last: u16) -> Id<K> {
    Id::from_uuid(uuid(last))
}

pub(crate) fn at(time: &str) -> Timestamp {
    format!("2026-09-01T{time}+08:00").parse().unwrap()
}

fn code<C: std::str::FromStr<Err = InvalidCode>>(text: &str) -> C {
    text.parse().unwrap()
}

const CASE: u16 = 1;

/// Every fact, in the order of a case that is late, reopened and solved.
pub(crate) fn facts() -> Vec<Fact> {
    [
        intake(),
        ended(),
        desk(),
        dispatch(),
        on_site(),
        asked(),
        handed_on(),
        escalation::risked(),
        escalation::escalation(),
        escalation::moved(),
        escalation::paused(),
        escalation::led(),
        survey(),
        others(),
        audits(),
    ]
    .concat()
}

fn promise(commitment: Commitment, due: Timestamp) -> Promise {
    Promise { commitment, due, provisional: false }
}

fn intake() -> Vec<Fact> {
    let case: CaseId = id(CASE);
    vec![
        ContactRecordedV1 {
            channel: Channel::Hotline,
            at: at("08:00:00"),
            first_receiver: id(0x20),
            outcome: ContactOutcome::Opened,
            cases: vec![case],
        }
        .into(),
        CaseAcceptedV1 {
            number: "2026-09-000123".parse().unwrap(),
            kind: CaseKind::Repair,
            channel: Channel::Hotline,
            contact: id(2),
            item: code("water-pipe"),
            place: code("dorm-7-304"),
            urgency: Urgency::Urgent,
            level: Level::Internal,
            received_at: at("08:00:00"),
            cycle: Cycle::FIRST,
            first_receiver: id(0x20),
            reporters: vec![id(0x10)],
            promises: vec![
                promise(Commitment::Arrive, at("10:00:00")),
                Promise { provisional: true, ..promise(Commitment::Complete, at("16:00:00")) },
            ],
            incident: None,
            complains_of: None,
        }
        .into(),
        CaseReopenedV1 {
            cycle: Cycle::FIRST.next(),
            cause: ReopenCause::NotSolved,
            by: None,
            reopened_at: at("18:00:00"),
            kind: CaseKind::Repair,
            item: code("water-pipe"),
            place: code("dorm-7-304"),
            urgency: Urgency::Urgent,
            level: Level::Internal,
            reporters: vec![id(0x10), id(0x11)],
            promises: vec![promise(Commitment::Complete, at("22:00:00"))],
        }
        .into(),
    ]
}

fn ended() -> Vec<Fact> {
    vec![
        CaseResolvedV1 {
            cycle: Cycle::FIRST,
            resolved_at: at("17:00:00.123456"),
            item: code("water-pipe"),
            urgency: Urgency::Urgent,
            level: Level::Internal,
            reporters: vec![id(0x10)],
            workers: vec![id(0x21)],
        }
        .into(),
        CaseClosedV1 {
            cycle: Cycle::FIRST.next(),
            end: End::Solved,
            closed_at: at("23:00:00"),
            by: None,
        }
        .into(),
    ]
}

/// What the desk does with a case while it is open.
fn desk() -> Vec<Fact> {
    vec![
        CaseChasedV1 {
            cycle: Cycle::FIRST,
            chases: 2,
            to_head: true,
            by: Some(id(0x20)),
            at: at("15:00:00"),
        }
        .into(),
        CaseNotedV1 { cycle: Cycle::FIRST, by: Some(id(0x20)), at: at("12:20:00") }.into(),
        CaseRepliedV1 {
            cycle: Cycle::FIRST,
            next: Some(promise(Commitment::FollowUp, at("17:00:00"))),
            department: Some(code("water-power")),
            by: id(0x20),
            at: at("12:30:00"),
        }
        .into(),
        CaseJoinedV1 {
            cycle: Cycle::FIRST,
            joined: vec![id(0x11)],
            reporters: vec![id(0x10), id(0x11)],
            by: Some(id(0x20)),
            at: at("12:00:00"),
        }
        .into(),
        CaseUnjoinedV1 {
            cycle: Cycle::FIRST,
            person: id(0x11),
            reporters: vec![id(0x10)],
            by: Some(id(0x20)),
            at: at("12:10:00"),
        }
        .into(),
        CaseUrgencyChangedV1 {
            cycle: Cycle::FIRST,
            before: Urgency::Urgent,
            urgency: Urgency::Critical,
            cause: UrgencyCause::CoReporter,
            promises: vec![promise(Commitment::Complete, at("15:30:00"))],
            by: Some(id(0x20)),
            at: at("12:00:00"),
        }
        .into(),
        CaseIncidentUpdatedV1 {
            cycle: Cycle::FIRST,
            incident: Incident {
                places: vec![code("dorm-7"), code("dorm-8")],
                expected_end: Some(at("14:00:00")),
            },
            by: Some(id(0x20)),
            at: at("12:30:00"),
        }
        .into(),
    ]
}

fn dispatch() -> Vec<Fact> {
    let (work_order, offer, cycle) = (id(3), id(4), Cycle::FIRST);
    let department: DepartmentId = code("water-power");
    let by = id(0x21);
    vec![
        WorkOrderOfferedV1 {
            work_order,
            offer,
            cycle,
            department: department.clone(),
            post: code("water-power/duty"),
            item: code("water-pipe"),
            place: code("dorm-7-304"),
            urgency: Urgency::Urgent,
            level: Level::Internal,
            offered_at: at("08:00:01"),
            split: None,
        }
        .into(),
        WorkOrderClaimedV1 {
            work_order,
            offer,
            cycle,
            department: department.clone(),
            by,
            at: at("08:20:00"),
        }
        .into(),
        WorkOrderArrivedV1 {
            work_order,
            offer,
            cycle,
            department: department.clone(),
            by,
            at: at("09:30:00"),
        }
        .into(),
        WorkOrderCompletedV1 {
            work_order,
            offer,
            cycle,
            department: department.clone(),
            by,
            at: at("17:00:00"),
            next_steps: false,
        }
        .into(),
        WorkOrderCancelledV1 { work_order, cycle, department, at: at("17:00:00"), merged: None }
            .into(),
        CaseCompletedV1 { cycle, completed_at: at("17:00:00"), workers: vec![by] }.into(),
        roster_changed(),
        handover_untaken(),
    ]
}

fn roster_changed() -> Fact {
    let (by, noon) = (id(0x21), Some(at("12:00:00")));
    RosterChangedV1 {
        post: code("water-power/duty"),
        stays: vec![
            Stay { account: by, from: None, until: noon, stands_in: false },
            Stay { account: id(0x22), from: noon, until: None, stands_in: true },
        ],
    }
    .into()
}

fn handover_untaken() -> Fact {
    HandoverUntakenV1 { handover: id(0x40), left_at: at("18:00:00"), at: at("18:15:00") }.into()
}

fn on_site() -> Vec<Fact> {
    let (work_order, offer, cycle) = (id(3), id(4), Cycle::FIRST);
    let department: DepartmentId = code("water-power");
    let by = id(0x21);
    vec![
        WorkOrderAssignedV1 {
            work_order,
            offer,
            cycle,
            department: department.clone(),
            by: id(0x30),
            to: by,
            at: at("08:25:00"),
        }
        .into(),
        WorkOrderContainedV1 {
            work_order,
            offer,
            cycle,
            department: department.clone(),
            by,
            at: at("09:50:00"),
        }
        .into(),
        WorkOrderHeldV1 {
            work_order,
            offer,
            cycle,
            department: department.clone(),
            by,
            reason: HoldReason::NoAccess,
            visit_at: None,
            at: at("10:00:00"),
        }
        .into(),
        WorkOrderResumedV1 { work_order, offer, cycle, department, by, at: at("14:00:00") }.into(),
    ]
}

fn asked() -> Vec<Fact> {
    let (work_order, question, cycle) = (id(3), id(0x40), Cycle::FIRST);
    let department: DepartmentId = code("water-power");
    vec![
        WorkOrderAskedV1 {
            work_order,
            question,
            cycle,
            department: department.clone(),
            of: Asked::Desk,
            by: id(0x21),
            at: at("09:10:00"),
        }
        .into(),
        WorkOrderAnsweredV1 {
            work_order,
            question,
            cycle,
            department,
            of: Asked::Desk,
            by: id(0x20),
            at: at("09:20:00"),
        }
        .into(),
    ]
}

fn handed_on() -> Vec<Fact> {
    let (work_order, offer, cycle) = (id(3), id(4), Cycle::FIRST);
    let department: DepartmentId = code("water-power");
    let by = id(0x21);
    vec![
        WorkOrderReleasedV1 {
            work_order,
            offer,
            cycle,
            department: department.clone(),
            cause: ReleaseCause::Expired,
            by: None,
            worker: Some(by),
            at: at("10:30:00"),
        }
        .into(),
        WorkOrderDisputedV1 { work_order, cycle, department, at: at("11:00:00") }.into(),
    ]
}

fn survey() -> Vec<Fact> {
    let (callback, cycle) = (id(7), Cycle::FIRST);
    vec![
        CallbackDueV1 { callback, cycle, first_attempt_by: at("21:30:00"), linked: Vec::new() }
            .into(),
        CallbackAttemptedV1 {
            callback,
            cycle,
            attempt: 1,
            by: id(0x20),
            at: at("17:30:00"),
            reached: true,
        }
        .into(),
        CaseAnsweredV1 {
            callback,
            cycle,
            at: at("17:31:00"),
            by: Some(id(0x20)),
            solved: false,
            on_time: Some(false),
            attitude: None,
            score: Some(Score::try_from(2).unwrap()),
        }
        .into(),
        CallbackWithdrawnV1 { callback, cycle }.into(),
        CaseJudgedV1 { cycle, verdict: Verdict::NotSolved, judged_at: at("17:31:00") }.into(),
    ]
}

/// How far each service's audit has come.
fn audits() -> Vec<Fact> {
    let chained =
        AuditChainedV1 { place: 812, hash: "0123456789abcdef".repeat(4), at: at("16:00:02") };
    let by = |service: &Service| AuditFact::by(*service, chained.clone()).into();
    Service::ALL.iter().map(by).collect()
}

fn others() -> Vec<Fact> {
    let document = json!({ "id": "repair", "rungs": [{ "post": "water-power/head" }] });
    vec![
        CaseToldV1 {
            message: id(8),
            to: Recipient::Post(code("water-power/head")),
            template: code("rung-fired"),
            cause: uuid(9),
            channel: MessageChannel::Mailbox,
            at: at("16:00:01"),
        }
        .into(),
        CaseAcknowledgedV1 {
            message: id(8),
            to: Recipient::Post(code("water-power/head")),
            by: id(20),
            at: at("16:03"),
        }
        .into(),
        CaseUnheardV1 {
            message: id(8),
            to: Recipient::Post(code("water-power/head")),
            why: Unheard::Unacknowledged,
            at: at("16:05"),
        }
        .into(),
        CasePhonedV1 {
            message: id(8),
            to: Recipient::Post(code("water-power/head")),
            reached: true,
            by: id(20),
            at: at("16:07"),
        }
        .into(),
        CaseAlarmAcknowledgedV1 { by: id(20), at: at("08:01:30"), steps: 2 }.into(),
        DocumentChangedV1 {
            revision: Revision(3),
            kind: DocumentKind::Ladder,
            id: code("repair"),
            document: document.as_object().cloned(),
            last: true,
        }
        .into(),
    ]
}

/// The attributes under which a fact lies in its golden file.
pub(crate) fn envelope(fact: &Fact) -> Envelope {
    let event_type = fact.event_type();
    let key = match fact {
        Fact::Definition(_) => DEFINITION_KEY,
        Fact::Audit(_) => audit_key(event_type.producer()),
        Fact::Intake(IntakeFact::ContactRecorded(_)) => uuid(2),
        Fact::Dispatch(DispatchFact::RosterChanged(_)) => ROSTER_KEY,
        Fact::Dispatch(DispatchFact::HandoverUntaken(_)) => DESK_KEY,
        Fact::Intake(_)
        | Fact::Dispatch(_)
        | Fact::Escalation(_)
        | Fact::Survey(_)
        | Fact::Notify(_) => uuid(CASE),
    };
    let heads = [(Service::Intake, 3), (Service::Dispatch, 7)];
    let after = heads.into_iter().filter(|(service, _)| *service != event_type.producer());
    Envelope {
        id: uuid(0x100),
        source: Source { installation: code("example"), service: event_type.producer() },
        key,
        sequence: 4,
        epoch: 1,
        happened: at("08:00:00"),
        recorded: at("08:00:00.000250"),
        after: after.collect::<BTreeMap<_, _>>(),
        revision: Revision(2),
        traceparent: Some(
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".parse().unwrap(),
        ),
    }
}
