//! What a pause moves: the dues of a case that had not passed, each by the counted time that the
//! pause takes away.
//!
//! ```text
//!         hold                 due             cap       due with the pause
//!  ────────┼────────────────────┼───────────────┼─────────────────┼──────▶
//!          └──────── rests ─────────────────────┘
//!          └── rests ──┐ resumed        └─ due of the shorter pause
//! ```
//!
//! With the grant the due moves as far as the cap allows, so nothing has to happen when the cap
//! passes; work that is resumed before brings the due back by what was not needed.

use calendar::{Base, Calendar, Due, Pause as Stretch};
use clock::AccountId;
use definitions::{PauseRule, Rules};
use events::{
    escalation::{PauseAskedV1, PauseGrantedV1, PromiseMovedV1},
    words::{Commitment, MoveCause, PauseRefusal, Subject},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    event::Event,
    hold::{Hold, Rested},
    state::{Run, Timer, Watch},
};

/// What follows when clocks are to wait with the work: the policy grants it by itself, or somebody is
/// asked.
pub(crate) fn ask(
    watch: &Watch,
    rules: &Rules,
    hold: &Hold,
    now: Timestamp,
) -> Result<Vec<Event>, PauseRefusal> {
    let policy = rules.policy(&watch.item).and_then(|policy| policy.pause(hold.reason));
    let rule = policy.ok_or(PauseRefusal::NotInPolicy)?;
    let Some(approver) = &rule.approver else {
        return grant(watch, rules, hold, (rule, None), now);
    };
    if may_rest(watch, hold, now).next().is_none() {
        return Err(PauseRefusal::AfterDue);
    }
    Ok(vec![Event::PauseAsked(PauseAskedV1 {
        work_order: hold.work_order,
        cycle: hold.cycle,
        reason: hold.reason,
        from: hold.from,
        approver: approver.clone(),
        evidence_needed: rule.evidence,
        at: now,
    })])
}

/// The pause, and the dues that it moves; refused if all of them have passed.
pub(crate) fn grant(
    watch: &Watch,
    rules: &Rules,
    hold: &Hold,
    (rule, by): (&PauseRule, Option<AccountId>),
    now: Timestamp,
) -> Result<Vec<Event>, PauseRefusal> {
    let timers: Vec<_> = may_rest(watch, hold, now).collect();
    let calendar = rules.item(&watch.item).and_then(|item| rules.calendar_for(&item.department));
    let cap = calendar.and_then(|calendar| calendar.after(hold.from, 1, rule.up_to).ok());
    let until = cap.filter(|_| !timers.is_empty()).ok_or(PauseRefusal::AfterDue)?.at;
    let until = if by.is_some() { until } else { until - granted_before(watch, hold) };
    if until <= hold.from {
        return Err(PauseRefusal::NotInPolicy);
    }
    let rested = timers.iter().map(|timer| Rested {
        timer: timer.id,
        promise: timer.promise().number,
        unpaused: unpaused(watch, timer),
    });
    let granted = PauseGrantedV1 {
        work_order: hold.work_order,
        cycle: hold.cycle,
        reason: hold.reason,
        from: hold.from,
        until,
        by,
        at: now,
    };
    let granted = Event::PauseGranted { granted, rested: rested.collect() };
    let this = Stretch { from: hold.from, to: until };
    let moved = timers.iter().filter_map(|timer| {
        let stretches = stretches(watch, timer, |_| true).chain([this]).collect();
        moved(watch, rules, timer, stretches, (hold, by), now)
    });
    Ok([granted].into_iter().chain(moved).collect())
}

/// How long the policy has let the work wait by itself before, in the same cycle and for the same reason:
/// its cap is one for all such holds of a work order, or what goes on for a minute would wait for ever.
fn granted_before(watch: &Watch, hold: &Hold) -> SignedDuration {
    let of = |one: &Hold| (one.work_order, one.cycle, one.reason);
    let alike = |one: &&Hold| of(one) == of(hold);
    let before = watch.holds.iter().filter(alike).filter(|one| one.from < hold.from);
    before.filter_map(Hold::granted).map(|stretch| stretch.to.duration_since(stretch.from)).sum()
}

/// The work goes on: what of its pause was not needed is taken back.
pub(crate) fn end(
    watch: &Watch,
    rules: &Rules,
    hold: &Hold,
    at: Timestamp,
    now: Timestamp,
) -> Vec<Event> {
    let ended = Hold { ended: Some(at.max(hold.from)), ..hold.clone() };
    let is_this = |one: &Hold| (one.work_order, one.from) == (hold.work_order, hold.from);
    let moved = watch.running().filter(|timer| timer.has_fired_none()).filter_map(|timer| {
        let (shorter, _) = ended.rests(timer.id, timer.promise().number)?;
        let others = stretches(watch, timer, |one| !is_this(one));
        moved(watch, rules, timer, others.chain([shorter]).collect(), (hold, None), now)
    });
    let over = Event::HoldEnded { work_order: hold.work_order, at };
    [over].into_iter().chain(moved).collect()
}

