//! Leaders act on what they were told, and a reopened case begins one rung higher.

use std::collections::BTreeSet;

use clock::TimerId;
use escalation_timer_core::Event;
use events::{
    EscalationFact,
    words::{Commitment, PostId},
};

use super::File;
use crate::repairs::campus::RULES;

pub(super) fn check(file: &File<'_>) -> Vec<String> {
    let mut wrong = untold(file);
    wrong.extend(start_rungs(file));
    wrong
}

/// Who ordered, took over or accepted the risk had heard of that very lateness.
fn untold(file: &File<'_>) -> Vec<String> {
    let mut told: BTreeSet<(TimerId, &PostId)> = BTreeSet::new();
    let mut wrong = Vec::new();
    for fact in &file.timer {
        let (timer, post) = match fact {
            EscalationFact::RungFired(fired) => {
                told.insert((fired.timer, &fired.post));
                continue;
            }
            EscalationFact::Ordered(fact) => (fact.timer, &fact.post),
            EscalationFact::TakenOver(fact) => (fact.timer, &fact.post),
            EscalationFact::RiskAccepted(fact) => (fact.timer, &fact.post),
            _ => continue,
        };
        if !told.contains(&(timer, post)) {
            wrong.push(format!("{post} did {} and was not told", fact.event_type()));
        }
    }
    wrong
}

/// One above the start of the cycle before, or the highest that stands, and never above the top.
fn start_rungs(file: &File<'_>) -> Vec<String> {
    let Some(ladder) = RULES.ladder(file.item, Commitment::Complete) else { return Vec::new() };
    let mut standing: BTreeSet<(u8, TimerId, u16, u16)> = BTreeSet::new();
    let mut start = 0;
    let mut wrong = Vec::new();
    for batch in file.timed.chunk_by(|one, next| (one.at, one.cause) == (next.at, next.cause)) {
        // A new cycle begins by what stood before: what is taken back with it is taken back after.
        let highest = standing.last().map_or(0, |(rung, ..)| *rung);
        for entry in batch {
            match &entry.event {
                Event::RungFired { fired, .. } if fired.ladder == ladder.id => {
                    standing.insert((fired.rung, fired.timer, fired.promise, fired.round));
                }
                Event::RungRetracted(fact) => {
                    standing.remove(&(fact.rung, fact.timer, fact.promise, fact.round));
                }
                Event::Watched(watched) => {
                    let higher = ladder.top().min(highest.max(start + 1));
                    let expected = if start == 0 { 1 } else { higher };
                    if watched.start_rung != expected {
                        let (cycle, rung) = (watched.cycle, watched.start_rung);
                        wrong.push(format!("cycle {cycle} begins at {rung}, not {expected}"));
                    }
                    start = watched.start_rung;
                }
                _ => {}
            }
        }
    }
    wrong
}
