//! Answers as messages.

use calendar::Spent;
use clock::CaseId;
use delivery_rpc::timestamp;
use escalation_timer_core::{Fired, Promise, Run, Timer};
use events::{escalation::RungFiredV1, words::Subject};
use proto::{
    escalation_timer::v1::{
        Clock, ClockState, ListClocksResponse, NumberedPromise, Rung, Segment, SegmentKind,
        SubjectKind,
    },
    words::v1 as words,
};

use crate::questions::{Explained, Explanation};

/// The clocks of a case.
pub(super) fn clocks(explained: &Explained) -> ListClocksResponse {
    let clock = |explanation| clock(explained.case, explanation);
    ListClocksResponse {
        clocks: explained.clocks.iter().map(clock).collect(),
        as_of: Some(timestamp(explained.as_of)),
    }
}

fn clock(case: CaseId, explanation: &Explanation) -> Clock {
    let Explanation { timer, planned, segments } = explanation;
    let Timer { id, subject, commitment, cycle, offered: _, first, later, run, fired } = timer;
    let (subject, subject_id) = match subject {
        Subject::Case => (SubjectKind::Case, case.to_string()),
        Subject::Offer(offer) => (SubjectKind::Offer, offer.to_string()),
        Subject::WorkOrder(work_order) => (SubjectKind::WorkOrder, work_order.to_string()),
    };
    let (state, stopped_at, on_time) = match *run {
        Run::Running { .. } => (ClockState::Running, None, None),
        Run::Stopped { at, on_time } => (ClockState::Stopped, Some(timestamp(at)), Some(on_time)),
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
        promises: [first].into_iter().chain(later).map(promise).collect(),
        rungs: fired.iter().map(was_fired).chain(planned.iter().map(is_planned)).collect(),
        segments: segments.iter().map(segment).collect(),
    }
}

fn promise(promise: &Promise) -> NumberedPromise {
    NumberedPromise {
        number: promise.number.into(),
        due: Some(timestamp(promise.due)),
        provisional: promise.provisional,
        first_rung: promise.first_rung.into(),
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
    }
}

fn segment(segment: &calendar::Segment) -> Segment {
    let kind = match segment.spent {
        Spent::Working => SegmentKind::Working,
        Spent::Off => SegmentKind::Off,
        Spent::Paused => SegmentKind::Paused,
        Spent::Overdue => SegmentKind::Overdue,
    };
    Segment {
        kind: kind.into(),
        from: Some(timestamp(segment.from)),
        to: Some(timestamp(segment.to)),
        reason: String::new(),
    }
}
