//! The one place where what was decided becomes rows: of commands, facts and wake-ups alike.

use clock::CaseId;
use delivery::{Fault, Locked, Stamp, Tx, audit, traceparent};
use escalation_timer_core::{Event, State, apply, next_at, publish};
use events::words::Revision;
use jiff::Timestamp;

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

/// Writes a change: state, an audit row for each event, and what others hear of it.
///
/// The aggregate is saved by the caller, in the same transaction.
pub(crate) async fn record(
    tx: &mut Tx<'_>,
    timer: &EscalationTimer,
    change: Change<'_>,
    now: Timestamp,
) -> Result<(), Fault> {
    let Change { locked, case: Case { mut state, mut concerned }, events, actor } = change;
    let (producer, mut ids) = (timer.delivery.producer(), timer.ids());
    for event in &events {
        apply(&mut state, event);
        concerned.note(event);
        note(tx, event, locked, &actor, now).await?;
        if let Some(fact) = publish(event) {
            let revision = state.watch().map_or(Revision::NONE, |watch| watch.revision);
            let stamp =
                Stamp { happened: now, recorded: now, revision, traceparent: traceparent() };
            locked.append(producer, &fact, &stamp, &mut ids).map_err(Fault::own)?;
        }
    }
    locked.wake_at(next_at(&state));
    let case = Case { state, concerned };
    Ok(store::watch::save(tx, CaseId::from_uuid(locked.key()), &case).await?)
}

/// The audit row of an event.
pub(crate) async fn note(
    tx: &mut Tx<'_>,
    event: &Event,
    locked: &Locked,
    actor: &str,
    at: Timestamp,
) -> Result<(), Fault> {
    let action = match event {
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
    };
    let detail = serde_json::to_value(event)?;
    let entry = audit::Entry { at, actor, action, key: Some(locked.key()), detail };
    Ok(audit::record(tx, &entry).await?)
}
