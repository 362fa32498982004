//! What intake, dispatch and callback-survey say about a case, and the definitions.

use authz::Principal;
use clock::CaseId;
use delivery::{Facts, Fault, Locked, Received, Tx};
use escalation_timer_core::{Fact, State, on_fact_among, posts_told};
use events::{
    DefinitionFact, DispatchFact, Envelope,
    words::{Revision, Service},
};
use jiff::Timestamp;

use crate::{
    EscalationTimer,
    concern::Concerned,
    record::{Case, Change, note, record},
    store,
};

impl Facts for EscalationTimer {
    async fn apply(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        received: Received<'_>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let Received { envelope, fact } = received;
        if let events::Fact::Definition(DefinitionFact::DocumentChanged(change)) = fact {
            revisions::keep(tx, change).await?;
            return if change.last { self.recount(tx, now).await } else { Ok(()) };
        }
        if let events::Fact::Dispatch(DispatchFact::RosterChanged(changed)) = fact {
            return Ok(store::rosters::keep(tx, changed).await?);
        }
        let known = store::watch::load(tx, CaseId::from_uuid(aggregate.key())).await?;
        let (state, concerned) = match known {
            Some(Case { state, concerned }) => (state, Some(concerned)),
            None => (State::New, None),
        };
        let events = match Fact::read(fact.clone()) {
            Some(fact) => {
                let (revision, calendars) = revisions_of(&state, envelope);
                let rules = self.revisions.counted_by(tx, revision, calendars).await?;
                let posts = posts_told(&rules, &fact);
                let unattended = store::rosters::unattended(tx, &posts, now).await?;
                on_fact_among(&state, &rules, &fact, (now, &unattended), &mut self.ids())
            }
            None => Vec::new(),
        };
        let actor = Principal::Service(envelope.source.service).to_string();
        if let Some(concerned) = Concerned::after(concerned, fact) {
            let case = Case { state, concerned };
            return record(tx, self, Change { locked: aggregate, case, events, actor }, now).await;
        }
        // Of a case that was never accepted nothing is kept but why a fact about it changed nothing.
        for event in &events {
            note(tx, event, aggregate, &actor, now).await?;
        }
        Ok(())
    }
}

/// The definitions by which a fact is followed, and those that have the calendars: intake promises by
/// those that it names, and what begins later goes by those of the case.
fn revisions_of(state: &State, envelope: &Envelope) -> (Revision, Revision) {
    let by_intake = envelope.source.service == Service::Intake;
    match state.watch() {
        Some(watch) if !by_intake || envelope.revision == watch.revision => {
            (watch.revision, watch.counted_by())
        }
        Some(_) | None => (envelope.revision, envelope.revision),
    }
}
