//! A hold moves no due; the pauses that were granted move it, by the counted time that they took
//! together.

use std::collections::{BTreeMap, BTreeSet};

use calendar::{Base, Pause};
use clock::{OfferId, TimerId, WorkOrderId};
use dispatch_core::{Event as Worked, Pause as Pausing};
use escalation_timer_core::{Event, Hold};
use events::{
    DispatchFact, EscalationFact,
    dispatch::{WorkOrderAssignedV1, WorkOrderClaimedV1, WorkOrderReleasedV1},
    escalation::{PauseGrantedV1, PromiseMovedV1},
    words::{Commitment, Cycle, MoveCause, Service, Subject, Urgency},
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
    cycle: Cycle,
    urgency: Option<Urgency>,
    /// The due of its promise without any pause.
    bare: Timestamp,
    due: Timestamp,
    /// What its promise rested for, by the hold.
    pauses: BTreeMap<(WorkOrderId, Timestamp), Pause>,
    /// The promise was broken or kept: no pause moves it any more.
    is_settled: bool,
}

#[derive(Default)]
struct Course {
    /// The cycle that is watched; none before the first, and after the end.
    cycle: Option<Cycle>,
    urgency: Option<Urgency>,
    clocks: BTreeMap<TimerId, Clock>,
    /// The parts that wait, and since when.
    waiting: BTreeMap<WorkOrderId, Timestamp>,
    /// How much dispatch had said by then.
    heard: usize,
    wrong: Vec<String>,
}

pub(super) fn check(file: &File<'_>) -> Vec<String> {
    let mut course = Course::default();
    for batch in file.timed.chunk_by(|one, next| (one.at, one.cause) == (next.at, next.cause)) {
        let mut moved = false;
        for entry in batch {
            moved |= course.follow(file, entry);
        }
        if moved {
            course.compare();
        }
        if let Some(entry) = batch.first() {
            course.waits_on(file, entry.cause);
        }
    }
    course.wrong.extend(shown(file));
    course.wrong
}

/// What dispatch shows of the clocks of a hold was said of that hold, and not of an earlier one.
fn shown(file: &File<'_>) -> Vec<String> {
    let journal = file.world.dispatch.journal.iter().filter(|entry| entry.case == file.case);
    let mut held = BTreeMap::new();
    let mut wrong = Vec::new();
    for entry in journal {
        match (&entry.event, entry.cause) {
            (Worked::Held(fact), _) => {
                held.insert(fact.work_order, fact.at);
            }
            (
                Worked::PauseAnswered { work_order, pause },
                Cause::Letter(Service::EscalationTimer, sequence),
            ) => {
                let said = usize::try_from(sequence.saturating_sub(1))
                    .ok()
                    .and_then(|at| file.timer.get(at));
                let of = match (pause, said) {
                    (Pausing::Granted { .. }, Some(EscalationFact::PauseGranted(granted))) => {
                        Some(granted.from)
                    }
                    (Pausing::Refused { .. }, Some(EscalationFact::PauseRefused(refused))) => {
                        refused.from
                    }
                    _ => None,
                };
                if of.is_none() || held.get(work_order) != of.as_ref() {
                    wrong.push(format!("{work_order} shows what was said of another hold"));
                }
            }
            _ => {}
        }
    }
    wrong
}

