//! The one place where what was decided becomes rows: of commands, facts and wake-ups alike.

use std::mem;

use clock::CaseId;
use delivery::{Fault, Locked, Stamp, Tx, audit, traceparent};
use escalation_timer_core::{Event, State, Watch, apply, is_provisional, next_at, publish};
use events::words::Revision;
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::{EscalationTimer, concern::Concerned, store};

/// A case that was accepted.
#[derive(Debug)]
pub(crate) struct Case {
    /// What is decided on.
    pub(crate) state: State,
    /// Who may see it.
    pub(crate) concerned: Concerned,
}

/// A decision about one case.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    /// The case's aggregate.
    pub(crate) locked: &'a mut Locked,
    /// The case as it stood when the decision was made.
    pub(crate) case: Case,
    /// What was decided.
    pub(crate) events: Vec<Event>,
    /// By whom: the principal of a command, the service of a fact, escalation-timer itself for the
    /// hour.
    pub(crate) actor: String,
}

/// What a change leaves to be written beside its aggregate.
#[derive(Debug)]
pub(crate) struct Written {
    key: Uuid,
    case: Case,
    actor: String,
    at: Timestamp,
    notes: Vec<(&'static str, Value)>,
}

/// Writes a change: state, an audit row for each event, and what others hear of it.
///
/// The aggregate is saved by the caller, in the same transaction.
pub(crate) async fn record(
    tx: &mut Tx<'_>,
    timer: &EscalationTimer,
    change: Change<'_>,
    now: Timestamp,
) -> Result<(), Fault> {
    let Change { locked, case, events, actor } = change;
    let written = take(timer, Change { locked: &mut *locked, case, events, actor }, now)?;
    // A calendar was changed before this was promised by what was known before.
    let state = &written.case.state;
    if is_provisional(state) && counted_by(state) < revisions::calendars(tx).await? {
        locked.wake_at(Some(now));
    }
    write(tx, vec![written]).await
}

/// Takes a change over into its aggregate: what others hear of it, and when to wake it next.
pub(crate) fn take(
    timer: &EscalationTimer,
    change: Change<'_>,
    now: Timestamp,
) -> Result<Written, Fault> {
    let Change { locked, case: Case { mut state, mut concerned }, events, actor } = change;
    let (producer, mut ids) = (timer.delivery.producer(), timer.ids());
    let mut notes = Vec::with_capacity(events.len());
    for event in &events {
        apply(&mut state, event);
        concerned.note(event);
        notes.push((action(event), serde_json::to_value(event)?));
        if let Some(fact) = publish(event) {
            let revision = state.watch().map_or(Revision::NONE, |watch| watch.revision);
            let stamp =
                Stamp { happened: now, recorded: now, revision, traceparent: traceparent() };
            locked.append(producer, &fact, &stamp, &mut ids).map_err(Fault::own)?;
        }
    }
    locked.wake_at(next_at(&state));
    Ok(Written { key: locked.key(), case: Case { state, concerned }, actor, at: now, notes })
}

/// Writes what changes left, in as many statements as one leaves.
pub(crate) async fn write(tx: &mut Tx<'_>, mut written: Vec<Written>) -> Result<(), Fault> {
    let notes: Vec<_> = written.iter_mut().map(|one| mem::take(&mut one.notes)).collect();
    let entries = written.iter().zip(notes).flat_map(|(Written { key, actor, at, .. }, notes)| {
        notes.into_iter().map(|(action, detail)| audit::Entry {
            at: *at,
            actor,
            action,
            key: Some(*key),
            detail,
        })
    });
    audit::record_all(tx, &entries.collect::<Vec<_>>()).await?;
    let cases = written.iter().map(|one| (CaseId::from_uuid(one.key), &one.case));
    Ok(store::watch::save_all(tx, cases).await?)
}

/// The revision by whose calendars a case is counted.
pub(crate) fn counted_by(state: &State) -> Revision {
    state.watch().map_or(Revision::NONE, Watch::counted_by)
}

/// The audit row of an event.
pub(crate) async fn note(
    tx: &mut Tx<'_>,
    event: &Event,
    locked: &Locked,
    actor: &str,
    at: Timestamp,
) -> Result<(), Fault> {
    let detail = serde_json::to_value(event)?;
    let entry = audit::Entry { at, actor, action: action(event), key: Some(locked.key()), detail };
    Ok(audit::record(tx, &entry).await?)
}

const fn action(event: &Event) -> &'static str {
    match event {
        Event::Watched(_) => "case.watched",
        Event::UrgencyChanged { .. } => "case.urgency-changed",
        Event::Armed { .. } => "clock.armed",
        Event::RungFired { .. } => "rung.fired",
        Event::Rested { .. } => "clock.rested",
        Event::WarningPlanned { .. } => "clock.warning-planned",
        Event::AtRisk(_) => "clock.at-risk",
        Event::RungRetracted(_) => "rung.retracted",
        Event::RungTold(_) => "rung.told",
        Event::Stopped(_) => "clock.stopped",
        Event::PromiseMoved(_) => "promise.moved",
        Event::Counted { .. } => "case.counted",
        Event::Confirmed { .. } => "promise.confirmed",
        Event::PausesCarried(_) => "promise.pauses-carried",
        Event::ExtensionAsked(_) => "extension.asked",
        Event::ExtensionRefused(_) => "extension.refused",
        Event::Held(_) => "work-order.held",
        Event::HoldEnded { .. } => "work-order.hold-ended",
        Event::PauseAsked(_) => "pause.asked",
        Event::EvidenceGiven { .. } => "pause.evidence-given",
        Event::PauseGranted { .. } => "pause.granted",
        Event::PauseRefused(_) => "pause.refused",
        Event::Ordered(_) => "ladder.ordered",
        Event::TakenOver { .. } => "ladder.taken-over",
        Event::RiskAccepted { .. } => "ladder.risk-accepted",
        Event::Ended { .. } => "case.ended",
        Event::Noted { .. } => "case.noted",
    }
}
