//! The one place where what was decided becomes rows: of commands and of facts alike.

use callback_survey_core::{Event, State, apply, next_at, publish};
use clock::CaseId;
use delivery::{Fault, Locked, Stamp, Tx, audit, traceparent};
use events::words::Revision;
use jiff::Timestamp;

use crate::{CallbackSurvey, links, store};

/// A decision about one case.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    /// The case's aggregate.
    pub(crate) locked: &'a mut Locked,
    /// Where the case stood when the decision was made.
    pub(crate) state: State,
    /// What was decided.
    pub(crate) events: Vec<Event>,
    /// By whom: the principal of a command, the service of a fact.
    pub(crate) actor: String,
}

/// Writes a change: state, callbacks with their links, an audit row for each event, and what others
/// hear of it. Answers where the case stands now.
///
/// The aggregate is saved by the caller, in the same transaction.
pub(crate) async fn record(
    tx: &mut Tx<'_>,
    survey: &CallbackSurvey,
    change: Change<'_>,
    now: Timestamp,
) -> Result<State, Fault> {
    let Change { locked, mut state, events, actor } = change;
    let (producer, mut ids) = (survey.delivery.producer(), survey.ids());
    for event in &events {
        apply(&mut state, event);
        audit::record(tx, &entry(event, locked, &actor, now)?).await?;
        if let Some(fact) = publish(event) {
            let revision = state.survey().map_or(Revision::NONE, |survey| survey.matter.revision);
            let stamp =
                Stamp { happened: now, recorded: now, revision, traceparent: traceparent() };
            locked.append(producer, &fact, &stamp, &mut ids).map_err(Fault::own)?;
        }
    }
    locked.wake_at(next_at(&state));
    let case = CaseId::from_uuid(locked.key());
    store::surveys::save(tx, case, &state).await?;
    for event in &events {
        match event {
            Event::Opened { due, .. } => links::give(tx, &survey.masters(), due).await?,
            Event::Unjoined { person } => store::links::remove(tx, case, *person).await?,
            Event::Rejoined { person, callbacks } => {
                links::give_again(tx, &survey.masters(), callbacks, *person).await?;
            }
            Event::Followed { .. }
            | Event::Attempted { .. }
            | Event::Answered { .. }
            | Event::Judged(_)
            | Event::Withdrawn(_)
            | Event::Ended { .. }
            | Event::Noted { .. } => {}
        }
    }
    Ok(state)
}

fn entry<'a>(
    event: &Event,
    locked: &Locked,
    actor: &'a str,
    at: Timestamp,
) -> Result<audit::Entry<'a>, Fault> {
    let action = match event {
        Event::Followed { .. } => "case.followed",
        Event::Unjoined { .. } => "case.unjoined",
        Event::Rejoined { .. } => "case.rejoined",
        Event::Opened { .. } => "callback.opened",
        Event::Attempted { .. } => "callback.attempted",
        Event::Answered { .. } => "callback.answered",
        Event::Withdrawn(_) => "callback.withdrawn",
        Event::Judged(_) => "case.judged",
        Event::Ended { .. } => "case.ended",
        Event::Noted { .. } => "case.noted",
    };
    let detail = serde_json::to_value(event)?;
    Ok(audit::Entry { at, actor, action, key: Some(locked.key()), detail })
}