impl Course {
    /// Whether that may have moved a due.
    fn follow(&mut self, file: &File<'_>, entry: &Entry<Event>) -> bool {
        match &entry.event {
            Event::Watched(watched) => {
                (self.cycle, self.urgency) = (Some(watched.cycle), Some(watched.urgency));
            }
            Event::Ended { .. } => self.cycle = None,
            Event::UrgencyChanged { urgency, .. } => self.urgency = Some(*urgency),
            Event::Armed { armed, urgency, .. } => {
                let (commitment, cycle, urgency) = (armed.commitment, armed.cycle, *urgency);
                let (bare, due, pauses, is_settled) =
                    (armed.due, armed.due, BTreeMap::new(), false);
                let clock = Clock { commitment, cycle, urgency, bare, due, pauses, is_settled };
                self.clocks.insert(armed.timer, clock);
            }
            Event::PromiseMoved(PromiseMovedV1 { timer, new, why: MoveCause::Pause, .. }) => {
                match self.clocks.get_mut(timer) {
                    Some(clock) if !clock.is_settled => clock.due = *new,
                    _ => self.wrong.push("a pause moved what is broken or kept".to_owned()),
                }
                return true;
            }
            Event::RungFired { fired, .. } => self.settle(fired.timer),
            Event::Stopped(stopped) => self.settle(stopped.timer),
            Event::Held(hold) => self.wait(file, entry.cause, hold),
            Event::PauseGranted { granted, rested } => {
                let rested = rested.iter().map(|one| one.timer).collect();
                self.begin(file, entry.cause, granted, &rested);
                return true;
            }
            Event::HoldEnded { work_order, at } => {
                self.end(file, entry.cause, *work_order, *at);
                return true;
            }
            _ => {}
        }
        false
    }

    fn settle(&mut self, timer: TimerId) {
        if let Some(clock) = self.clocks.get_mut(&timer) {
            clock.is_settled = true;
        }
    }

    fn wait(&mut self, file: &File<'_>, cause: Cause, hold: &Hold) {
        let is_it = matches!(letter(file, cause), Some(DispatchFact::WorkOrderHeld(held))
            if (held.work_order, held.reason, held.at) == (hold.work_order, hold.reason, hold.from));
        if !is_it || self.waiting.insert(hold.work_order, hold.from).is_some() {
            self.wrong.push(format!("a hold for {} that was none", hold.reason));
        }
    }

    fn begin(
        &mut self,
        file: &File<'_>,
        cause: Cause,
        granted: &PauseGrantedV1,
        rested: &BTreeSet<TimerId>,
    ) {
        self.listen(cause);
        let PauseGrantedV1 { work_order, cycle, reason, from, until, at, .. } = *granted;
        let rule = RULES.policy(file.item).and_then(|policy| policy.pause(reason));
        let decided = file.command(cause).map(|done| done.order.deed());
        let is_due = match rule.map(|rule| rule.approver.is_some()) {
            None => false,
            Some(true) => decided == Some("approve the pause"),
            Some(false) => decided.is_none_or(|deed| deed == "ask for a pause"),
        };
        if !is_due || self.waiting.get(&work_order) != Some(&from) {
            self.wrong.push(format!("a pause for {reason} that nobody granted"));
        }
        let is_shared = shared(file, self.heard, cycle, work_order);
        let mut rests = BTreeSet::new();
        for (timer, clock) in &mut self.clocks {
            let may_wait = match clock.commitment {
                Commitment::Complete => true,
                // While another may come first, nobody needs to wait for this one.
                Commitment::Arrive => !is_shared,
                _ => false,
            };
            let in_time = clock.cycle == cycle && from < clock.due && at < clock.due;
            if may_wait && in_time && !clock.is_settled {
                rests.insert(*timer);
                clock.pauses.insert((work_order, from), Pause { from, to: until });
            }
        }
        if rests.is_empty() || rests != *rested {
            self.wrong.push(format!("a pause for {reason} rests {rested:?}, not {rests:?}"));
        }
    }

    fn end(&mut self, file: &File<'_>, cause: Cause, work_order: WorkOrderId, at: Timestamp) {
        let from = self.waiting.remove(&work_order);
        let (Some(from), true) = (from, goes_on(file, cause) == Some((work_order, at))) else {
            return self.wrong.push(format!("{work_order} waits no more, and nobody said so"));
        };
        for clock in self.clocks.values_mut() {
            if let Some(pause) = clock.pauses.get_mut(&(work_order, from)) {
                pause.to = pause.to.min(at.max(from));
            }
        }
    }

    /// Nothing waits on that goes on, is with another post, or is over, as long as the case is watched.
    fn waits_on(&mut self, file: &File<'_>, cause: Cause) {
        self.listen(cause);
        let over = goes_on(file, cause).filter(|(work_order, _)| {
            self.cycle.is_some() && self.waiting.contains_key(work_order)
        });
        if let Some((work_order, at)) = over {
            self.wrong.push(format!("{work_order} waits on after {at}"));
        }
    }

