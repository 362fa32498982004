//! What all others say about a case, and the definitions.

use clock::{CaseId, Ids as _};
use definitions::Rules;
use delivery::{Facts, Fault, Locked, Received, Tx, nudge};
use events::{
    DefinitionFact, Fact,
    words::{MessageChannel, Recipient, TemplateId},
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Notification,
    acknowledgement::{Needless, is_asked_of},
    message::{Message, Status},
    outgoing::{self, Weight, ways},
    store,
    tell::{Heard, Matter, Notice, hear, words},
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
        if let Some(needless) = Needless::by(fact, matter.cycle) {
            end(tx, case, needless, now).await?;
        }
        if notices.is_empty() {
            return Ok(());
        }
        let rules = self.revisions.rules(tx, matter.revision).await?;
        for notice in notices {
            // A revision that a release applied which knew nothing of this occasion.
            if rules.template(notice.occasion).is_none() {
                let (occasion, revision) = (notice.occasion, matter.revision);
                tracing::warn!(%case, %occasion, %revision, "nobody is told: there is no template");
                continue;
            }
            let occasion = notice.occasion;
            let Some(to) = notice.to.find(&rules, &matter) else {
                let revision = matter.revision;
                tracing::warn!(%case, %occasion, %revision, "nobody is told: nobody is named");
                continue;
            };
            let ways = ways(&rules, &matter, &to);
            let about = About { case, cause: envelope.id, to };
            let message = self.message(&rules, &matter, &notice, about, now)?;
            if !store::messages::queue(tx, &message, &ways).await? {
                continue;
            }
            nudge(tx, outgoing::key(&message.to), message.goes_at).await?;
            let within = rules.acknowledge_within(&matter.item);
            if let Some(within) = within
                && is_asked_of(&message.to, occasion, message.weight)
            {
                let until = now + within;
                store::acknowledgements::ask(tx, message.id, case, until).await?;
                let next_at = aggregate.next_at().map_or(until, |next_at| next_at.min(until));
                aggregate.wake_at(Some(next_at));
            }
        }
        Ok(())
    }
}

/// Nobody needs to say any more that they know this.
async fn end(
    tx: &mut Tx<'_>,
    case: CaseId,
    needless: Needless,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    for asked in store::acknowledgements::open_of(tx, case).await? {
        if asked.occasion.is_none_or(|occasion| needless.concerns(occasion)) {
            store::acknowledgements::save(tx, asked.message, asked.known.on_end(now)).await?;
        }
    }
    Ok(())
}

/// The case that a message is about, the event that it tells of, and whom it tells.
#[derive(Debug)]
struct About {
    case: CaseId,
    cause: Uuid,
    to: Recipient,
}

impl Notification {
    /// What is said by a notice, and when it goes out.
    fn message(
        &self,
        rules: &Rules,
        matter: &Matter,
        notice: &Notice,
        About { case, cause, to }: About,
        now: Timestamp,
    ) -> Result<Message, Fault> {
        let words = words(rules, matter, notice);
        let weight = Weight::of(notice.occasion, matter.urgency);
        Ok(Message {
            id: self.ids().id(),
            case,
            channel: match to {
                Recipient::Person(_) | Recipient::Account(_) => MessageChannel::Mailbox,
                Recipient::Post(_) => MessageChannel::Log,
            },
            template: notice.occasion.word().parse::<TemplateId>().map_err(Fault::own)?,
            cause,
            words: words.ok_or_else(|| Fault::own("the definitions have no words for it"))?,
            to,
            weight,
            says: notice.says,
            queued_at: now,
            goes_at: match weight {
                Weight::Critical => now,
                Weight::Normal => rules.message_goes_at(&matter.item, now),
            },
            sending: None,
            status: Status::Queued,
        })
    }
}
