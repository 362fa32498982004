//! Answers as messages.

use calendar::Spent;
use clock::CaseId;
use delivery_rpc::timestamp;
use escalation_timer_core::{Extension, Fired, Hold, Pause, Promise, Run, Timer};
use events::{escalation::RungFiredV1, words::Subject};
use proto::{
    escalation_timer::v1::{
        Clock, ClockState, Extension as WireExtension, Hold as WireHold, ListClocksResponse,
        NumberedPromise, Order, PauseState, Rung, Segment as WireSegment, SegmentKind, SubjectKind,
    },
    words::v1 as words,
};

use crate::{
    questions::{Explained, Explanation, Segment},
    store::words::{About, Words},
};

/// The clocks of a case.
pub(super) fn clocks(explained: &Explained) -> ListClocksResponse {
    let clock = |explanation| clock(explained.case, explanation);
    ListClocksResponse {
        clocks: explained.clocks.iter().map(clock).collect(),
        as_of: Some(timestamp(explained.as_of)),
        holds: explained.holds.iter().map(|one| hold(one, &explained.words)).collect(),
        orders: explained.words.iter().filter_map(order).collect(),
    }
}

fn hold(hold: &Hold, words: &[Words]) -> WireHold {
    let (pause, approver, evidence_missing, until, refused_by) = match &hold.pause {
        Pause::Unasked => (PauseState::Unasked, None, false, None, None),
        Pause::Asked { approver, evidence_needed, evidence } => {
            (PauseState::Asked, Some(approver), *evidence_needed && !*evidence, None, None)
        }
        Pause::Granted { until, .. } => {
            (PauseState::Granted, None, false, Some(timestamp(*until)), None)
        }
        Pause::Refused { cause } => (PauseState::Refused, None, false, None, Some(cause)),
    };
    let evidence = words.iter().rev().find(|one| {
        one.about == About::Evidence(hold.work_order)
            && one.at >= hold.from
            && hold.ended.is_none_or(|ended| one.at <= ended)
    });
    WireHold {
        work_order: hold.work_order.to_string(),
        cycle: hold.cycle.get().into(),
        reason: words::HoldReason::from(hold.reason).into(),
        from: Some(timestamp(hold.from)),
        ended: hold.ended.map(timestamp),
        pause: pause.into(),
        approver: approver.map(ToString::to_string).unwrap_or_default(),
        evidence_missing,
        until,
        refused_by: refused_by.map(ToString::to_string).unwrap_or_default(),
        evidence: evidence.map(|one| one.text.clone()).unwrap_or_default(),
    }
}

/// An order among the words of a case.
fn order(words: &Words) -> Option<Order> {
    match &words.about {
        About::Evidence(_) => None,
        About::Order { timer, post } => Some(Order {
            clock: timer.to_string(),
            post: post.to_string(),
            by: words.account.to_string(),
            at: Some(timestamp(words.at)),
            text: words.text.clone(),
        }),
    }
}

fn extension(extension: &Extension) -> WireExtension {
    let Extension { until, reason, approver, by, at } = extension;
    WireExtension {
        until: Some(timestamp(*until)),
        reason: words::HoldReason::from(*reason).into(),
        approver: approver.to_string(),
        by: by.to_string(),
        at: Some(timestamp(*at)),
    }
}

fn clock(case: CaseId, explanation: &Explanation) -> Clock {
    let Explanation { timer, planned, segments } = explanation;
    let Timer {
        id,
        subject,
        commitment,
        cycle,
        offered: _,
        asked: _,
        first,
        later,
        run,
        fired,
        ..
    } = timer;
    let (subject, subject_id) = match subject {
        Subject::Case => (SubjectKind::Case, case.to_string()),
        Subject::Offer(offer) => (SubjectKind::Offer, offer.to_string()),
        Subject::WorkOrder(work_order) => (SubjectKind::WorkOrder, work_order.to_string()),
        Subject::Question(question) => (SubjectKind::Question, question.to_string()),
    };
    let (state, stopped_at, on_time) = match *run {
        Run::Running { .. } => (ClockState::Running, None, None),
        Run::Stopped { at, on_time } => (ClockState::Stopped, Some(timestamp(at)), on_time),
    };
    Clock {
        id: id.to_string(),
        subject: subject.into(),
        subject_id,
        commitment: words::Commitment::from(*commitment).into(),
        cycle: cycle.get().into(),
        state: state.into(),
        stopped_at,
        on_time,
        promises: promises(first, later),
        rungs: fired.iter().map(was_fired).chain(planned.iter().map(is_planned)).collect(),
        segments: segments.iter().map(segment).collect(),
        extension: timer.extension.as_ref().filter(|_| run.is_on()).map(extension),
        taken_over_by_rung: timer.taken_over.map_or(0, |taken| taken.rung.into()),
        risk_accepted_until: timer.rest().map(|rest| timestamp(rest.until)),
    }
}

/// The first, which statistics count, and those that took its place.
fn promises(first: &Promise, later: &[Promise]) -> Vec<NumberedPromise> {
    let first = NumberedPromise { counted: true, ..promise(first) };
    [first].into_iter().chain(later.iter().map(promise)).collect()
}

fn promise(promise: &Promise) -> NumberedPromise {
    let moved = promise.why_moved();
    let reason = moved.and_then(|moved| moved.reason);
    NumberedPromise {
        number: promise.number.into(),
        due: Some(timestamp(promise.due)),
        provisional: promise.provisional,
        first_rung: promise.first_rung.into(),
        counted: false,
        why: moved.map(|moved| moved.why.to_string()).unwrap_or_default(),
        reason: reason.map_or(words::HoldReason::Unspecified, words::HoldReason::from).into(),
    }
}

fn was_fired(fired: &Fired) -> Rung {
    Rung {
        promise: fired.promise.into(),
        rung: fired.rung.into(),
        round: u32::from(fired.round) + 1,
        post: fired.post.to_string(),
        planned: Some(timestamp(fired.planned)),
        fired: Some(timestamp(fired.at)),
        unconfirmed: fired.unconfirmed,
        retracted: fired.retracted,
        skipped: fired.skipped.iter().map(ToString::to_string).collect(),
    }
}

fn is_planned(planned: &RungFiredV1) -> Rung {
    Rung {
        promise: planned.promise.into(),
        rung: planned.rung.into(),
        round: u32::from(planned.round) + 1,
        post: planned.post.to_string(),
        planned: Some(timestamp(planned.planned)),
        fired: None,
        unconfirmed: false,
        retracted: false,
        skipped: Vec::new(),
    }
}

fn segment(segment: &Segment) -> WireSegment {
    let kind = match segment.of.spent {
        Spent::Working => SegmentKind::Working,
        Spent::Off => SegmentKind::Off,
        Spent::Paused => SegmentKind::Paused,
        Spent::Overdue => SegmentKind::Overdue,
    };
    WireSegment {
        kind: kind.into(),
        from: Some(timestamp(segment.of.from)),
        to: Some(timestamp(segment.of.to)),
        reason: segment.reason.map(|reason| reason.to_string()).unwrap_or_default(),
    }
}