    fn listen(&mut self, cause: Cause) {
        if let Cause::Letter(Service::Dispatch, sequence) = cause {
            self.heard = self.heard.max(usize::try_from(sequence).unwrap_or(usize::MAX));
        }
    }

    /// The dues are those before any pause, and the counted time of all of them.
    fn compare(&mut self) {
        let department = RULES.departments().next().map(|department| department.id.clone());
        let Some(calendar) = department.and_then(|id| RULES.calendar_for(&id)) else { return };
        for clock in self.clocks.values().filter(|clock| !clock.is_settled) {
            let base = base(clock.urgency.or(self.urgency).unwrap_or(Urgency::Normal));
            let pauses = together(clock.pauses.values().copied());
            let due = pauses.iter().try_fold(clock.bare, |due, pause| {
                calendar.paused(due, base, *pause).map(|due| due.at)
            });
            if due != Ok(clock.due) {
                self.wrong.push(format!(
                    "to {} was due at {}, and after {pauses:?} at {}, not {due:?}",
                    clock.commitment, clock.bare, clock.due
                ));
            }
        }
    }
}

/// Time that two parts waited for counts once.
fn together(pauses: impl Iterator<Item = Pause>) -> Vec<Pause> {
    let mut pauses: Vec<Pause> = pauses.filter(|pause| pause.from < pause.to).collect();
    pauses.sort_by_key(|pause| pause.from);
    let mut together: Vec<Pause> = Vec::new();
    for pause in pauses {
        match together.last_mut() {
            Some(last) if pause.from <= last.to => last.to = last.to.max(pause.to),
            _ => together.push(pause),
        }
    }
    together
}

/// Whether there were others of the cycle beside a work order when that much had been heard. One that was
/// given away in time and that nobody ever had does not count: nobody could come for it first.
fn shared(file: &File<'_>, heard: usize, cycle: Cycle, work_order: WorkOrderId) -> bool {
    let mut others = BTreeMap::new();
    for fact in file.dispatch.iter().take(heard) {
        match fact {
            DispatchFact::WorkOrderOffered(fact) if fact.cycle == cycle => {
                // What is offered again was with another post before.
                let again = others.contains_key(&fact.work_order);
                others.insert(fact.work_order, (!again).then_some(fact.offer));
            }
            DispatchFact::WorkOrderClaimed(WorkOrderClaimedV1 { work_order, .. })
            | DispatchFact::WorkOrderAssigned(WorkOrderAssignedV1 { work_order, .. })
            | DispatchFact::WorkOrderReleased(WorkOrderReleasedV1 { work_order, .. }) => {
                others.entry(*work_order).and_modify(|untouched| *untouched = None);
            }
            DispatchFact::WorkOrderCancelled(fact) => {
                let offer = others.get(&fact.work_order).copied().flatten();
                let due = offer.and_then(|offer| claimed_by(file, offer));
                if due.is_some_and(|due| fact.at <= due) {
                    others.remove(&fact.work_order);
                }
            }
            _ => {}
        }
    }
    others.keys().any(|other| *other != work_order)
}

/// Until when it was promised at first that an offer is claimed.
fn claimed_by(file: &File<'_>, offer: OfferId) -> Option<Timestamp> {
    file.timer.iter().find_map(|fact| match fact {
        EscalationFact::Armed(armed) if armed.subject == Subject::Offer(offer) => Some(armed.due),
        _ => None,
    })
}

/// The work order that waits no more from this on, if it waited.
fn goes_on(file: &File<'_>, cause: Cause) -> Option<(WorkOrderId, Timestamp)> {
    match letter(file, cause)? {
        DispatchFact::WorkOrderResumed(fact) => Some((fact.work_order, fact.at)),
        DispatchFact::WorkOrderReleased(fact) => Some((fact.work_order, fact.at)),
        DispatchFact::WorkOrderCompleted(fact) => Some((fact.work_order, fact.at)),
        DispatchFact::WorkOrderCancelled(fact) => Some((fact.work_order, fact.at)),
        _ => None,
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
