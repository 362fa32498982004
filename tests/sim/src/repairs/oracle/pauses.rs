//! A hold moves no due; a pause that was granted moves it, by the counted time that it took.

use std::collections::BTreeMap;

use calendar::{Base, Pause};
use clock::{TimerId, WorkOrderId};
use escalation_timer_core::Event;
use events::{
    DispatchFact,
    escalation::{PauseGrantedV1, PromiseMovedV1},
    words::{Commitment, MoveCause, Service, Urgency},
};
use jiff::Timestamp;

use super::File;
use crate::repairs::{
    campus::RULES,
    office::{Cause, Entry},
};

/// A clock, as pauses see it.
struct Clock {
    commitment: Commitment,
    due: Timestamp,
    urgency: Option<Urgency>,
    /// The due before the pause that runs.
    before: Option<Timestamp>,
}

#[derive(Default)]
struct Course {
    urgency: Option<Urgency>,
    clocks: BTreeMap<TimerId, Clock>,
    /// The pause of a hold that is open: since when, up to when at most.
    granted: BTreeMap<WorkOrderId, Pause>,
    wrong: Vec<String>,
}

pub(super) fn check(file: &File<'_>) -> Vec<String> {
    let mut course = Course::default();
    for batch in file.timed.chunk_by(|one, next| (one.at, one.cause) == (next.at, next.cause)) {
        let begun = batch.iter().find_map(|entry| match &entry.event {
            Event::PauseGranted { granted, .. } => Some(granted),
            _ => None,
        });
        let ended = batch.iter().find_map(|entry| match &entry.event {
            Event::HoldEnded { work_order, at } => Some((*work_order, *at)),
            _ => None,
        });
        for entry in batch {
            course.follow(file, entry);
        }
        if let Some(granted) = begun {
            course.begin(file, granted, batch);
        }
        if let Some((work_order, at)) = ended {
            course.end(work_order, at);
        }
        if begun.is_none() && ended.is_none() {
            let paused = batch.iter().any(|entry| {
                matches!(&entry.event,
                Event::PromiseMoved(moved) if moved.why == MoveCause::Pause)
            });
            if paused {
                course.wrong.push("a due moved for a pause that nobody granted".to_owned());
            }
        }
    }
    course.wrong
}

impl Course {
    fn follow(&mut self, file: &File<'_>, entry: &Entry<Event>) {
        match &entry.event {
            Event::Watched(watched) => self.urgency = Some(watched.urgency),
            Event::UrgencyChanged { urgency, .. } => self.urgency = Some(*urgency),
            Event::Armed { armed, urgency, .. } => {
                let (commitment, due, urgency) = (armed.commitment, armed.due, *urgency);
                self.clocks.insert(armed.timer, Clock { commitment, due, urgency, before: None });
            }
            Event::PromiseMoved(PromiseMovedV1 { timer, new, why: MoveCause::Pause, .. }) => {
                if let Some(clock) = self.clocks.get_mut(timer) {
                    clock.before = clock.before.or(Some(clock.due));
                    clock.due = *new;
                }
            }
            Event::RungFired { fired, .. } => self.settle(fired.timer),
            Event::Stopped(stopped) => self.settle(stopped.timer),
            Event::Held(hold) => {
                let said = letter(file, entry.cause);
                let is_it = matches!(said, Some(DispatchFact::WorkOrderHeld(held))
                    if (held.work_order, held.reason, held.at)
                        == (hold.work_order, hold.reason, hold.from));
                if !is_it {
                    self.wrong.push(format!("a hold for {} that was none", hold.reason));
                }
            }
            _ => {}
        }
    }

    /// A promise that was broken or kept is moved by no pause any more.
    fn settle(&mut self, timer: TimerId) {
        if let Some(clock) = self.clocks.get_mut(&timer) {
            clock.before = None;
        }
    }

    fn begin(&mut self, file: &File<'_>, granted: &PauseGrantedV1, batch: &[&Entry<Event>]) {
        let rule = RULES.policy(file.item).and_then(|policy| policy.pause(granted.reason));
        let cause = batch.first().map_or(Cause::Hour, |entry| entry.cause);
        let decided = file.command(cause).map(|done| done.order.deed());
        let is_due = match rule.map(|rule| rule.approver.is_some()) {
            None => false,
            Some(true) => decided == Some("approve the pause"),
            Some(false) => decided.is_none_or(|deed| deed == "ask for a pause"),
        };
        if !is_due {
            self.wrong.push(format!("a pause for {} that nobody granted", granted.reason));
        }
        let pause = Pause { from: granted.from, to: granted.until };
        self.granted.insert(granted.work_order, pause);
        self.compare(pause);
    }

    fn end(&mut self, work_order: WorkOrderId, at: Timestamp) {
        let Some(Pause { from, to }) = self.granted.remove(&work_order) else { return };
        self.compare(Pause { from, to: to.min(at.max(from)) });
        for clock in self.clocks.values_mut() {
            clock.before = None;
        }
    }

    /// The dues that the pause moved are those before it, and the counted time of it.
    fn compare(&mut self, pause: Pause) {
        let department = RULES.departments().next().map(|department| department.id.clone());
        let Some(calendar) = department.and_then(|id| RULES.calendar_for(&id)) else { return };
        for clock in self.clocks.values() {
            let Some(before) = clock.before else { continue };
            let urgency = clock.urgency.or(self.urgency).unwrap_or(Urgency::Normal);
            let base = base(urgency);
            let due = if pause.from < pause.to {
                calendar.paused(before, base, pause).map(|due| due.at)
            } else {
                Ok(before)
            };
            if due != Ok(clock.due) {
                self.wrong.push(format!(
                    "to {} was due at {before}, and after {pause:?} at {}, not {due:?}",
                    clock.commitment, clock.due
                ));
            }
        }
    }
}

/// What counts for a promise of this urgency, on this campus.
const fn base(urgency: Urgency) -> Base {
    match urgency {
        Urgency::Critical => Base::RoundTheClock,
        Urgency::Urgent => Base::DutyTime,
        Urgency::Normal => Base::WorkingDays,
    }
}

fn letter<'a>(file: &File<'a>, cause: Cause) -> Option<&'a DispatchFact> {
    match cause {
        Cause::Letter(Service::Dispatch, sequence) => {
            file.dispatch.get(usize::try_from(sequence.checked_sub(1)?).ok()?).copied()
        }
        _ => None,
    }
}
