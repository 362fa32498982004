//! Each promise has its clock with the right due, no clock begins again, and the requester was told
//! what holds.

use std::collections::{BTreeMap, BTreeSet};

use clock::TimerId;
use escalation_timer_core::Event;
use events::{
    DispatchFact, EscalationFact, Fact, IntakeFact,
    escalation::ArmedV1,
    intake::Promise,
    words::{Asked, Commitment, Cycle, MoveCause, Service, Subject, Urgency},
};
use jiff::Timestamp;

use super::{File, truth};
use crate::repairs::{campus::RULES, office::Cause};

pub(super) fn check(file: &File<'_>) -> Vec<String> {
    let first: Vec<&ArmedV1> = file
        .timer
        .iter()
        .filter_map(|fact| match fact {
            EscalationFact::Armed(armed) if armed.promise == 1 => Some(armed),
            _ => None,
        })
        .collect();
    let mut wrong = at_receipt(file, &first);
    wrong.extend(later(file, &first));
    wrong.extend(twice(&first));
    wrong.extend(answers(file));
    wrong.extend(restarted(file));
    wrong.extend(told(file));
    wrong
}

/// What intake promised for a cycle is watched, as it was promised; of an answer see [`answers`].
fn at_receipt(file: &File<'_>, first: &[&ArmedV1]) -> Vec<String> {
    let mut wrong = Vec::new();
    for fact in &file.intake {
        let (cycle, promises) = match fact {
            IntakeFact::CaseAccepted(accepted) => (accepted.cycle, &accepted.promises),
            IntakeFact::CaseReopened(reopened) => (reopened.cycle, &reopened.promises),
            _ => continue,
        };
        let once = promises.iter().filter(|one| one.commitment != Commitment::FollowUp);
        for Promise { commitment, due, .. } in once {
            let is_it = |armed: &&&ArmedV1| {
                (armed.cycle, armed.commitment, armed.due) == (cycle, *commitment, *due)
            };
            if first.iter().filter(is_it).count() != 1 {
                wrong.push(format!("no clock to {commitment} by {due} in cycle {cycle}"));
            }
        }
    }
    wrong
}

/// What begins with an offer or a completion is watched from then on, unless the case had gone on
/// without when that was heard.
fn later(file: &File<'_>, first: &[&ArmedV1]) -> Vec<String> {
    let watched = watched(file);
    let mut wrong = Vec::new();
    for (sequence, fact) in (1..).zip(&file.dispatch) {
        let (subject, commitment, cycle, since) = match fact {
            DispatchFact::WorkOrderOffered(fact) => {
                (Subject::Offer(fact.offer), Commitment::Accept, fact.cycle, fact.offered_at)
            }
            DispatchFact::WorkOrderDisputed(fact) => {
                (Subject::WorkOrder(fact.work_order), Commitment::Adjudicate, fact.cycle, fact.at)
            }
            // What its requester is asked is promised by nobody.
            DispatchFact::WorkOrderAsked(fact) if fact.of != Asked::Requester => {
                (Subject::Question(fact.question), Commitment::Reply, fact.cycle, fact.at)
            }
            DispatchFact::CaseCompleted(fact) => {
                (Subject::Case, Commitment::CallBack, fact.cycle, fact.completed_at)
            }
            _ => continue,
        };
        let due =
            |urgency: &Urgency| Some(RULES.due(file.item, commitment, *urgency, since).ok()??.at);
        let dues: Vec<Timestamp> = Urgency::ALL.iter().filter_map(due).collect();
        let mut clocks = first.iter().filter(|armed| {
            (armed.subject, armed.commitment, armed.cycle) == (subject, commitment, cycle)
        });
        match clocks.next() {
            None if dues.is_empty() || watched.get(&sequence) != Some(&cycle) => {}
            None => wrong.push(format!("no clock to {commitment} since {since}")),
            Some(armed) if dues.contains(&armed.due) => {}
            Some(armed) => {
                wrong.push(format!("to {commitment} since {since} is due at {}", armed.due));
            }
        }
    }
    wrong
}

/// The cycle that was to be watched when each letter of dispatch took effect, whatever was made of it.
fn watched(file: &File<'_>) -> BTreeMap<u64, Cycle> {
    let heard = file.world.timer.applied.iter().filter(|letter| letter.key == file.case);
    let mut watched = BTreeMap::new();
    let mut now = None;
    for letter in heard {
        match &letter.fact {
            Fact::Intake(IntakeFact::CaseAccepted(fact)) => now = Some(fact.cycle),
            Fact::Intake(IntakeFact::CaseReopened(fact)) => now = Some(fact.cycle),
            Fact::Intake(IntakeFact::CaseClosed(_)) => now = None,
            Fact::Dispatch(_) => watched.extend(now.map(|cycle| (letter.sequence, cycle))),
            _ => {}
        }
    }
    watched
}

/// Each answer that is promised has one clock of its own with that due, however many follow one
/// another, and there is no other.
fn answers(file: &File<'_>) -> Vec<String> {
    let mut promised = Vec::new();
    // Of two at one instant, one after the other, that promise the same the later one says nothing new.
    let mut last = None;
    for fact in &file.intake {
        let (cycle, promises, at) = match fact {
            IntakeFact::CaseAccepted(fact) => {
                (fact.cycle, fact.promises.as_slice(), fact.received_at)
            }
            IntakeFact::CaseReopened(fact) => {
                (fact.cycle, fact.promises.as_slice(), fact.reopened_at)
            }
            IntakeFact::CaseReplied(fact) => (fact.cycle, fact.next.as_slice(), fact.at),
            _ => continue,
        };
        let mut answers = promises.iter().filter(|one| one.commitment == Commitment::FollowUp);
        let now = (cycle, at, answers.next().map(|one| one.due));
        if let (cycle, at, Some(due)) = now
            && last != Some(now)
        {
            promised.push((cycle, at, due));
        }
        last = Some(now);
    }
    promised.sort_unstable();
    let clocks = file.timed.iter().filter_map(|entry| match &entry.event {
        Event::Armed { armed, since, .. } if truth::is_answer(armed) => {
            Some((armed.cycle, *since, armed.due))
        }
        _ => None,
    });
    let mut clocks: Vec<_> = clocks.collect();
    clocks.sort_unstable();
    let is_right = clocks == promised;
    let what = || format!("answers are promised {promised:?}, and watched {clocks:?}");
    (!is_right).then(what).into_iter().collect()
}

