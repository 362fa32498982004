//! What all others say about a case, and the definitions.

use clock::{CaseId, Ids as _};
use delivery::{Facts, Fault, Locked, Received, Tx};
use events::{DefinitionFact, Fact, words::TemplateId};
use jiff::Timestamp;

use crate::{
    Notification,
    message::{Message, Status},
    store,
    tell::{Heard, hear, words},
};

impl Facts for Notification {
    async fn apply(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        received: Received<'_>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let Received { envelope, fact } = received;
        if let Fact::Definition(DefinitionFact::DocumentChanged(change)) = fact {
            return Ok(revisions::keep(tx, change).await?);
        }
        let case = CaseId::from_uuid(aggregate.key());
        let known = store::matters::load(tx, case).await?;
        let Heard { matter: Some(matter), notices } = hear(known, fact, envelope.revision) else {
            return Ok(());
        };
        store::matters::save(tx, case, &matter).await?;
        if notices.is_empty() {
            return Ok(());
        }
        let rules = self.revisions.rules(tx, matter.revision).await?;
        for notice in notices {
            let words = words(&rules, &matter, &notice);
            let message = Message {
                id: self.ids().id(),
                case,
                channel: notice.channel(),
                template: notice.occasion.word().parse::<TemplateId>().map_err(Fault::own)?,
                cause: envelope.id,
                words: words.ok_or_else(|| Fault::own("the definitions have no words for it"))?,
                to: notice.to,
                queued_at: now,
                status: Status::Queued,
            };
            store::messages::queue(tx, &message).await?;
        }
        // One that was put back, for it could not be sent, is tried again with the new ones.
        aggregate.wake_at(Some(aggregate.next_at().map_or(now, |planned| planned.min(now))));
        Ok(())
    }
}
