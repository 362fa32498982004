//! Rungs fire once, in order, when they were planned, and for nothing that was done.

use std::collections::{BTreeMap, BTreeSet};

use calendar::Calendar;
use clock::TimerId;
use definitions::Ladder;
use escalation_timer_core::Event;
use events::{
    EscalationFact,
    escalation::{ArmedV1, AtRiskV1, ClockStoppedV1, RungFiredV1, RungRetractedV1},
    words::{MoveCause, Urgency},
};
use jiff::Timestamp;

use super::{
    File,
    truth::{self, Sought},
};
use crate::repairs::{campus::RULES, office::Entry};

/// A step of a ladder.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    rung: u8,
    round: u16,
    at: Timestamp,
}

/// A clock, as its ladder sees it.
struct Clock {
    sought: Sought,
    promise: u16,
    first_due: Timestamp,
    urgency: Option<Urgency>,
    /// From which step all later ones are counted.
    anchor: Step,
    next: Step,
    /// Since when that is planned.
    known: Timestamp,
    /// When it stopped, as far as was known.
    stopped: Option<Timestamp>,
    on_time: Option<bool>,
}

struct Course<'a> {
    file: &'a File<'a>,
    urgency: Urgency,
    clocks: BTreeMap<TimerId, Clock>,
    fired: BTreeSet<(TimerId, u16, u8, u16)>,
    warned: BTreeSet<(TimerId, u16)>,
    ended: bool,
    wrong: Vec<String>,
}

pub(super) fn check(file: &File<'_>) -> Vec<String> {
    let mut course = Course {
        file,
        urgency: Urgency::Normal,
        clocks: BTreeMap::new(),
        fired: BTreeSet::new(),
        warned: BTreeSet::new(),
        ended: false,
        wrong: Vec::new(),
    };
    for entry in &file.timed {
        course.follow(entry);
    }
    course.wrong.extend(course.ends());
    course.wrong.extend(standing(file));
    course.wrong
}

impl Course<'_> {
    fn follow(&mut self, entry: &Entry<Event>) {
        match &entry.event {
            Event::Watched(watched) => (self.urgency, self.ended) = (watched.urgency, false),
            Event::UrgencyChanged { urgency, .. } => self.urgency = *urgency,
            Event::Armed { armed, urgency, .. } => self.arm(armed, *urgency, entry.at),
            Event::PromiseMoved(moved) if moved.why == MoveCause::Pause => {
                if let Some(clock) = self.clocks.get_mut(&moved.timer) {
                    clock.known = entry.at;
                    clock.anchor.at = moved.new;
                    clock.next = clock.anchor;
                    if clock.promise == 1 {
                        clock.first_due = moved.new;
                    }
                }
            }
            Event::RiskAccepted { accepted, .. } => {
                if let Some(clock) = self.clocks.get_mut(&accepted.timer) {
                    clock.next.at = clock.next.at.max(accepted.until);
                    clock.anchor = clock.next;
                }
            }
            Event::AtRisk(risk) => self.warn(risk, entry.at),
            Event::RungFired { fired, .. } => self.fire(fired, entry.at),
            Event::Stopped(stopped) => self.stop(stopped, entry.at),
            Event::Ended { .. } => self.ended = true,
            _ => {}
        }
    }

    fn arm(&mut self, armed: &ArmedV1, urgency: Option<Urgency>, known: Timestamp) {
        let first = Step { rung: armed.first_rung, round: 0, at: armed.due };
        let ArmedV1 { timer, subject, commitment, cycle, promise, due, .. } = *armed;
        let sought = Sought { timer, subject, commitment, cycle };
        let first_due = self.clocks.get(&armed.timer).map_or(due, |clock| clock.first_due);
        let (anchor, next) = (first, first);
        let (stopped, on_time) = (None, None);
        let clock =
            Clock { sought, promise, first_due, urgency, anchor, next, known, stopped, on_time };
        self.clocks.insert(armed.timer, clock);
    }

    /// Once of a promise that holds, before it is due, and never of one that is late already.
    fn warn(&mut self, risk: &AtRiskV1, at: Timestamp) {
        let AtRiskV1 { timer, promise, due, planned, .. } = *risk;
        let holds = self.clocks.get(&timer).is_some_and(|clock| {
            clock.stopped.is_none() && (clock.promise, clock.next.at) == (promise, due)
        });
        if !holds || self.ended || !(planned <= at && at < due) {
            self.wrong.push(format!("{} of {promise} is at no risk at {at}", risk.commitment));
        }
        if !self.warned.insert((timer, promise)) {
            self.wrong.push(format!("{} of {promise} is at risk twice", risk.commitment));
        }
    }

    fn fire(&mut self, fired: &RungFiredV1, at: Timestamp) {
        let RungFiredV1 { timer, promise, rung, round, planned, .. } = *fired;
        let what = format!("rung {rung}.{round} to {} of {promise}", fired.commitment);
        let step = Step { rung, round, at: planned };
        if self.ended {
            self.wrong.push(format!("{what} fired after the end"));
        }
        if !self.fired.insert((timer, promise, rung, round)) {
            self.wrong.push(format!("{what} fired twice"));
        }
        let running = |clock: &&mut Clock| clock.stopped.is_none();
        let Some(clock) = self.clocks.get_mut(&timer).filter(running) else {
            return self.wrong.push(format!("{what} fired of no clock that runs"));
        };
        if (clock.promise, clock.next) != (promise, step) {
            self.wrong.push(format!("{what} at {planned}, and not {:?}", clock.next));
        }
        if at < planned {
            self.wrong.push(format!("{what} fired at {at}, before {planned}"));
        }
        let Some((ladder, calendar)) = ladder(self.file, clock) else { return };
        if ladder.rung(rung) != Some(&fired.post) {
            self.wrong.push(format!("{what} told {}", fired.post));
        }
        let urgency = clock.urgency.unwrap_or(self.urgency);
        clock.known = at;
        clock.next = after(ladder, calendar, urgency, clock.anchor, step).unwrap_or(step);
    }

    /// Whatever was planned while the clock ran, and while there was somebody to be woken, has fired.
    fn stop(&mut self, stopped: &ClockStoppedV1, heard: Timestamp) {
        let ClockStoppedV1 { timer, at, on_time, commitment, corrects, .. } = *stopped;
        let Some(clock) = self.clocks.get_mut(&timer) else {
            return self.wrong.push(format!("a clock to {commitment} stopped and never ran"));
        };
        let planned = clock.next.at.max(clock.known);
        let File { world, case, .. } = self.file;
        let before = clock.stopped.replace(at);
        if corrects != before {
            self.wrong.push(format!("an end at {at} corrects {corrects:?}, not {before:?}"));
        }
        match before {
            // Of two ends the earlier one counts, whichever is heard first.
            Some(before) if before <= at => {
                self.wrong.push(format!("a clock to {commitment} stopped at {before} and {at}"));
            }
            None if !world.timer.was_held_up(*case, planned, heard) => {
                self.wrong.push(format!("{:?} to {commitment} never fired", clock.next));
            }
            Some(_) | None => {}
        }
        clock.on_time = on_time;
    }

    /// Each clock stopped when what it waited for was done, or was not wanted any more, and says rightly
    /// whether that was in time.
    fn ends(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for Clock { sought, stopped, first_due, on_time, .. } in self.clocks.values() {
            let Some(at) = *stopped else {
                wrong.push(format!("a clock to {} runs after the end", sought.commitment));
                continue;
            };
            let kept = truth::kept(self.file, *sought);
            let over = truth::idle(self.file, *sought);
            let first = kept.iter().chain(&over).min();
            let hurried = truth::hurried(self.file, *sought).contains(&at);
            if first != Some(&at) && !hurried {
                wrong.push(format!(
                    "a clock to {} stopped at {at}, not {first:?}",
                    sought.commitment
                ));
            }
            let late = (at > *first_due).then_some(false);
            let is_right = match (kept.contains(&at), over.contains(&at) || hurried) {
                (true, false) => *on_time == Some(at <= *first_due),
                (true, true) => *on_time == late || *on_time == Some(at <= *first_due),
                (false, _) => *on_time == late,
            };
            if !is_right {
                wrong.push(format!("{at} is in time for {first_due}: {on_time:?}"));
            }
        }
        wrong
    }
}

