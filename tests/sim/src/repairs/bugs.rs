//! Mistakes to plant, at the seams where an adapter or a core could make them.

use std::mem;

use dispatch_core::Event as Worked;
use escalation_timer_core::Event as Timed;
use events::{
    DispatchFact, EscalationFact, Fact, SurveyFact,
    dispatch::{CaseCompletedV1, WorkOrderCompletedV1},
    escalation::{ArmedV1, ClockStoppedV1},
    words::{Commitment, HoldReason, Service, Verdict},
};
use intake_core::Event as Taken;
use jiff::{SignedDuration, Timestamp};

use super::{
    core::{Core, Dispatch, Intake, Survey, Timer},
    office::Hour,
};

/// A mistake to plant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A letter moves the head, and its effect is lost.
    EffectLost,
    /// A letter takes effect twice.
    EffectTwice,
    /// What lies behind a gap takes effect.
    PastGap,
    /// What the producer had seen is ignored.
    AfterIgnored,
    /// A completion is taken to have happened when it was received.
    ReceiptForHappened,
    /// A decision does not say when to wake next.
    WakeForgotten,
    /// Cases are woken an hour early.
    WakeEarly,
    /// Half of a decision is kept.
    HalfDecision,
    /// A command is decided on the state before the last decision.
    StaleDecision,
    /// The second send of a command is done again.
    DoneTwice,
    /// A rung forgets in which round it is.
    RoundLost,
    /// Nobody is told that a rung was for what was done.
    RetractionUnsaid,
    /// Nobody is told that a promise moved.
    MoveUnsaid,
    /// A completion names one worker, whoever else had a hand in it.
    WorkersForgotten,
    /// A reopening stays in its cycle.
    CycleNotRaised,
    /// The next rung is planned from the moment of waking.
    LadderFromNow,
    /// What a pause did not need is not taken back.
    PauseKept,
    /// Every hold is read as one for which clocks may pause.
    ReasonMisread,
    /// A move of the work order promises its completion anew.
    ClockRestarted,
    /// Who joins is told to nobody.
    ReporterForgotten,
    /// Nobody reached is taken for a yes.
    UnreachableIsSolved,
    /// A cycle is said to be done with the first of its parts.
    DoneWithOnePart,
    /// Clocks of the case end with the first of its parts.
    FirstPartIsAll,
    /// What a part was merged into is taken for what is over.
    MergeReversed,
    /// That one part waits no more is taken for another that waits.
    OtherHoldEnded,
    /// Nobody watches whether an offer is claimed, and nothing says so.
    OfferUnwatched,
    /// An answer does not keep what was promised before.
    ReplyKeepsNothing,
    /// That the work is done is taken for the answer that is owed.
    CompletionAnswers,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 28] = [
        Self::EffectLost,
        Self::EffectTwice,
        Self::PastGap,
        Self::AfterIgnored,
        Self::ReceiptForHappened,
        Self::WakeForgotten,
        Self::WakeEarly,
        Self::HalfDecision,
        Self::StaleDecision,
        Self::DoneTwice,
        Self::RoundLost,
        Self::RetractionUnsaid,
        Self::MoveUnsaid,
        Self::WorkersForgotten,
        Self::CycleNotRaised,
        Self::LadderFromNow,
        Self::PauseKept,
        Self::ReasonMisread,
        Self::ClockRestarted,
        Self::ReporterForgotten,
        Self::UnreachableIsSolved,
        Self::DoneWithOnePart,
        Self::FirstPartIsAll,
        Self::MergeReversed,
        Self::OtherHoldEnded,
        Self::OfferUnwatched,
        Self::ReplyKeepsNothing,
        Self::CompletionAnswers,
    ];
}

/// A core whose decisions can be spoilt before they are kept.
pub(super) trait Spoil: Core {
    fn spoil(
        bug: Bug,
        state: &Self::State,
        events: Vec<Self::Event>,
        now: Timestamp,
    ) -> Vec<Self::Event>;
}