/// The clocks of a case and those of an offer are one each, however often the work order moves; each
/// answer has its own.
fn twice(first: &[&ArmedV1]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let once = first.iter().filter(|armed| armed.commitment != Commitment::FollowUp);
    let again = once.filter(|armed| {
        let subject = (armed.subject, armed.commitment.word(), armed.cycle);
        !seen.insert(subject)
    });
    again.map(|armed| format!("a second clock to {} runs", armed.commitment)).collect()
}

/// A promise is made anew for more or less haste, for a containment, or by who may give time.
fn restarted(file: &File<'_>) -> Vec<String> {
    let has_cause = |cause: Cause| match cause {
        Cause::Hour => false,
        Cause::Command(_) => file
            .command(cause)
            .is_some_and(|done| ["approve the extension", "extend"].contains(&done.order.deed())),
        Cause::Letter(source, sequence) => {
            let at = usize::try_from(sequence.saturating_sub(1)).unwrap_or(usize::MAX);
            match source {
                Service::Intake => file
                    .intake
                    .get(at)
                    .is_some_and(|fact| matches!(fact, IntakeFact::CaseUrgencyChanged(_))),
                Service::Dispatch => file
                    .dispatch
                    .get(at)
                    .is_some_and(|fact| matches!(fact, DispatchFact::WorkOrderContained(_))),
                _ => false,
            }
        }
    };
    let anew = file.timed.iter().filter_map(|entry| match &entry.event {
        Event::Armed { armed, .. } if armed.promise > 1 => Some((entry.cause, armed)),
        _ => None,
    });
    let wrong = anew.filter(|(cause, _)| !has_cause(*cause));
    wrong
        .map(|(_, armed)| format!("to {} was promised anew for nothing", armed.commitment))
        .collect()
}

/// What the requester was told, of one clock.
struct Told {
    cycle: Cycle,
    commitment: Commitment,
    due: Timestamp,
    moved_by_time_givers: bool,
}

/// By what was published of moved promises, the requester knows the promise that holds.
fn told(file: &File<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut clocks: BTreeMap<TimerId, Told> = BTreeMap::new();
    for fact in &file.timer {
        match fact {
            EscalationFact::Armed(ArmedV1 { timer, cycle, commitment, due, .. }) => {
                clocks.entry(*timer).or_insert(Told {
                    cycle: *cycle,
                    commitment: *commitment,
                    due: *due,
                    moved_by_time_givers: false,
                });
            }
            EscalationFact::PromiseMoved(moved) => {
                let Some(told) = clocks.get_mut(&moved.timer) else { continue };
                if told.due != moved.old {
                    wrong.push(format!("told {} for {} as old", moved.old, told.due));
                }
                told.due = moved.new;
                told.moved_by_time_givers |= moved.why != MoveCause::Urgency;
            }
            _ => {}
        }
    }
    let watch = file.world.timer.state(file.case).and_then(|state| state.watch());
    for timer in watch.into_iter().flat_map(|watch| &watch.timers) {
        let holds = timer.promise().due;
        let Some(told) = clocks.get(&timer.id) else { continue };
        if told.due != holds {
            wrong.push(format!("told {} to {}, but {holds} holds", told.due, told.commitment));
        }
        if timer.commitment == Commitment::Complete && !told.moved_by_time_givers {
            wrong.extend(unlike_intake(file, told, timer));
        }
    }
    wrong
}

/// Where nobody gave time, the promise that holds is the one that intake shows: as far as it was heard
/// of before the clock stopped.
fn unlike_intake(
    file: &File<'_>,
    told: &Told,
    timer: &escalation_timer_core::Timer,
) -> Option<String> {
    let stopped = |event: &Event| matches!(event, Event::Stopped(one) if one.timer == timer.id);
    let before = file.timed.iter().take_while(|entry| !stopped(&entry.event));
    let heard = before.filter_map(|entry| match entry.cause {
        Cause::Letter(Service::Intake, sequence) => usize::try_from(sequence).ok(),
        Cause::Letter(..) | Cause::Command(_) | Cause::Hour => None,
    });
    let mut shown = None;
    for fact in file.intake.iter().take(heard.max().unwrap_or(0)) {
        let (cycle, promises, at) = match fact {
            IntakeFact::CaseAccepted(fact) => (fact.cycle, &fact.promises, fact.received_at),
            IntakeFact::CaseReopened(fact) => (fact.cycle, &fact.promises, fact.reopened_at),
            IntakeFact::CaseUrgencyChanged(fact) => (fact.cycle, &fact.promises, fact.at),
            _ => continue,
        };
        if cycle == told.cycle {
            let complete = promises.iter().find(|one| one.commitment == Commitment::Complete);
            // What is late already is due at the change.
            shown = complete.map(|promise| (promise.due, promise.due.max(at)));
        }
    }
    let is_shown = shown.is_some_and(|(due, late)| told.due == due || told.due == late);
    (!is_shown).then(|| format!("intake shows {shown:?}, and {} holds", told.due))
}
