//! One end of each case, on which all agree, and cycles that have their causes.

use std::collections::BTreeSet;

use callback_survey_core as survey;
use dispatch_core as dispatch;
use escalation_timer_core as timer;
use events::{
    DispatchFact, IntakeFact, SurveyFact,
    intake::{CaseClosedV1, CaseReopenedV1, Promise},
    words::{Commitment, Cycle, End, ReopenCause, Verdict},
};
use jiff::{Timestamp, tz::Offset};

use super::File;
use crate::repairs::campus::RULES;

pub(super) fn check(file: &File<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut cycle = Cycle::FIRST;
    let (mut accepted, mut end) = (0, None);
    for fact in &file.intake {
        match fact {
            IntakeFact::CaseAccepted(_) => accepted += 1,
            IntakeFact::CaseReopened(reopened) => {
                wrong.extend(cause_of(file, reopened, cycle));
                (cycle, end) = (reopened.cycle, None);
            }
            IntakeFact::CaseClosed(closed) => {
                if let Some(before) = end.replace(closed.end) {
                    wrong.push(format!("it has two ends, {before} and {}", closed.end));
                }
                if closed.cycle != cycle {
                    wrong.push(format!("it ended in cycle {}, not in {cycle}", closed.cycle));
                }
                wrong.extend(ground_of(file, closed));
            }
            IntakeFact::CaseResolved(resolved) => {
                let completed = completed_at(file, resolved.cycle);
                if completed != Some(resolved.resolved_at) {
                    wrong.push(format!(
                        "resolved at {}, completed at {completed:?}",
                        resolved.resolved_at
                    ));
                }
            }
            IntakeFact::ContactRecorded(_)
            | IntakeFact::CaseChased(_)
            | IntakeFact::CaseJoined(_)
            | IntakeFact::CaseUnjoined(_)
            | IntakeFact::CaseUrgencyChanged(_)
            | IntakeFact::CaseNoted(_)
            | IntakeFact::CaseReplied(_)
            | IntakeFact::CaseIncidentUpdated(_) => {}
        }
    }
    if accepted != 1 {
        wrong.push(format!("it was accepted {accepted} times"));
    }
    wrong.extend(not_taken_up(file));
    wrong.extend(uncalled(file));
    match end {
        None => wrong.push("it has no end".to_owned()),
        Some(end) => wrong.extend(disagreement(file, cycle, end)),
    }
    wrong
}

fn completed_at(file: &File<'_>, cycle: Cycle) -> Option<Timestamp> {
    file.dispatch.iter().find_map(|fact| match fact {
        DispatchFact::CaseCompleted(completed) if completed.cycle == cycle => {
            Some(completed.completed_at)
        }
        _ => None,
    })
}

/// The first "not solved" of a cycle.
fn first_not_solved(file: &File<'_>, cycle: Cycle) -> Option<Timestamp> {
    file.survey.iter().find_map(|fact| match fact {
        SurveyFact::CaseJudged(judged)
            if judged.cycle == cycle && judged.verdict == Verdict::NotSolved =>
        {
            Some(judged.judged_at)
        }
        _ => None,
    })
}

/// Whether somebody said so by then; that it is solved counts only where somebody asked.
fn was_answered(file: &File<'_>, cycle: Cycle, solved: bool, by: Timestamp) -> bool {
    file.survey.iter().any(|fact| match fact {
        SurveyFact::CaseAnswered(answer) => {
            let counts = answer.by.is_some() || !solved;
            answer.cycle == cycle && answer.solved == solved && answer.at <= by && counts
        }
        _ => false,
    })
}

fn cause_of(file: &File<'_>, reopened: &CaseReopenedV1, before: Cycle) -> Option<String> {
    let at = reopened.reopened_at;
    if reopened.cycle != before.next() {
        return Some(format!("cycle {} follows on {before}", reopened.cycle));
    }
    let has_cause = match reopened.cause {
        ReopenCause::NotSolved => {
            first_not_solved(file, before) == Some(at) && was_answered(file, before, false, at)
        }
        ReopenCause::Requester => file.was_done(&["reopen"], at),
    };
    (!has_cause).then(|| format!("cycle {} at {at} has no cause", reopened.cycle))
}

/// Each first "not solved" takes the case up again, if nobody did before.
fn not_taken_up(file: &File<'_>) -> Vec<String> {
    let judged = file.survey.iter().filter_map(|fact| match fact {
        SurveyFact::CaseJudged(judged) if judged.verdict == Verdict::NotSolved => {
            Some(judged.cycle)
        }
        _ => None,
    });
    let is_there = |next: Cycle| {
        let is_it = |fact: &&IntakeFact| matches!(fact, IntakeFact::CaseReopened(reopened) if reopened.cycle == next);
        file.intake.iter().copied().any(|fact| is_it(&fact))
    };
    let left = judged.filter(|cycle| !is_there(cycle.next()));
    left.map(|cycle| format!("\"not solved\" of cycle {cycle} did not reopen it")).collect()
}