/// When a request has nothing left that a pause could move: the last of its dues.
pub(crate) fn lapses_at(watch: &Watch, hold: &Hold) -> Option<Timestamp> {
    let waits = hold.is_asked() && hold.is_open() && hold.cycle == watch.cycle;
    let dues = watch.running().filter(|timer| waits && is_pausable(watch, timer, hold));
    dues.map(|timer| timer.promise().due).max()
}

/// The clocks that a pause from this hold on would move, if it were granted now.
///
/// A rung that fired is of a promise that was not kept, and stays so.
fn may_rest<'a>(
    watch: &'a Watch,
    hold: &'a Hold,
    now: Timestamp,
) -> impl Iterator<Item = &'a Timer> {
    let in_time = move |timer: &&Timer| {
        let due = timer.promise().due;
        hold.from < due && now < due && timer.has_fired_none()
    };
    watch.running().filter(|timer| is_pausable(watch, timer, hold)).filter(in_time)
}

/// What the department does for the requester may wait; danger never does, nor does that somebody comes
/// where another work order lets somebody else come first.
fn is_pausable(watch: &Watch, timer: &Timer, hold: &Hold) -> bool {
    let waits = match timer.commitment {
        Commitment::Complete | Commitment::Answer => true,
        Commitment::Arrive => is_alone(watch, hold),
        Commitment::Accept
        | Commitment::Reply
        | Commitment::Adjudicate
        | Commitment::Contain
        | Commitment::FollowUp
        | Commitment::CallBack => false,
    };
    waits && timer.subject == Subject::Case && timer.cycle == hold.cycle
}

/// Whether its work order is the only one of the cycle: each has had a clock to accept, which nobody kept
/// where it was over by itself.
fn is_alone(watch: &Watch, hold: &Hold) -> bool {
    let over = |timer: &Timer| matches!(timer.run, Run::Stopped { on_time: None, .. });
    let all = watch.timers.iter().filter(|timer| timer.cycle == hold.cycle && !over(timer));
    all.filter_map(|timer| timer.offered).all(|offered| offered == hold.work_order)
}

/// The pauses of the promise that holds.
pub(crate) fn stretches<'a>(
    watch: &'a Watch,
    timer: &'a Timer,
    of: impl Fn(&Hold) -> bool + 'a,
) -> impl Iterator<Item = Stretch> + 'a {
    let promise = timer.promise().number;
    let holds = watch.holds.iter().filter(move |hold| of(hold));
    holds.filter_map(move |hold| Some(hold.rests(timer.id, promise)?.0))
}

/// The due of the promise that holds before any pause.
pub(crate) fn unpaused(watch: &Watch, timer: &Timer) -> Timestamp {
    let promise = timer.promise();
    let mut before = watch.holds.iter().filter_map(|hold| hold.rests(timer.id, promise.number));
    before.next().map_or(promise.due, |(_, unpaused)| unpaused)
}

/// The same promise with another due, if these pauses give it one.
fn moved(
    watch: &Watch,
    rules: &Rules,
    timer: &Timer,
    stretches: Vec<Stretch>,
    (hold, by): (&Hold, Option<AccountId>),
    now: Timestamp,
) -> Option<Event> {
    let promise = timer.promise();
    let bare = Due { at: unpaused(watch, timer), provisional: promise.provisional };
    let due = rested(watch, rules, timer, (bare, stretches))?;
    (due.at != promise.due).then_some(Event::PromiseMoved(PromiseMovedV1 {
        timer: timer.id,
        subject: timer.subject,
        commitment: timer.commitment,
        cycle: timer.cycle,
        promise: promise.number,
        old: promise.due,
        new: due.at,
        provisional: due.provisional,
        why: MoveCause::Pause,
        reason: Some(hold.reason),
        by,
        at: now,
    }))
}

/// By which calendar, and in which time, the promise that holds is counted.
pub(crate) fn counted<'a>(
    watch: &Watch,
    rules: &'a Rules,
    timer: &Timer,
) -> Option<(&'a Calendar, Base)> {
    let calendar = rules.calendar_for(&rules.item(&watch.item)?.department)?;
    let urgency = timer.promise().urgency.unwrap_or(watch.urgency);
    Some((calendar, rules.base(&watch.item, timer.commitment, urgency)?))
}

/// The due of a promise, `bare` without any, with these pauses, of which two may overlap.
pub(crate) fn rested(
    watch: &Watch,
    rules: &Rules,
    timer: &Timer,
    (bare, mut stretches): (Due, Vec<Stretch>),
) -> Option<Due> {
    let (calendar, base) = counted(watch, rules, timer)?;
    stretches.sort_by_key(|stretch| stretch.from);
    let (mut due, mut told) = (bare, Timestamp::MIN);
    for Stretch { from, to } in stretches {
        let left = Stretch { from: from.max(told), to };
        if left.from < left.to {
            due = calendar.paused(due.at, base, left).ok()?;
            told = to;
        }
    }
    Some(due)
}