impl Spoil for Intake {
    fn spoil(
        bug: Bug,
        _state: &Self::State,
        mut events: Vec<Self::Event>,
        _now: Timestamp,
    ) -> Vec<Self::Event> {
        for event in &mut events {
            match (bug, event) {
                (Bug::CycleNotRaised, Taken::Reopened { reopened, .. }) => {
                    let before = reopened.cycle.get().saturating_sub(1);
                    reopened.cycle = events::words::Cycle::new(before).unwrap_or(reopened.cycle);
                }
                (Bug::ReporterForgotten, Taken::Joined(joined)) => {
                    joined.reporters.retain(|person| !joined.joined.contains(person));
                }
                _ => {}
            }
        }
        events
    }
}

impl Spoil for Dispatch {
    fn spoil(
        bug: Bug,
        _state: &Self::State,
        mut events: Vec<Self::Event>,
        _now: Timestamp,
    ) -> Vec<Self::Event> {
        for event in &mut events {
            if let (Bug::WorkersForgotten, Worked::CycleCompleted(completed)) = (bug, event) {
                completed.workers.truncate(1);
            }
        }
        // The last part says so itself.
        if let (Bug::DoneWithOnePart, [Worked::Completed(done)]) = (bug, &events[..]) {
            events.push(Worked::CycleCompleted(all_done(done)));
        }
        events
    }
}

impl Spoil for Survey {
    fn spoil(
        _bug: Bug,
        _state: &Self::State,
        events: Vec<Self::Event>,
        _now: Timestamp,
    ) -> Vec<Self::Event> {
        events
    }
}

impl Spoil for Timer {
    fn spoil(
        bug: Bug,
        state: &Self::State,
        mut events: Vec<Self::Event>,
        now: Timestamp,
    ) -> Vec<Self::Event> {
        let ended = events.iter().any(|event| matches!(event, Timed::HoldEnded { .. }));
        if bug == Bug::PauseKept && ended {
            events.retain(|event| !matches!(event, Timed::PromiseMoved(_)));
        }
        for event in &mut events {
            if let (Bug::OtherHoldEnded, Timed::HoldEnded { work_order, .. }) = (bug, &mut *event) {
                let ended = *work_order;
                let mut holds = state.watch().into_iter().flat_map(|watch| &watch.holds);
                let other = holds.find(|hold| hold.is_open() && hold.work_order != ended);
                *work_order = other.map_or(ended, |other| other.work_order);
            }
            if let Timed::RungFired { fired, next } = event {
                if bug == Bug::RoundLost {
                    fired.round = 0;
                }
                if let (Bug::LadderFromNow, Some(next)) = (bug, next) {
                    next.at += fired.fired.duration_since(fired.planned);
                }
            }
        }
        let offered = |event: &Timed| matches!(event, Timed::Armed { offered: Some(_), .. });
        if bug == Bug::OfferUnwatched && events.iter().any(offered) {
            // With its warning: what is left of an offer alone is nothing at all.
            let warned = |event: &Timed| matches!(event, Timed::WarningPlanned { .. });
            events.retain(|event| !offered(event) && !warned(event));
        }
        answer_spoilt(bug, state, &mut events);
        if bug == Bug::ClockRestarted {
            events.extend(restarted(state, &events, now));
        }
        events
    }
}

/// A completion of the cycle of which one part is done.
fn all_done(done: &WorkOrderCompletedV1) -> CaseCompletedV1 {
    let (cycle, completed_at, workers) = (done.cycle, done.at, vec![done.by]);
    CaseCompletedV1 { cycle, completed_at, workers }
}

/// What becomes of answers that are owed, while the cycle goes on.
fn answer_spoilt(bug: Bug, state: &escalation_timer_core::State, events: &mut Vec<Timed>) {
    if events.iter().any(|event| matches!(event, Timed::Watched(_) | Timed::Ended { .. })) {
        return;
    }
    if bug == Bug::ReplyKeepsNothing {
        let is_kept = |event: &Timed| matches!(event, Timed::Stopped(one) if one.commitment == Commitment::FollowUp);
        events.retain(|event| !is_kept(event));
    }
    let mut stopped = events
        .iter()
        .filter_map(|event| if let Timed::Stopped(stopped) = event { Some(stopped) } else { None });
    let done = stopped.find(|one| one.commitment == Commitment::Complete).cloned();
    if let (Bug::CompletionAnswers, Some(done)) = (bug, done) {
        let running = state.watch().into_iter().flat_map(escalation_timer_core::Watch::running);
        let owed = running.filter(|timer| timer.commitment == Commitment::FollowUp);
        events.extend(owed.map(|timer| {
            let on_time = Some(done.at <= timer.first.due);
            let (timer, commitment, corrects) = (timer.id, timer.commitment, None);
            Timed::Stopped(ClockStoppedV1 { timer, commitment, on_time, corrects, ..done.clone() })
        }));
    }
}