/// An end has its ground.
fn ground_of(file: &File<'_>, closed: &CaseClosedV1) -> Option<String> {
    let CaseClosedV1 { cycle, end, closed_at: at, .. } = *closed;
    let has_ground = match end {
        End::Solved => was_answered(file, cycle, true, at),
        End::Unreachable => was_sought(file, cycle),
        // With the completion or with an answer: see [`uncalled`].
        End::Uncalled => {
            let done = completed_at(file, cycle).is_some_and(|done| done <= at);
            done || file.was_done(&["close the incident"], at)
        }
        End::Withdrawn => file.was_done(&["withdraw"], at),
        End::Duplicate => file.was_done(&["close as a duplicate"], at),
        End::NotOurs | End::Refused | End::Test => file.was_done(&["close as"], at),
    };
    (!has_ground).then(|| format!("it ended as {end} in cycle {cycle} without a ground"))
}

/// A case of which nobody is called back ends with its completion, or with the answer for good if one
/// is owed then; no other ends so, but an incident that is over.
fn uncalled(file: &File<'_>) -> Vec<String> {
    let (mut is_called, mut owes, mut is_done, mut ends_at) = (true, false, false, None);
    let promised = |promises: &[Promise]| {
        promises.iter().any(|promise| promise.commitment == Commitment::FollowUp)
    };
    let mut wrong = Vec::new();
    let facts = file.intake.iter().copied().map(Some).chain([None]);
    for fact in facts {
        let ended = match fact {
            Some(IntakeFact::CaseClosed(closed)) if closed.end == End::Uncalled => {
                Some(closed.closed_at)
            }
            _ => None,
        };
        let is_incident = ended.is_some_and(|at| file.was_done(&["close the incident"], at));
        if ended != ends_at && (is_done || !is_incident) {
            wrong.push(format!("it ended without a call at {ended:?}, not {ends_at:?}"));
        }
        ends_at = None;
        match fact {
            Some(IntakeFact::CaseAccepted(fact)) => {
                is_called = RULES.is_called_back(file.item, fact.number) != Some(false);
                (owes, is_done) = (promised(&fact.promises), false);
            }
            Some(IntakeFact::CaseReopened(fact)) => {
                (owes, is_done) = (promised(&fact.promises), false);
            }
            Some(IntakeFact::CaseReplied(fact)) => {
                owes = fact.next.is_some();
                ends_at = (is_done && !is_called && !owes).then_some(fact.at);
            }
            Some(IntakeFact::CaseResolved(fact)) => {
                is_done = true;
                ends_at = (!is_called && !owes).then_some(fact.resolved_at);
            }
            _ => {}
        }
    }
    wrong
}

/// Three attempts, on two days at least and at two hours of the day.
fn was_sought(file: &File<'_>, cycle: Cycle) -> bool {
    let attempts = file.survey.iter().filter_map(|fact| match fact {
        SurveyFact::CallbackAttempted(attempt) if attempt.cycle == cycle && !attempt.reached => {
            // Where the campus is; there is no summer time there.
            Some(Offset::constant(8).to_datetime(attempt.at))
        }
        _ => None,
    });
    let attempts: Vec<_> = attempts.collect();
    let days: BTreeSet<_> = attempts.iter().map(|local| local.date()).collect();
    let hours: BTreeSet<_> = attempts.iter().map(|local| local.hour()).collect();
    attempts.len() == 3 && days.len() > 1 && hours.len() > 1
}

/// What the three others think of the end.
fn disagreement(file: &File<'_>, cycle: Cycle, end: End) -> Vec<String> {
    let mut wrong = Vec::new();
    match file.world.dispatch.state(file.case) {
        Some(dispatch::State::Ended { work, end: theirs })
            if (*theirs, work.cycle) == (end, cycle) => {}
        other => wrong.push(format!(
            "dispatch does not know of {end} in cycle {cycle}: {}",
            other.map_or("nothing", dispatch::State::word)
        )),
    }
    let last = file.timed.iter().rev().find_map(|entry| match &entry.event {
        timer::Event::Ended { cycle, end, .. } => Some((*cycle, *end)),
        _ => None,
    });
    match file.world.timer.state(file.case) {
        Some(timer::State::Ended(_)) if last == Some((cycle, end)) => {}
        other => wrong.push(format!(
            "the timer does not know of {end} in cycle {cycle}: {}",
            other.map_or("nothing", timer::State::word)
        )),
    }
    let theirs = match file.world.survey.state(file.case) {
        Some(survey::State::Ended { survey, end }) => Some((survey.cycle, *end)),
        Some(survey::State::Judged { survey, verdict: Verdict::Solved, .. }) => {
            Some((survey.cycle, End::Solved))
        }
        Some(survey::State::Judged { survey, verdict: Verdict::Unreachable, .. }) => {
            Some((survey.cycle, End::Unreachable))
        }
        _ => None,
    };
    if theirs != Some((cycle, end)) {
        wrong.push(format!("callback-survey thinks {theirs:?} of {end} in cycle {cycle}"));
    }
    wrong
}
