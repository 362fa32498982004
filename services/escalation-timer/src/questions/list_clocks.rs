use std::collections::BTreeSet;

use authz::{Action, Subject};
use calendar::{Course, Pause as Stretch, Spent};
use clock::{CaseId, Ids};
use definitions::Rules;
use delivery_rpc::{Failure, note_reads};
use escalation_timer_core::{Event, Hold, Run, State, Timer, Wake, Watch, apply, next_at, on_wake};
use events::{escalation::RungFiredV1, words::HoldReason};
use jiff::Timestamp;
use rpc::{authorize, scope};

use crate::{
    EscalationTimer,
    store::{self, words::Words},
};

/// The clocks of a case, explained.
#[derive(Debug)]
pub(crate) struct Explained {
    /// Of which case.
    pub(crate) case: CaseId,
    /// The instant that running clocks are counted to.
    pub(crate) as_of: Timestamp,
    /// The clocks of all cycles, the oldest first.
    pub(crate) clocks: Vec<Explanation>,
    /// The work that waited or waits, the oldest first.
    pub(crate) holds: Vec<Hold>,
    /// What leaders ordered, and the evidence for pauses; the oldest first.
    pub(crate) words: Vec<Words>,
}

/// A stretch of a clock's time; the reason is that of a pause.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) of: calendar::Segment,
    pub(crate) reason: Option<HoldReason>,
}

/// One clock, with what is computed of it.
#[derive(Debug)]
pub(crate) struct Explanation {
    /// The clock as it is kept.
    pub(crate) timer: Timer,
    /// The rungs that fire if nothing is done, up to the next one that repeats the top.
    pub(crate) planned: Vec<RungFiredV1>,
    /// Where its time went.
    pub(crate) segments: Vec<Segment>,
}

impl EscalationTimer {
    /// The clocks of a case that the caller may see; none of a case of which nothing was heard.
    pub(crate) async fn list_clocks(
        &self,
        subject: &Subject,
        case: CaseId,
    ) -> Result<Explained, Failure> {
        let action = Action::ListClocks;
        scope(subject, action)?;
        let as_of = self.clock().now();
        let (clocks, holds, words) = (Vec::new(), Vec::new(), Vec::new());
        let mut explained = Explained { case, as_of, clocks, holds, words };

        let mut tx = self.pool().begin().await?;
        let Some(known) = store::watch::load(&mut tx, case).await? else {
            return Ok(explained);
        };
        let level = known.concerned.level;
        authorize(subject, action, known.concerned.relations(subject, &known.state), level)?;
        if let Some(watch) = known.state.watch() {
            let rules = self.rules(&mut tx, watch).await?;
            let explain = |timer| explain(&rules, watch, timer, as_of, &mut self.ids());
            explained.clocks = watch.timers.iter().map(explain).collect();
            explained.holds.clone_from(&watch.holds);
            explained.words = store::words::load(&mut tx, &self.masters(), case).await?;
        }
        note_reads(&mut tx, as_of, subject, action, [(case, level)]).await?;
        tx.commit().await?;
        Ok(explained)
    }
}

fn explain(
    rules: &Rules,
    watch: &Watch,
    timer: &Timer,
    as_of: Timestamp,
    ids: &mut impl Ids,
) -> Explanation {
    Explanation {
        timer: timer.clone(),
        planned: planned(rules, watch, timer, ids),
        segments: segments(rules, watch, timer, as_of).unwrap_or_default(),
    }
}

/// Asks the core itself what it would do if this clock were the only one and nobody did anything.
fn planned(rules: &Rules, watch: &Watch, timer: &Timer, ids: &mut impl Ids) -> Vec<RungFiredV1> {
    let alone = Watch { timers: vec![timer.clone()], holds: Vec::new(), ..watch.clone() };
    let mut alone = State::Watching(alone);
    let mut planned = Vec::<RungFiredV1>::new();
    while planned.last().is_none_or(|last| last.round == 0)
        && let Some(now) = next_at(&alone)
    {
        // Who will be at work then is not known yet.
        let wake = Wake { now, confirmed: true, unattended: &BTreeSet::new() };
        for event in on_wake(&alone, rules, wake, ids) {
            apply(&mut alone, &event);
            if let Event::RungFired { fired, .. } = event {
                planned.push(fired);
            }
        }
    }
    planned
}

/// Each promise has the time until the next one was made, counted as its urgency counts. `None` if
/// the definitions promise no such thing.
fn segments(rules: &Rules, watch: &Watch, timer: &Timer, as_of: Timestamp) -> Option<Vec<Segment>> {
    let calendar = rules.calendar_for(&rules.item(&watch.item)?.department)?;
    let end = match timer.run {
        Run::Running { .. } => as_of,
        Run::Stopped { at, .. } => at,
    };
    let ends = timer.later.iter().map(|later| later.since.min(end)).chain([end]);
    let (mut from, mut segments) = (timer.first.since, Vec::new());
    for (promise, until) in [&timer.first].into_iter().chain(&timer.later).zip(ends) {
        let urgency = promise.urgency.unwrap_or(watch.urgency);
        let base = rules.base(&watch.item, timer.commitment, urgency)?;
        let start = rules.start(&watch.item, timer.commitment);
        let course = Course { base, start, from, due: promise.due, until };
        let rests = |hold: &Hold| Some((hold.rests(timer.id, promise.number)?.0, hold.reason));
        let pauses: Vec<_> = watch.holds.iter().filter_map(rests).collect();
        let stretches: Vec<_> = pauses.iter().map(|(stretch, _)| *stretch).collect();
        let told = calendar.explain(course, &stretches).into_iter();
        segments.extend(told.flat_map(|segment| reasoned(segment, &pauses)));
        from = until;
    }
    Some(segments)
}

/// A segment with the reason of its pause, in parts where another one goes on.
fn reasoned(segment: calendar::Segment, pauses: &[(Stretch, HoldReason)]) -> Vec<Segment> {
    match segment.spent {
        Spent::Working | Spent::Off | Spent::Overdue => {
            return vec![Segment { of: segment, reason: None }];
        }
        Spent::Paused => {}
    }
    let (mut from, mut parts) = (segment.from, Vec::new());
    while from < segment.to {
        let runs =
            |(stretch, _): &&(Stretch, HoldReason)| stretch.from <= from && from < stretch.to;
        let Some((stretch, reason)) = pauses.iter().find(runs) else { break };
        let to = stretch.to.min(segment.to);
        parts
            .push(Segment { of: calendar::Segment { from, to, ..segment }, reason: Some(*reason) });
        from = to;
    }
    parts
}