fn ladder(file: &File<'_>, clock: &Clock) -> Option<(&'static Ladder, &'static Calendar)> {
    let ladder = RULES.ladder(file.item, clock.sought.commitment)?;
    Some((ladder, RULES.calendar_for(&RULES.item(file.item)?.department)?))
}

/// Up to the top an interval apart, then a round apart, all counted from the anchor.
fn after(
    ladder: &Ladder,
    calendar: &Calendar,
    urgency: Urgency,
    anchor: Step,
    step: Step,
) -> Option<Step> {
    let climb = ladder.climb(urgency);
    let climbs = step.rung < ladder.top();
    let (rung, round) =
        if climbs { (step.rung + 1, 0) } else { (step.rung, step.round.saturating_add(1)) };
    let steps = u32::from(rung.saturating_sub(anchor.rung));
    let rounds = u32::from(round.saturating_sub(anchor.round));
    let climbed = calendar.after(anchor.at, steps, climb.interval).ok()?.at;
    Some(Step { rung, round, at: calendar.after(climbed, rounds, climb.repeat).ok()?.at })
}

/// Whoever was told of what was done before the rung was planned, was told so; and nobody else.
fn standing(file: &File<'_>) -> Vec<String> {
    let retracted: Vec<&RungRetractedV1> = file
        .timer
        .iter()
        .filter_map(|fact| match fact {
            EscalationFact::RungRetracted(fact) => Some(fact),
            _ => None,
        })
        .collect();
    let mut wrong = Vec::new();
    for fact in &file.timer {
        let EscalationFact::RungFired(fired) = fact else { continue };
        let RungFiredV1 { timer, promise, rung, round, subject, commitment, cycle, .. } = *fired;
        let is_it = |one: &&&RungRetractedV1| {
            (one.timer, one.promise, one.rung, one.round) == (timer, promise, rung, round)
        };
        let sought = Sought { timer, subject, commitment, cycle };
        let kept = truth::kept(file, sought);
        let over = truth::idle(file, sought);
        let hurried = truth::hurried(file, sought);
        let first = kept.iter().chain(&over).min();
        let what = format!("rung {rung}.{round} to {commitment} of {promise} in cycle {cycle}");
        match retracted.iter().find(is_it) {
            None if first.is_some_and(|first| *first < fired.planned) => {
                wrong.push(format!("{what} stands, planned {}, done {first:?}", fired.planned));
            }
            None => {}
            Some(retracted) => {
                let done = retracted.done_at;
                let instants = [&kept, &over, &hurried];
                if !instants.iter().any(|those| those.contains(&done)) || done > fired.fired {
                    wrong.push(format!("{what} was taken back for nothing"));
                }
            }
        }
    }
    wrong
}
