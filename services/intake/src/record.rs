//! The one place where what was decided becomes rows: of commands and of facts alike.

use clock::CaseId;
use delivery::{Fault, Locked, Stamp, Tx, audit};
use delivery_rpc::Asked;
use events::{
    Traceparent,
    intake::Incident,
    words::{CaseKind, Revision},
};
use intake_core::{Event, State, apply, next_at, publish};
use jiff::Timestamp;

use crate::{
    Intake,
    store::{self, relations::Related},
};

/// A decision about one case.
pub(crate) struct Change<'a> {
    /// The case's aggregate.
    pub(crate) locked: &'a mut Locked,
    /// Where it stood when the decision was made; [`record`] brings it to where it stands now.
    pub(crate) state: State,
    /// What was decided.
    pub(crate) events: Vec<Event>,
    /// Why.
    pub(crate) cause: Cause,
}

/// What a decision comes from.
#[derive(Debug, Clone)]
pub(crate) struct Cause {
    /// Who: the principal of a command, the service of a fact.
    pub(crate) actor: String,
    /// When it happened, in the service's time.
    pub(crate) happened: Timestamp,
    /// The trace that it belongs to.
    pub(crate) traceparent: Option<Traceparent>,
}

impl Cause {
    /// A command that happens now.
    pub(crate) fn of(asked: &Asked, now: Timestamp) -> Self {
        let (actor, traceparent) = (asked.intent.id.principal.clone(), asked.traceparent.clone());
        Self { actor, happened: now, traceparent }
    }

    /// The stamp of its events.
    pub(crate) fn stamp(&self, recorded: Timestamp, revision: Revision) -> Stamp {
        let (happened, traceparent) = (self.happened, self.traceparent.clone());
        Stamp { happened, recorded, revision, traceparent }
    }
}

/// Writes changes: states, relations, an audit row for each event, and what others hear of it.
///
/// The aggregates are saved by the caller, in the same transaction.
pub(crate) async fn record(
    tx: &mut Tx<'_>,
    intake: &Intake,
    changes: &mut [Change<'_>],
    now: Timestamp,
) -> Result<(), Fault> {
    let (mut related, mut alarms) = (Vec::new(), Vec::new());
    for Change { locked, state, events, cause } in &mut *changes {
        let case = CaseId::from_uuid(locked.key());
        for event in &*events {
            apply(state, event);
            audit::record(tx, &entry(event, locked, cause, now)?).await?;
            if let Some(fact) = publish(event) {
                let revision = state.case().map_or(Revision::NONE, |case| case.revision);
                let (stamp, mut ids) = (cause.stamp(now, revision), intake.ids());
                let producer = intake.delivery.producer();
                let id = locked.append(producer, &fact, &stamp, &mut ids).map_err(Fault::own)?;
                if is_alarm(event)
                    && let Some(event) = locked.appended(id)
                {
                    alarms.push((case, event.to_vec()));
                }
            }
            if let Event::Unjoined(unjoined) = event {
                store::relations::delete(tx, case, &Related::Own(unjoined.person)).await?;
            }
            if let Some(incident) = incident(event) {
                store::incidents::save(tx, case, &incident.places).await?;
            }
            related.extend(relations(event).into_iter().map(|one| (case, one)));
        }
        locked.wake_at(next_at(state));
    }
    let states: Vec<_> = changes
        .iter()
        .map(|change| (CaseId::from_uuid(change.locked.key()), &change.state))
        .collect();
    store::cases::save(tx, &states).await?;
    store::relations::insert(tx, &related).await?;
    for (case, event) in alarms {
        store::alarms::insert(tx, case, &event).await?;
    }
    Ok(())
}

/// Whether an event says that there is an alarm, or that there is one again.
fn is_alarm(event: &Event) -> bool {
    matches!(event, Event::Accepted { accepted, .. } if accepted.kind == CaseKind::Alarm)
        || matches!(event, Event::Reopened { reopened, .. } if reopened.kind == CaseKind::Alarm)
}

fn entry<'a>(
    event: &Event,
    locked: &Locked,
    cause: &'a Cause,
    at: Timestamp,
) -> Result<audit::Entry<'a>, Fault> {
    let action = match event {
        Event::Accepted { .. } => "case.accepted",
        Event::Resolved(_) => "case.resolved",
        Event::Closed { .. } => "case.closed",
        Event::Reopened { .. } => "case.reopened",
        Event::Chased(_) => "case.chased",
        Event::Joined(_) => "case.joined",
        Event::Unjoined(_) => "case.unjoined",
        Event::UrgencyChanged { .. } => "case.urgency-changed",
        Event::NoteLeft(_) => "case.note-left",
        Event::Replied(_) => "case.replied",
        Event::Absorbed { .. } => "case.absorbed",
        Event::Called { .. } => "incident.called",
        Event::IncidentUpdated(_) => "incident.updated",
        Event::Noted { .. } => "case.noted",
    };
    let detail = serde_json::to_value(event)?;
    Ok(audit::Entry { at, actor: &cause.actor, action, key: Some(locked.key()), detail })
}

/// What is known of an incident from this event on.
fn incident(event: &Event) -> Option<&Incident> {
    match event {
        Event::Accepted { accepted, .. } => accepted.incident.as_ref(),
        Event::IncidentUpdated(updated) => Some(&updated.incident),
        Event::Resolved(_)
        | Event::Closed { .. }
        | Event::Reopened { .. }
        | Event::Chased(_)
        | Event::Joined(_)
        | Event::Unjoined(_)
        | Event::UrgencyChanged { .. }
        | Event::NoteLeft(_)
        | Event::Replied(_)
        | Event::Absorbed { .. }
        | Event::Called { .. }
        | Event::Noted { .. } => None,
    }
}

/// Who stands to the case from this event on.
fn relations(event: &Event) -> Vec<Related> {
    match event {
        Event::Accepted { accepted, .. } => {
            let reporters = accepted.reporters.iter().copied().map(Related::Own);
            reporters.chain([Related::FirstReceiver(accepted.first_receiver)]).collect()
        }
        Event::Joined(joined) => joined.joined.iter().copied().map(Related::Own).collect(),
        Event::Resolved(_)
        | Event::Closed { .. }
        | Event::Reopened { .. }
        | Event::Chased(_)
        | Event::Unjoined(_)
        | Event::UrgencyChanged { .. }
        | Event::NoteLeft(_)
        | Event::Replied(_)
        | Event::Absorbed { .. }
        | Event::Called { .. }
        | Event::IncidentUpdated(_)
        | Event::Noted { .. } => Vec::new(),
    }
}
