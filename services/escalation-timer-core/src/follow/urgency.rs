use calendar::Due;
use clock::Ids;
use definitions::Rules;
use events::{
    intake::{CaseUrgencyChangedV1, Promise},
    words::{Commitment, MoveCause, Subject},
};
use jiff::Timestamp;

use super::{first_rung, in_cycle, watching};
use crate::{
    clocks::{Anew, Promised, abandon, promise_anew},
    event::{Event, Reason},
    state::{State, Timer, Watch},
};

/// What haste has no part in.
const APART: [Commitment; 2] = [Commitment::CallBack, Commitment::FollowUp];

/// Every clock that runs gets its next promise: those of the case as intake computed them, an offer's
/// and a dispute's from here. What is promised for the first time (to contain) begins a clock, and
/// what is promised no more ends.
pub(crate) fn urgency_changed(
    state: &State,
    rules: &Rules,
    fact: &CaseUrgencyChangedV1,
    ids: &mut impl Ids,
) -> Result<Vec<Event>, Reason> {
    let watch = in_cycle(watching(state)?, fact.cycle)?;
    if watch.urgency == fact.urgency {
        return Err(Reason::AlreadyKnown);
    }
    let changed = Event::UrgencyChanged { urgency: fact.urgency, at: fact.at };
    // Nobody is called back sooner because it was urgent: that clock begins when all is done. And when
    // somebody has an answer was told to them by itself.
    // Intake counts by the calendars of the case's own revision, whatever was announced since.
    let counted = watch.calendars.map(|_| Event::Counted { calendars: watch.revision });
    let mut events: Vec<_> = [changed].into_iter().chain(counted).collect();
    for timer in watch.running().filter(|timer| !APART.contains(&timer.commitment)) {
        match next(watch, rules, timer, fact) {
            Next::Promise(since, due) => {
                let anew = Anew { since, due, urgency: None, rung: None };
                let next = promise_anew(timer, anew);
                events.extend(next.moved(MoveCause::Urgency, None, None, fact.at));
            }
            Next::Nothing => events.extend(abandon(timer, fact.at)),
            Next::Same => {}
        }
    }
    let works = watch.running().any(|timer| matters(timer, fact));
    let is_known = |commitment: Commitment| {
        let mut timers = watch.timers.iter();
        timers.any(|timer| (timer.cycle, timer.commitment) == (fact.cycle, commitment))
    };
    let new = fact.promises.iter().filter(|one| works && !is_known(one.commitment));
    events.extend(new.map(|&Promise { commitment, due: at, provisional }| {
        let (cycle, since, subject) = (fact.cycle, fact.at, Subject::Case);
        let (due, first_rung) = (Due { at, provisional }, first_rung(watch, rules, commitment));
        Promised { subject, commitment, cycle, since, due, first_rung }.arm(ids)
    }));
    Ok(events)
}

/// Whether it is the clock of what the requester was told: while it runs, the work is not done.
fn matters(timer: &Timer, fact: &CaseUrgencyChangedV1) -> bool {
    let told = [Commitment::Complete, Commitment::Answer].contains(&timer.commitment);
    told && timer.cycle == fact.cycle
}

/// What becomes of a running clock.
enum Next {
    /// What it counts from, and until when it is promised now.
    Promise(Timestamp, Due),
    /// There is nothing to keep any more.
    Nothing,
    /// These definitions promise nothing else.
    Same,
}

fn next(watch: &Watch, rules: &Rules, timer: &Timer, fact: &CaseUrgencyChangedV1) -> Next {
    let raised = fact.urgency > watch.urgency;
    let since = if raised { fact.at } else { timer.first.since };
    let due = match timer.subject {
        Subject::Case => {
            let promises = &mut fact.promises.iter();
            let Some(promise) = promises.find(|one| one.commitment == timer.commitment) else {
                return Next::Nothing;
            };
            Due { at: promise.due, provisional: promise.provisional }
        }
        Subject::Offer(_) | Subject::WorkOrder(_) | Subject::Question(_) => {
            match rules.due(&watch.item, timer.commitment, fact.urgency, since) {
                Ok(Some(due)) => due,
                Ok(None) | Err(_) => return Next::Same,
            }
        }
    };
    Next::Promise(since, bounded(timer, due, raised, fact.at))
}

/// More haste never makes a promise later, not even one that was extended since, and less never makes
/// it earlier. What is late already is due at the change, so that the ladder goes on from there at
/// its new pace and fires nothing for the time before.
fn bounded(timer: &Timer, due: Due, raised: bool, at: Timestamp) -> Due {
    let before = timer.promise();
    let keeps = if raised { before.due < due.at } else { before.due > due.at };
    let due = if keeps { Due { at: before.due, provisional: before.provisional } } else { due };
    if due.at < at { Due { at, provisional: false } } else { due }
}
