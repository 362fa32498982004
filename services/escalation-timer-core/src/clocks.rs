//! How a clock begins and ends.

use calendar::Due;
use clock::{AccountId, Ids, TimerId, WorkOrderId};
use events::{
    escalation::{ArmedV1, ClockStoppedV1, PromiseMovedV1, RungRetractedV1},
    words::{Commitment, Cycle, HoldReason, MoveCause, Subject, Urgency},
};
use jiff::Timestamp;

use crate::{
    event::Event,
    state::{Fired, Timer},
};

/// A promise for which there is no clock yet.
pub(crate) struct Promised {
    pub(crate) subject: Subject,
    pub(crate) commitment: Commitment,
    pub(crate) cycle: Cycle,
    pub(crate) since: Timestamp,
    pub(crate) due: Due,
    pub(crate) first_rung: u8,
}

impl Promised {
    /// The clock that watches it, with this as its first promise.
    pub(crate) fn arm(self, ids: &mut impl Ids) -> Event {
        self.arm_for((None, None), ids)
    }

    /// The same for an offer of this work order.
    pub(crate) fn arm_offer(self, work_order: WorkOrderId, ids: &mut impl Ids) -> Event {
        self.arm_for((Some(work_order), None), ids)
    }

    /// The same for a question about this work order.
    pub(crate) fn arm_question(self, work_order: WorkOrderId, ids: &mut impl Ids) -> Event {
        self.arm_for((None, Some(work_order)), ids)
    }

    fn arm_for(
        self,
        (offered, asked): (Option<WorkOrderId>, Option<WorkOrderId>),
        ids: &mut impl Ids,
    ) -> Event {
        let Self { subject, commitment, cycle, since, due, first_rung } = self;
        let Due { at: due, provisional } = due;
        let timer: TimerId = ids.id();
        let promise = 1;
        let armed =
            ArmedV1 { timer, subject, commitment, cycle, promise, due, provisional, first_rung };
        Event::Armed { armed, since, offered, asked, urgency: None }
    }
}

/// What is promised anew of a running clock.
pub(crate) struct Anew {
    pub(crate) since: Timestamp,
    pub(crate) due: Due,
    /// The urgency by which its ladder climbs, if that is not the case's.
    pub(crate) urgency: Option<Urgency>,
    /// The rung of the leader who says so.
    pub(crate) rung: Option<u8>,
}

/// The next promise, and the one before it.
pub(crate) struct Next<'a> {
    timer: &'a Timer,
    armed: ArmedV1,
    anew: Anew,
}

/// The next promise of a running clock.
///
/// A promise that is made anew does not send the ladder back to its foot. It begins with the rung of
/// the leader who gives more time; without one, with the highest that was told: they are told first
/// again. Whoever took it over is not told again: it begins above them.
pub(crate) fn promise_anew(timer: &Timer, anew: Anew) -> Next<'_> {
    let before = timer.promise();
    let told = timer.fired.iter().filter(|fired| !fired.retracted).map(|fired| fired.rung);
    let told = || told.max().unwrap_or_default().max(before.first_rung);
    let above = timer.taken_over.map_or(1, |taken| taken.above);
    let armed = ArmedV1 {
        timer: timer.id,
        subject: timer.subject,
        commitment: timer.commitment,
        cycle: timer.cycle,
        promise: before.number.saturating_add(1),
        due: anew.due.at,
        provisional: anew.due.provisional,
        first_rung: anew.rung.unwrap_or_else(told).max(above),
    };
    Next { timer, armed, anew }
}

impl Next<'_> {
    /// The promise, and what the requester is told of it.
    pub(crate) fn moved(
        self,
        why: MoveCause,
        reason: Option<HoldReason>,
        by: Option<AccountId>,
        at: Timestamp,
    ) -> Vec<Event> {
        let Self { timer, armed, anew: Anew { since, due, urgency, .. } } = self;
        let old = timer.promise().due;
        let moved = Event::PromiseMoved(PromiseMovedV1 {
            timer: timer.id,
            subject: timer.subject,
            commitment: timer.commitment,
            cycle: timer.cycle,
            promise: armed.promise,
            old,
            new: due.at,
            provisional: due.provisional,
            why,
            reason,
            by,
            at,
        });
        let armed = Event::Armed { armed, since, offered: None, asked: None, urgency };
        [armed].into_iter().chain((due.at != old).then_some(moved)).collect()
    }
}

/// The end of a clock whose promise was kept, and of the rungs that would not have fired had
/// it been known.
pub(crate) fn stop(timer: &Timer, done_at: Timestamp) -> impl Iterator<Item = Event> {
    end(timer, done_at, Some(done_at <= timer.first.due))
}

/// The end of a clock whose promise nobody wants to be kept any more. Whether it would have
/// been is not known, unless it was late by then.
pub(crate) fn abandon(timer: &Timer, at: Timestamp) -> impl Iterator<Item = Event> {
    end(timer, at, (at > timer.first.due).then_some(false))
}

fn end(timer: &Timer, done_at: Timestamp, on_time: Option<bool>) -> impl Iterator<Item = Event> {
    let wrong = move |fired: &&Fired| !fired.retracted && was_done(timer, fired, done_at);
    let retracted = timer.fired.iter().filter(wrong).map(move |fired| {
        Event::RungRetracted(RungRetractedV1 {
            timer: timer.id,
            commitment: timer.commitment,
            cycle: timer.cycle,
            promise: fired.promise,
            rung: fired.rung,
            round: fired.round,
            post: fired.post.clone(),
            done_at,
        })
    });
    retracted.chain([Event::Stopped(ClockStoppedV1 {
        timer: timer.id,
        subject: timer.subject,
        commitment: timer.commitment,
        cycle: timer.cycle,
        at: done_at,
        on_time,
        corrects: timer.stopped_at(),
    })])
}

/// Whether it was done before the rung fired, or at the very last instant of the promise.
fn was_done(timer: &Timer, fired: &Fired, done_at: Timestamp) -> bool {
    let kept = timer.numbered(fired.promise).is_some_and(|promise| done_at <= promise.due);
    kept || done_at < fired.at
}
