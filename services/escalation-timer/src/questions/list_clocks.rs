use authz::{Action, Subject};
use calendar::{Course, Segment, Start};
use clock::{CaseId, Ids};
use definitions::Rules;
use delivery::Fault;
use delivery_rpc::{Failure, note_reads};
use escalation_timer_core::{Event, Run, State, Timer, Wake, Watch, apply, next_at, on_wake};
use events::escalation::RungFiredV1;
use jiff::Timestamp;
use rpc::{authorize, scope};

use crate::{EscalationTimer, store};

/// The clocks of a case, explained.
#[derive(Debug)]
pub(crate) struct Explained {
    /// Of which case.
    pub(crate) case: CaseId,
    /// The instant that running clocks are counted to.
    pub(crate) as_of: Timestamp,
    /// The clocks of all cycles, the oldest first.
    pub(crate) clocks: Vec<Explanation>,
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
        let mut explained = Explained { case, as_of, clocks: Vec::new() };

        let mut tx = self.pool().begin().await?;
        let Some(known) = store::watch::load(&mut tx, case).await? else {
            return Ok(explained);
        };
        let level = known.concerned.level;
        authorize(subject, action, known.concerned.relations(subject, &known.state), level)?;
        if let Some(watch) = known.state.watch() {
            let rules = self.revisions.rules(&mut tx, watch.revision).await.map_err(Fault::from)?;
            let explain = |timer| explain(&rules, watch, timer, as_of, &mut self.ids());
            explained.clocks = watch.timers.iter().map(explain).collect();
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
    let mut alone = State::Watching(Watch { timers: vec![timer.clone()], ..watch.clone() });
    let mut planned = Vec::<RungFiredV1>::new();
    while planned.last().is_none_or(|last| last.round == 0)
        && let Some(now) = next_at(&alone)
    {
        for event in on_wake(&alone, rules, Wake { now, confirmed: true }, ids) {
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
        let base = rules.limit(&watch.item, timer.commitment, urgency)?.base();
        let due = promise.due;
        segments
            .extend(calendar.explain(Course { base, start: Start::AtOnce, from, due, until }, &[]));
        from = until;
    }
    Some(segments)
}