/// The completion promised anew, if something was offered.
fn restarted(
    state: &escalation_timer_core::State,
    events: &[Timed],
    now: Timestamp,
) -> Option<Timed> {
    let offered = |event: &Timed| matches!(event, Timed::Armed { offered: Some(_), .. });
    let watch = state.watch().filter(|_| events.iter().any(offered))?;
    let complete = watch.running().find(|timer| timer.commitment == Commitment::Complete)?;
    let armed = ArmedV1 {
        timer: complete.id,
        subject: complete.subject,
        commitment: complete.commitment,
        cycle: complete.cycle,
        promise: complete.promise().number + 1,
        due: now + SignedDuration::from_hours(72),
        provisional: false,
        first_rung: 1,
    };
    Some(Timed::Armed { armed, since: now, offered: None, asked: None, urgency: None })
}

/// Whether a bug that comes now and then comes now, with a chance in a thousand.
pub(super) fn strikes(hour: &mut Hour<'_>, bug: Bug, per_mille: u64) -> bool {
    hour.bug == Some(bug) && hour.dice.below(1_000) < per_mille
}

/// What of a decision is kept.
pub(super) fn half<E>(mut events: Vec<E>, hour: &mut Hour<'_>) -> Vec<E> {
    if events.len() > 1 && strikes(hour, Bug::HalfDecision, 100) {
        events.truncate(events.len() / 2);
    }
    events
}

/// The hour at which cases are woken.
pub(super) fn early(hour: &Hour<'_>) -> Timestamp {
    hour.now + SignedDuration::from_hours(i64::from(hour.bug == Some(Bug::WakeEarly)))
}

/// Whether nobody hears of this.
pub(super) const fn unsaid(bug: Option<Bug>, fact: &Fact) -> bool {
    matches!(
        (bug, fact),
        (Some(Bug::RetractionUnsaid), Fact::Escalation(EscalationFact::RungRetracted(_)))
            | (Some(Bug::MoveUnsaid), Fact::Escalation(EscalationFact::PromiseMoved(_)))
    )
}

/// What a reader makes of a fact.
pub(super) fn misread(bug: Option<Bug>, mut fact: Fact, reader: Service, now: Timestamp) -> Fact {
    match (bug, &mut fact) {
        (Some(Bug::ReceiptForHappened), Fact::Dispatch(DispatchFact::CaseCompleted(completed))) => {
            completed.completed_at = now;
        }
        (Some(Bug::ReasonMisread), Fact::Dispatch(DispatchFact::WorkOrderHeld(held)))
            if reader == Service::EscalationTimer =>
        {
            held.reason = HoldReason::NoAccess;
        }
        (Some(Bug::FirstPartIsAll), Fact::Dispatch(DispatchFact::WorkOrderCompleted(done)))
            if reader == Service::EscalationTimer =>
        {
            return DispatchFact::CaseCompleted(all_done(done)).into();
        }
        (Some(Bug::MergeReversed), Fact::Dispatch(DispatchFact::WorkOrderCancelled(cancelled)))
            if reader == Service::EscalationTimer =>
        {
            if let Some(merged) = &mut cancelled.merged {
                mem::swap(&mut cancelled.work_order, &mut merged.into);
            }
        }
        (Some(Bug::UnreachableIsSolved), Fact::Survey(SurveyFact::CaseJudged(judged)))
            if reader == Service::Intake && judged.verdict == Verdict::Unreachable =>
        {
            judged.verdict = Verdict::Solved;
        }
        _ => {}
    }
    fact
}
