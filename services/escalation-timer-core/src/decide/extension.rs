//! More time before it is due: the department asks, the post that the policy names decides.

use calendar::{Base, Calendar, Due, Limit};
use definitions::ExtensionRule;
use events::{
    escalation::{ExtensionAskedV1, ExtensionRefusedV1},
    words::MoveCause,
};
use jiff::Timestamp;

use super::Asked;
use crate::{
    clocks::{Anew, promise_anew},
    command::{AskExtension, Speaker},
    event::Event,
    rejected::Rejected,
    state::{Extension, Timer},
};

pub(super) fn ask(asked: Asked<'_>, ask: AskExtension) -> Result<Vec<Event>, Rejected> {
    let AskExtension { by, until, reason } = ask;
    let Asked { command, now, .. } = asked;
    let timer = asked.told()?;
    let due = timer.promise().due;
    if now >= due {
        return Err(Rejected::Expired { command, due });
    }
    if let Some(Extension { until, .. }) = timer.extension {
        return Err(Rejected::ExtensionPending { command, until });
    }
    let ExtensionRule { up_to, approver } = rule(asked)?;
    asked.later(until, due)?;
    if let Some(most) = most(asked, due, *up_to).filter(|most| until > *most) {
        return Err(Rejected::TooFar { command, most });
    }
    new_due(asked, timer, until)?;
    Ok(vec![Event::ExtensionAsked(ExtensionAskedV1 {
        timer: timer.id,
        commitment: timer.commitment,
        cycle: timer.cycle,
        due,
        until,
        reason,
        approver: approver.clone(),
        by,
        at: now,
    })])
}

/// It may come after the due: what counts is when it was asked. Who was told by then is told first
/// again.
pub(super) fn approve(asked: Asked<'_>, speaker: &Speaker) -> Result<Vec<Event>, Rejected> {
    let (timer, extension) = pending(asked, speaker)?;
    let Extension { until, reason, .. } = *extension;
    asked.later(until, asked.now)?;
    let due = new_due(asked, timer, until)?;
    let (why, by) = (MoveCause::Extension, Some(speaker.account));
    let anew = Anew { since: asked.now, due, urgency: timer.promise().urgency, rung: None };
    Ok(promise_anew(timer, anew).moved(why, Some(reason), by, asked.now))
}

pub(super) fn refuse(asked: Asked<'_>, speaker: &Speaker) -> Result<Vec<Event>, Rejected> {
    let (timer, extension) = pending(asked, speaker)?;
    Ok(vec![Event::ExtensionRefused(ExtensionRefusedV1 {
        timer: timer.id,
        commitment: timer.commitment,
        cycle: timer.cycle,
        due: timer.promise().due,
        reason: Some(extension.reason),
        by: speaker.account,
        at: asked.now,
    })])
}

/// What was asked for, for somebody who decides it.
fn pending<'a>(
    asked: Asked<'a>,
    speaker: &Speaker,
) -> Result<(&'a Timer, &'a Extension), Rejected> {
    let command = asked.command;
    let timer = asked.told()?;
    let extension = timer.extension.as_ref().ok_or(Rejected::ExtensionNotAsked { command })?;
    asked.decides(speaker, &extension.approver)?;
    Ok((timer, extension))
}

fn rule(asked: Asked<'_>) -> Result<&ExtensionRule, Rejected> {
    let policy = asked.rules.policy(&asked.watch.item);
    let rule = policy.and_then(|policy| policy.extensions.as_ref());
    rule.ok_or(Rejected::NoExtensions { command: asked.command })
}

fn most(asked: Asked<'_>, due: Timestamp, up_to: Limit) -> Option<Timestamp> {
    Some(calendar(asked)?.after(due, 1, up_to).ok()?.at)
}

fn calendar(asked: Asked<'_>) -> Option<&Calendar> {
    asked.rules.calendar_for(&asked.rules.item(&asked.watch.item)?.department)
}

fn base(asked: Asked<'_>, timer: &Timer) -> Option<Base> {
    let Asked { watch, rules, .. } = asked;
    let urgency = timer.promise().urgency.unwrap_or(watch.urgency);
    rules.base(&watch.item, timer.commitment, urgency)
}

/// The due of the next promise: an hour that counts for it. What the definitions promise no more
/// ends at any.
pub(super) fn new_due(asked: Asked<'_>, timer: &Timer, until: Timestamp) -> Result<Due, Rejected> {
    let Some((calendar, base)) = calendar(asked).zip(base(asked, timer)) else {
        return Ok(Due { at: until, provisional: false });
    };
    calendar.named(base, until).ok_or(Rejected::OffHours { command: asked.command })
}
