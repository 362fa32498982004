//! Who reported, who worked, and who asked: nobody is forgotten, and nobody asks after their own work.

use std::collections::{BTreeMap, BTreeSet};

use clock::{AccountId, PersonId};
use events::{DispatchFact, IntakeFact, SurveyFact, words::Cycle};
use intake_core::Command;
use jiff::Timestamp;

use super::File;
use crate::repairs::deeds::Order;

pub(super) fn check(file: &File<'_>) -> Vec<String> {
    let workers = workers(file);
    let mut wrong = reporters(file);
    for fact in &file.dispatch {
        if let DispatchFact::CaseCompleted(completed) = fact {
            let named: BTreeSet<_> = completed.workers.iter().copied().collect();
            if workers.get(&completed.cycle) != Some(&named) {
                wrong.push(format!("the completion of cycle {} forgets a worker", completed.cycle));
            }
        }
    }
    for fact in &file.survey {
        let (cycle, by, at) = match fact {
            SurveyFact::CallbackAttempted(attempt) => (attempt.cycle, Some(attempt.by), attempt.at),
            SurveyFact::CaseAnswered(answer) => (answer.cycle, answer.by, answer.at),
            SurveyFact::CallbackDue(_)
            | SurveyFact::CallbackWithdrawn(_)
            | SurveyFact::CaseJudged(_) => continue,
        };
        if open_at(file, cycle, at) {
            wrong.push(format!("somebody was asked at {at}, before cycle {cycle} was done"));
        }
        let own = workers.get(&cycle).zip(by).filter(|(workers, by)| workers.contains(by));
        wrong.extend(own.map(|(_, by)| format!("{by} asked after own work of cycle {cycle}")));
    }
    wrong
}

/// Whether some work order of a cycle was still open.
fn open_at(file: &File<'_>, cycle: Cycle, at: Timestamp) -> bool {
    let mut open = BTreeSet::new();
    for fact in &file.dispatch {
        match fact {
            DispatchFact::WorkOrderOffered(fact) if fact.cycle == cycle => {
                open.insert(fact.work_order);
            }
            DispatchFact::WorkOrderCompleted(fact) if fact.at <= at => {
                open.remove(&fact.work_order);
            }
            DispatchFact::WorkOrderCancelled(fact) if fact.at <= at => {
                open.remove(&fact.work_order);
            }
            _ => {}
        }
    }
    !open.is_empty()
}

/// Who claimed, was assigned or completed, by cycle.
fn workers(file: &File<'_>) -> BTreeMap<Cycle, BTreeSet<AccountId>> {
    let mut workers: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for fact in &file.dispatch {
        let (cycle, who) = match fact {
            DispatchFact::WorkOrderClaimed(claimed) => (claimed.cycle, claimed.by),
            DispatchFact::WorkOrderAssigned(assigned) => (assigned.cycle, assigned.to),
            DispatchFact::WorkOrderCompleted(completed) => (completed.cycle, completed.by),
            _ => continue,
        };
        workers.entry(cycle).or_default().insert(who);
    }
    workers
}

/// Who hears of the case, as the commands had it, beside what intake says each time.
fn reporters(file: &File<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut known: Vec<PersonId> = Vec::new();
    for fact in &file.intake {
        let said = match fact {
            IntakeFact::CaseAccepted(accepted) => {
                known.clone_from(&accepted.reporters);
                continue;
            }
            IntakeFact::CaseJoined(joined) => {
                known.extend(&joined.joined);
                &joined.reporters
            }
            IntakeFact::CaseUnjoined(unjoined) => {
                known.retain(|person| *person != unjoined.person);
                &unjoined.reporters
            }
            IntakeFact::CaseResolved(resolved) => &resolved.reporters,
            IntakeFact::CaseReopened(reopened) => &reopened.reporters,
            IntakeFact::ContactRecorded(_)
            | IntakeFact::CaseChased(_)
            | IntakeFact::CaseClosed(_)
            | IntakeFact::CaseUrgencyChanged(_)
            | IntakeFact::CaseNoted(_)
            | IntakeFact::CaseIncidentUpdated(_) => continue,
        };
        if *said != known {
            wrong.push(format!("{} forgets a reporter", fact.event_type()));
        }
    }
    let left: BTreeSet<PersonId> = file
        .intake
        .iter()
        .filter_map(|fact| match fact {
            IntakeFact::CaseUnjoined(unjoined) => Some(unjoined.person),
            _ => None,
        })
        .collect();
    let joins = file.done.iter().filter_map(|done| match &done.order {
        Order::Intake(Command::Join(join)) => Some(&join.persons),
        Order::Intake(Command::JoinIncident(call)) => Some(&call.join.persons),
        _ => None,
    });
    let lost = joins.flatten().filter(|one| !known.contains(one) && !left.contains(one));
    wrong.extend(lost.map(|person| format!("{person} joined and is no reporter")));
    wrong
}
