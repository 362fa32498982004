//! How a clock begins and ends.

use calendar::Due;
use clock::{Ids, TimerId, WorkOrderId};
use events::{
    escalation::{ArmedV1, ClockStoppedV1, RungRetractedV1},
    words::{Commitment, Cycle, Subject, Urgency},
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
        self.arm_for(None, ids)
    }

    /// The same for an offer of this work order.
    pub(crate) fn arm_offer(self, work_order: WorkOrderId, ids: &mut impl Ids) -> Event {
        self.arm_for(Some(work_order), ids)
    }

    fn arm_for(self, offered: Option<WorkOrderId>, ids: &mut impl Ids) -> Event {
        let Self { subject, commitment, cycle, since, due, first_rung } = self;
        let Due { at: due, provisional } = due;
        let timer: TimerId = ids.id();
        let promise = 1;
        let armed =
            ArmedV1 { timer, subject, commitment, cycle, promise, due, provisional, first_rung };
        Event::Armed { armed, since, offered, urgency: None }
    }
}

/// The next promise of a running clock, which climbs by this urgency from then on, or by the case's.
///
/// Whoever was told before is told first again: a promise that is made anew does not send the
/// ladder back to its foot.
pub(crate) fn next_promise(
    timer: &Timer,
    since: Timestamp,
    due: Due,
    urgency: Option<Urgency>,
) -> Event {
    let before = timer.promise();
    let told = timer.fired.iter().filter(|fired| !fired.retracted).map(|fired| fired.rung);
    let first_rung = told.max().unwrap_or_default().max(before.first_rung);
    let armed = ArmedV1 {
        timer: timer.id,
        subject: timer.subject,
        commitment: timer.commitment,
        cycle: timer.cycle,
        promise: before.number.saturating_add(1),
        due: due.at,
        provisional: due.provisional,
        first_rung,
    };
    Event::Armed { armed, since, offered: None, urgency }
}

/// The end of a running clock, and of the rungs that would not have fired had it been known.
pub(crate) fn stop(timer: &Timer, done_at: Timestamp) -> impl Iterator<Item = Event> {
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
        on_time: done_at <= timer.first.due,
    })])
}

/// Whether it was done before the rung fired, or at the very last instant of the promise.
fn was_done(timer: &Timer, fired: &Fired, done_at: Timestamp) -> bool {
    let kept = timer.numbered(fired.promise).is_some_and(|promise| done_at <= promise.due);
    kept || done_at < fired.at
}
