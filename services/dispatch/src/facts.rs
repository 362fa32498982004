//! What intake and escalation-timer say about a case, and the definitions.

use authz::Principal;
use clock::{CaseId, QuestionId};
use delivery::{Facts, Fault, Locked, Received, Tx};
use dispatch_core::{Fact, State, on_fact};
use events::{DefinitionFact, EscalationFact, words::Subject};
use jiff::Timestamp;

use crate::{
    Dispatch,
    board::Board,
    record::{Case, Change, note, record},
    store,
};

impl Facts for Dispatch {
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
        if let Some((question, due)) = due_of_a_question(fact) {
            store::questions::promised(tx, question, due).await?;
        }
        let known = store::work::load(tx, CaseId::from_uuid(aggregate.key())).await?;
        let (state, shown) = match known {
            Some(Case { state, board }) => (state, Some(board)),
            None => (State::New, None),
        };
        let events = match Fact::read(fact.clone()) {
            Some(fact) => {
                let rules = self.revisions.rules(tx, envelope.revision).await?;
                on_fact(&state, &rules, &fact, now, &mut self.ids())
            }
            None => Vec::new(),
        };
        let actor = Principal::Service(envelope.source.service).to_string();
        if let Some(board) = Board::after(shown, fact) {
            let case = Case { state, board };
            return record(tx, self, Change { locked: aggregate, case, events, actor }, now).await;
        }
        // Of a case that was never accepted nothing is kept but why a fact about it changed nothing.
        for event in &events {
            note(tx, event, aggregate, &actor, now).await?;
        }
        Ok(())
    }
}

/// When the answer to a question is due, if a fact says so.
const fn due_of_a_question(fact: &events::Fact) -> Option<(QuestionId, Timestamp)> {
    let (subject, due) = if let events::Fact::Escalation(EscalationFact::Armed(armed)) = fact {
        (armed.subject, armed.due)
    } else if let events::Fact::Escalation(EscalationFact::PromiseMoved(moved)) = fact {
        (moved.subject, moved.new)
    } else {
        return None;
    };
    match subject {
        Subject::Question(question) => Some((question, due)),
        Subject::Case | Subject::Offer(_) | Subject::WorkOrder(_) => None,
    }
}
