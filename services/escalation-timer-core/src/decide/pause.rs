//! Clocks that are to wait with the work.

use clock::WorkOrderId;
use events::{
    escalation::PauseRefusedV1,
    words::{HoldReason, PauseRefusal},
};

use super::Asked;
use crate::{
    command::{AskPause, DecidePause},
    event::Event,
    hold::{Hold, Pause},
    pausing,
    rejected::Rejected,
};

/// A hold asks by itself. This gives the evidence that the policy asks for, or asks again after a no.
pub(super) fn ask(asked: Asked<'_>, ask: AskPause) -> Result<Vec<Event>, Rejected> {
    let command = asked.command;
    let hold = on_hold(asked, ask.work_order)?;
    let (work_order, at) = (hold.work_order, asked.now);
    let evidence = ask.evidence.then_some(Event::EvidenceGiven { work_order, by: ask.by, at });
    match &hold.pause {
        Pause::Unasked => Err(Rejected::NeverPauses { command, reason: hold.reason }),
        Pause::Granted { until, .. } => Err(Rejected::PauseGranted { command, until: *until }),
        Pause::Asked { approver, .. } => match evidence {
            Some(evidence) => Ok(vec![evidence]),
            None => Err(Rejected::PausePending { command, approver: approver.clone() }),
        },
        Pause::Refused { .. } => {
            let events = pausing::ask(asked.watch, asked.rules, hold, asked.now);
            let events = events.map_err(|cause| refusal(asked, hold.reason, cause))?;
            Ok(events.into_iter().chain(evidence).collect())
        }
    }
}

pub(super) fn approve(asked: Asked<'_>, decide: &DecidePause) -> Result<Vec<Event>, Rejected> {
    let command = asked.command;
    let (hold, lacks_evidence) = pending(asked, decide)?;
    if lacks_evidence {
        return Err(Rejected::EvidenceMissing { command });
    }
    let policy = asked.rules.policy(&asked.watch.item);
    let rule = policy.and_then(|policy| policy.pause(hold.reason));
    let rule = rule.ok_or(Rejected::NoPause { command, reason: hold.reason })?;
    let by = Some(decide.speaker.account);
    let granted = pausing::grant(asked.watch, asked.rules, hold, (rule, by), asked.now);
    granted.map_err(|cause| refusal(asked, hold.reason, cause))
}

pub(super) fn refuse(asked: Asked<'_>, decide: &DecidePause) -> Result<Vec<Event>, Rejected> {
    let (hold, _) = pending(asked, decide)?;
    Ok(vec![Event::PauseRefused(PauseRefusedV1 {
        work_order: hold.work_order,
        cycle: hold.cycle,
        reason: hold.reason,
        from: Some(hold.from),
        cause: PauseRefusal::Denied,
        by: Some(decide.speaker.account),
        at: asked.now,
    })])
}

/// The hold that is meant: if several wait, the newest for which somebody is asked.
fn on_hold(asked: Asked<'_>, work_order: Option<WorkOrderId>) -> Result<&Hold, Rejected> {
    let meant = |hold: &&Hold| {
        let named = work_order.is_none_or(|work_order| work_order == hold.work_order);
        named && hold.is_open() && hold.cycle == asked.watch.cycle
    };
    let mut holds = asked.watch.holds.iter().rev().filter(meant).peekable();
    let newest = holds.peek().copied();
    let asks = holds.find(|hold| hold.is_asked());
    asks.or(newest).ok_or(Rejected::NotOnHold { command: asked.command })
}

/// What is to be decided, by somebody who may; and whether evidence is missing.
fn pending<'a>(asked: Asked<'a>, decide: &DecidePause) -> Result<(&'a Hold, bool), Rejected> {
    let hold = on_hold(asked, decide.work_order)?;
    match &hold.pause {
        Pause::Asked { approver, evidence_needed, evidence } => {
            asked.decides(&decide.speaker, approver)?;
            Ok((hold, *evidence_needed && !*evidence))
        }
        Pause::Unasked | Pause::Granted { .. } | Pause::Refused { .. } => {
            Err(Rejected::PauseNotAsked { command: asked.command })
        }
    }
}

fn refusal(asked: Asked<'_>, reason: HoldReason, cause: PauseRefusal) -> Rejected {
    let command = asked.command;
    match cause {
        PauseRefusal::NotInPolicy => Rejected::NoPause { command, reason },
        PauseRefusal::AfterDue | PauseRefusal::Denied | PauseRefusal::Undecided => {
            let due = asked.told().map(|timer| timer.promise().due);
            Rejected::Expired { command, due: due.unwrap_or(asked.now) }
        }
    }
}
