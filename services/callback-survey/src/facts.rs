//! What intake says about a case, and the definitions.

use authz::Principal;
use callback_survey_core::{Fact, on_fact};
use clock::CaseId;
use delivery::{Facts, Fault, Locked, Received, Tx};
use events::DefinitionFact;
use jiff::Timestamp;

use crate::{
    CallbackSurvey,
    record::{Change, record},
    store,
};

impl Facts for CallbackSurvey {
    async fn apply(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        received: Received<'_>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let Received { envelope, fact } = received;
        if let events::Fact::Definition(DefinitionFact::DocumentChanged(change)) = fact {
            return Ok(revisions::keep(tx, change).await?);
        }
        let Some(fact) = Fact::read(fact.clone()) else {
            return Ok(());
        };
        let case = CaseId::from_uuid(aggregate.key());
        let state = store::surveys::load(tx, case).await?;
        let rules = self.revisions.rules(tx, envelope.revision).await?;
        let events = on_fact(&state, &rules, &fact, now, &mut self.ids());
        let actor = Principal::Service(envelope.source.service).to_string();
        record(tx, self, Change { locked: aggregate, state, events, actor }, now).await?;
        if is_late(&fact, envelope.happened) {
            store::surveys::entered_late(tx, case).await?;
        }
        Ok(())
    }
}

/// Whether it is a case that was received before it was entered: written on paper during an outage.
fn is_late(fact: &Fact, entered_at: Timestamp) -> bool {
    match fact {
        Fact::Accepted(accepted) => accepted.received_at < entered_at,
        Fact::Resolved(_)
        | Fact::Reopened(_)
        | Fact::Closed(_)
        | Fact::Joined(_)
        | Fact::Unjoined(_) => false,
    }
}
