//! A cycle has one work order and the parts that were split off it, and is done with the last of them.

use std::collections::{BTreeMap, BTreeSet};

use clock::WorkOrderId;
use events::{
    DispatchFact, IntakeFact,
    dispatch::{CaseCompletedV1, Merged, WorkOrderCancelledV1, WorkOrderOfferedV1},
    words::{Cycle, PostId},
};
use jiff::Timestamp;

use super::{File, truth};

/// The most that may be open at once.
const MOST_OPEN: usize = 8;

/// One of the work orders of a cycle.
struct Part<'a> {
    cycle: Cycle,
    /// The post that has it; none between two, while nobody decided, and once it is over.
    post: Option<&'a PostId>,
    is_disputed: bool,
    /// It was decided whose it is.
    is_final: bool,
    is_open: bool,
}

#[derive(Default)]
struct Parts<'a> {
    all: BTreeMap<WorkOrderId, Part<'a>>,
    done: BTreeSet<Cycle>,
}

pub(super) fn check(file: &File<'_>) -> Vec<String> {
    let mut parts = Parts::default();
    let mut wrong = Vec::new();
    let mut before = None;
    for fact in &file.dispatch {
        // What is done last says in the same breath that all is.
        let all_done = before.and_then(|fact| parts.done_with(fact));
        let said = match fact {
            DispatchFact::CaseCompleted(fact) => Some(fact),
            _ => None,
        };
        if said.map(|said| (said.cycle, said.completed_at)) != all_done {
            wrong.push(format!("{said:?} is said of what is done by {all_done:?}"));
        }
        if let Err(why) = parts.follow(file, fact) {
            wrong.push(format!("{} {why}: {fact:?}", fact.event_type()));
        }
        before = Some(*fact);
    }
    if before.is_some_and(|fact| parts.done_with(fact).is_some()) {
        wrong.push("it was done, and nobody said so".to_owned());
    }
    wrong.extend(unworked(file, &parts));
    wrong
}

impl<'a> Parts<'a> {
    fn follow(&mut self, file: &File<'_>, fact: &'a DispatchFact) -> Result<(), &'static str> {
        match fact {
            DispatchFact::WorkOrderOffered(offered) => return self.offer(offered),
            DispatchFact::WorkOrderCancelled(cancelled) => return self.cancel(file, cancelled),
            DispatchFact::CaseCompleted(CaseCompletedV1 { cycle, .. }) => {
                return if self.done.insert(*cycle) { Ok(()) } else { Err("is said twice") };
            }
            DispatchFact::WorkOrderReleased(fact) => self.edit(fact.work_order, |part| {
                part.post = None;
            }),
            DispatchFact::WorkOrderDisputed(fact) => self.edit(fact.work_order, |part| {
                part.is_disputed = true;
            }),
            DispatchFact::WorkOrderCompleted(fact) => self.edit(fact.work_order, |part| {
                (part.post, part.is_open) = (None, false);
            }),
            _ => {}
        }
        Ok(())
    }

    fn edit(&mut self, id: WorkOrderId, to: impl FnOnce(&mut Part<'a>)) {
        if let Some(part) = self.all.get_mut(&id) {
            to(part);
        }
    }

    fn open(&self, cycle: Cycle) -> impl Iterator<Item = &Part<'a>> {
        self.all.values().filter(move |part| part.is_open && part.cycle == cycle)
    }

    /// The cycle that is done with this, and when.
    fn done_with(&self, fact: &DispatchFact) -> Option<(Cycle, Timestamp)> {
        match fact {
            DispatchFact::WorkOrderCompleted(fact) if self.open(fact.cycle).next().is_none() => {
                Some((fact.cycle, fact.at))
            }
            _ => None,
        }
    }

    fn offer(&mut self, offered: &'a WorkOrderOfferedV1) -> Result<(), &'static str> {
        let WorkOrderOfferedV1 { work_order, cycle, ref post, split, .. } = *offered;
        if self.done.contains(&cycle) {
            return Err("after all was done");
        }
        if let Some(part) = self.all.get_mut(&work_order) {
            part.post = Some(post);
            part.is_final |= std::mem::take(&mut part.is_disputed);
            return if split.is_none() { Ok(()) } else { Err("is split off twice") };
        }
        let from = split.map(|split| self.all.get(&split.from));
        match from {
            None if self.all.values().any(|part| part.cycle == cycle) => {
                return Err("was split off nothing");
            }
            Some(from)
                if from.is_none_or(|from| (from.cycle, from.post.is_some()) != (cycle, true)) =>
            {
                return Err("was split off what no post has");
            }
            Some(_) if self.open(cycle).any(|part| part.post == Some(post)) => {
                return Err("went to a post that has a part");
            }
            Some(_) if self.open(cycle).count() >= MOST_OPEN => return Err("is one too many"),
            None | Some(_) => {}
        }
        let (post, is_disputed, is_final, is_open) = (Some(post), false, false, true);
        self.all.insert(work_order, Part { cycle, post, is_disputed, is_final, is_open });
        Ok(())
    }

    /// By itself only in favour of another that a post has; without one only with its case.
    fn cancel(
        &mut self,
        file: &File<'_>,
        cancelled: &WorkOrderCancelledV1,
    ) -> Result<(), &'static str> {
        let WorkOrderCancelledV1 { work_order, cycle, at, merged, .. } = *cancelled;
        let has_post = |part: &&Part<'_>| part.cycle == cycle && part.post.is_some();
        if let Some(Merged { into, .. }) = merged {
            if self.all.get(&work_order).filter(has_post).is_none_or(|part| part.is_final) {
                return Err("was not to be given away");
            }
            if into == work_order || self.all.get(&into).is_none_or(|part| !has_post(&part)) {
                return Err("went where no post has it");
            }
        } else if !truth::over(file, cycle).contains(&at) {
            return Err("was wanted");
        }
        self.edit(work_order, |part| (part.post, part.is_open) = (None, false));
        Ok(())
    }
}

/// Each cycle has work of its own.
fn unworked(file: &File<'_>, parts: &Parts<'_>) -> Vec<String> {
    let cycles = file.intake.iter().filter_map(|fact| match fact {
        IntakeFact::CaseAccepted(accepted) => Some(accepted.cycle),
        IntakeFact::CaseReopened(reopened) => Some(reopened.cycle),
        _ => None,
    });
    let left = cycles.filter(|cycle| parts.all.values().all(|part| part.cycle != *cycle));
    left.map(|cycle| format!("nobody was offered the work of cycle {cycle}")).collect()
}
