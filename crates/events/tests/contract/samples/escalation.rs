//! Facts of escalation-timer.

use super::*;

/// That little time is left.
pub(super) fn risked() -> Vec<Fact> {
    let risk = AtRiskV1 {
        timer: id(5),
        subject: Subject::Case,
        commitment: Commitment::Complete,
        cycle: Cycle::FIRST,
        promise: 1,
        due: at("16:00:00"),
        planned: at("14:00:00"),
        at: at("14:00:01"),
    };
    vec![risk.into()]
}

pub(super) fn escalation() -> Vec<Fact> {
    let (timer, cycle, commitment) = (id(5), Cycle::FIRST, Commitment::Complete);
    let post: PostId = code("water-power/head");
    vec![
        ArmedV1 {
            timer: id(6),
            subject: Subject::Offer(id(4)),
            commitment: Commitment::Accept,
            cycle,
            promise: 1,
            due: at("08:30:00"),
            provisional: false,
            first_rung: 1,
        }
        .into(),
        RungFiredV1 {
            timer,
            subject: Subject::Case,
            commitment,
            cycle,
            promise: 1,
            rung: 1,
            round: 0,
            planned: at("16:00:00"),
            fired: at("16:00:00.250"),
            ladder: code("repair"),
            post: post.clone(),
            unconfirmed: false,
            skipped: Vec::new(),
        }
        .into(),
        RungRetractedV1 {
            timer,
            commitment,
            cycle,
            promise: 1,
            rung: 1,
            round: 0,
            post: post.clone(),
            done_at: at("15:59:00"),
        }
        .into(),
        RungToldV1 { cycle: cycle.next(), rung: 2, post, at: at("18:00:00"), skipped: Vec::new() }
            .into(),
        ClockStoppedV1 {
            timer,
            subject: Subject::WorkOrder(id(3)),
            commitment,
            cycle,
            at: at("17:00:00"),
            on_time: Some(false),
            corrects: None,
        }
        .into(),
    ]
}

/// What is said of more time.
pub(super) fn moved() -> Vec<Fact> {
    let (timer, cycle, commitment) = (id(5), Cycle::FIRST, Commitment::Complete);
    let (by, post) = (id(0x20), code::<PostId>("logistics/head"));
    let (due, until) = (at("16:00:00"), at("20:00:00"));
    vec![
        PromiseMovedV1 {
            timer,
            subject: Subject::Case,
            commitment,
            cycle,
            promise: 2,
            old: due,
            new: until,
            provisional: false,
            why: MoveCause::Extension,
            reason: Some(HoldReason::Parts),
            by: Some(by),
            at: at("15:00:00"),
        }
        .into(),
        ExtensionAskedV1 {
            timer,
            commitment,
            cycle,
            due,
            until,
            reason: HoldReason::Parts,
            approver: post,
            by,
            at: at("14:00:00"),
        }
        .into(),
        ExtensionRefusedV1 { timer, commitment, cycle, due, reason: None, by, at: at("15:00:00") }
            .into(),
    ]
}

/// What is said of the clocks of work on hold.
pub(super) fn paused() -> Vec<Fact> {
    let (cycle, work_order, by) = (Cycle::FIRST, id(3), id(0x20));
    vec![
        PauseAskedV1 {
            work_order,
            cycle,
            reason: HoldReason::NoAccess,
            from: at("10:00:00"),
            approver: code("logistics/head"),
            evidence_needed: true,
            at: at("10:00:01"),
        }
        .into(),
        PauseGrantedV1 {
            work_order,
            cycle,
            reason: HoldReason::NoAccess,
            from: at("10:00:00"),
            until: at("18:00:00"),
            by: Some(by),
            at: at("11:00:00"),
        }
        .into(),
        PauseRefusedV1 {
            work_order,
            cycle,
            reason: HoldReason::NoAccess,
            from: None,
            cause: PauseRefusal::Denied,
            by: Some(by),
            at: at("11:00:00"),
        }
        .into(),
    ]
}

/// What leaders do about what is late.
pub(super) fn led() -> Vec<Fact> {
    let (timer, cycle, commitment) = (id(5), Cycle::FIRST, Commitment::Complete);
    let (by, post, until) = (id(0x20), code::<PostId>("logistics/head"), at("20:00:00"));
    vec![
        OrderedV1 { timer, commitment, cycle, rung: 2, post: post.clone(), by, at: until }.into(),
        TakenOverV1 { timer, commitment, cycle, rung: 2, post: post.clone(), by, at: until }.into(),
        RiskAcceptedV1 {
            timer,
            commitment,
            cycle,
            rung: 4,
            post,
            until: at("23:00:00"),
            by,
            at: until,
        }
        .into(),
    ]
}
