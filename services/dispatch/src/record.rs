//! The one place where what was decided becomes rows: of commands, facts and wake-ups alike.

use clock::CaseId;
use delivery::{Fault, Locked, Stamp, Tx, audit, traceparent};
use dispatch_core::{Event, State, apply, next_at, publish};
use events::words::Revision;
use jiff::Timestamp;

use crate::{Dispatch, board::Board, store};

/// A case that was accepted.
#[derive(Debug)]
pub(crate) struct Case {
    /// What is decided on.
    pub(crate) state: State,
    /// What is shown besides.
    pub(crate) board: Board,
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
    /// By whom: the principal of a command, the service of a fact, dispatch itself for the hour.
    pub(crate) actor: String,
}

/// Writes a change: state, work orders, an audit row for each event, and what others hear of it.
///
/// The aggregate is saved by the caller, in the same transaction.
pub(crate) async fn record(
    tx: &mut Tx<'_>,
    dispatch: &Dispatch,
    change: Change<'_>,
    now: Timestamp,
) -> Result<(), Fault> {
    let Change { locked, case: Case { mut state, board }, events, actor } = change;
    let (producer, mut ids) = (dispatch.delivery.producer(), dispatch.ids());
    for event in &events {
        apply(&mut state, event);
        note(tx, event, locked, &actor, now).await?;
        if let Some(fact) = publish(event) {
            let revision = state.work().map_or(Revision::NONE, |work| work.revision);
            let stamp =
                Stamp { happened: now, recorded: now, revision, traceparent: traceparent() };
            locked.append(producer, &fact, &stamp, &mut ids).map_err(Fault::own)?;
        }
    }
    locked.wake_at(next_at(&state));
    let case = Case { state, board };
    Ok(store::work::save(tx, CaseId::from_uuid(locked.key()), &case).await?)
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
        Event::Offered { .. } => "work-order.offered",
        Event::Claimed { .. } => "work-order.claimed",
        Event::Assigned { .. } => "work-order.assigned",
        Event::Arrived(_) => "work-order.arrived",
        Event::Contained(_) => "work-order.contained",
        Event::Held(_) => "work-order.held",
        Event::Resumed { .. } => "work-order.resumed",
        Event::Released { .. } => "work-order.released",
        Event::Disputed(_) => "work-order.disputed",
        Event::Asked(_) => "work-order.asked",
        Event::Answered(_) => "work-order.answered",
        Event::Completed(_) => "work-order.completed",
        Event::Cancelled(_) => "work-order.cancelled",
        Event::CycleCompleted(_) => "case.completed",
        Event::PauseAnswered { .. } => "work-order.pause-answered",
        Event::Escalated { .. } => "case.escalated",
        Event::UrgencyChanged { .. } => "case.urgency-changed",
        Event::ReportersChanged { .. } => "case.reporters-changed",
        Event::Complains { .. } => "case.complains",
        Event::Ended { .. } => "case.ended",
        Event::Noted { .. } => "case.noted",
    };
    let detail = serde_json::to_value(event)?;
    let entry = audit::Entry { at, actor, action, key: Some(locked.key()), detail };
    Ok(audit::record(tx, &entry).await?)
}
