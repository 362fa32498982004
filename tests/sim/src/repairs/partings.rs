//! In which ways cases came to be in several parts, to see that a run had them at all.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each way is about a few facts, and a new fact is none of its business"
)]

use std::collections::{BTreeMap, BTreeSet};

use clock::WorkOrderId;
use escalation_timer_core::Event;
use events::{DispatchFact, Fact, words::ReleaseCause};
use uuid::Uuid;

use super::world::World;

/// All ways, by the names that reports give them.
pub const PARTINGS: [&str; 9] = [
    "three parts at once",
    "a part of a part",
    "one done and others open",
    "merged before anybody claimed it",
    "merged out of somebody's hands",
    "merged while it waited",
    "a part returned to where it was split off",
    "all parts withdrawn with the case",
    "two pauses at once",
];

/// How far a work order is, as far as that matters here.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    Offered,
    Taken,
    Waits,
}

#[derive(Default)]
struct Parts {
    open: BTreeMap<WorkOrderId, Stage>,
    split: BTreeSet<WorkOrderId>,
}

/// How often each way came about.
pub(super) fn counted(world: &World) -> BTreeMap<&'static str, u32> {
    let mut counts = BTreeMap::new();
    let mut cases: BTreeMap<Uuid, Parts> = BTreeMap::new();
    for letter in &world.dispatch.outbox {
        if let Fact::Dispatch(fact) = &letter.fact
            && let Some(way) = cases.entry(letter.key).or_default().follow(fact)
        {
            *counts.entry(way).or_default() += 1;
        }
    }
    let paused = pauses(world);
    counts.extend((paused > 0).then_some(("two pauses at once", paused)));
    counts
}

impl Parts {
    fn follow(&mut self, fact: &DispatchFact) -> Option<&'static str> {
        let (_, id) = fact.work_order()?;
        let before = self.open.get(&id).copied();
        let stage = match fact {
            DispatchFact::WorkOrderOffered(_) | DispatchFact::WorkOrderReleased(_) => {
                Stage::Offered
            }
            DispatchFact::WorkOrderClaimed(_)
            | DispatchFact::WorkOrderAssigned(_)
            | DispatchFact::WorkOrderArrived(_)
            | DispatchFact::WorkOrderContained(_)
            | DispatchFact::WorkOrderResumed(_) => Stage::Taken,
            DispatchFact::WorkOrderHeld(_) => Stage::Waits,
            DispatchFact::WorkOrderCompleted(_) => {
                self.open.remove(&id);
                return (!self.open.is_empty()).then_some("one done and others open");
            }
            DispatchFact::WorkOrderCancelled(fact) => {
                self.open.remove(&id);
                return match (fact.merged, before?) {
                    (Some(_), Stage::Offered) => Some("merged before anybody claimed it"),
                    (Some(_), Stage::Taken) => Some("merged out of somebody's hands"),
                    (Some(_), Stage::Waits) => Some("merged while it waited"),
                    (None, _) if self.open.is_empty() => None,
                    (None, _) => Some("all parts withdrawn with the case"),
                };
            }
            DispatchFact::WorkOrderDisputed(_)
            | DispatchFact::WorkOrderAsked(_)
            | DispatchFact::WorkOrderAnswered(_)
            | DispatchFact::CaseCompleted(_)
            | DispatchFact::RosterChanged(_)
            | DispatchFact::HandoverUntaken(_) => return None,
        };
        self.open.insert(id, stage);
        match fact {
            DispatchFact::WorkOrderOffered(fact) => {
                let from = fact.split?.from;
                self.split.insert(id);
                let third = (self.open.len() > 2).then_some("three parts at once");
                if self.split.contains(&from) { Some("a part of a part") } else { third }
            }
            DispatchFact::WorkOrderReleased(fact) => {
                let is_back = fact.cause == ReleaseCause::Returned && self.split.contains(&id);
                is_back.then_some("a part returned to where it was split off")
            }
            _ => None,
        }
    }
}

/// How often a pause began while that of another part ran.
fn pauses(world: &World) -> u32 {
    let mut paused: BTreeMap<Uuid, BTreeSet<WorkOrderId>> = BTreeMap::new();
    let mut twice = 0;
    for entry in &world.timer.journal {
        let paused = paused.entry(entry.case).or_default();
        match &entry.event {
            Event::PauseGranted { granted, .. } => {
                paused.insert(granted.work_order);
                twice += u32::from(paused.len() > 1);
            }
            Event::HoldEnded { work_order, .. } => {
                paused.remove(work_order);
            }
            Event::Watched(_) | Event::Ended { .. } => paused.clear(),
            _ => {}
        }
    }
    twice
}
