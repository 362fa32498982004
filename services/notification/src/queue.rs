//! A notice becomes a message that waits for its recipient's turn.

use clock::{CaseId, Ids as _};
use definitions::Rules;
use delivery::{Fault, Tx, nudge};
use events::words::{MessageChannel, Recipient, TemplateId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Notification,
    message::{Message, Status},
    outgoing::{self, Weight, urgency, ways},
    store,
    tell::{Matter, Notice, words},
};

/// The case that a message is about, what it tells of, and whom it tells.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) case: CaseId,
    /// The event, the step of an alarm, or the question that came with a work order.
    pub(crate) cause: Uuid,
    pub(crate) to: Recipient,
}

impl Notification {
    /// Queues what a notice says; nothing if its recipient was told of its cause, or if neither the
    /// revision of the case nor the newest has words for it, for a release applied them that knew nothing
    /// of this occasion.
    pub(crate) async fn queue(
        &self,
        tx: &mut Tx<'_>,
        rules: &Rules,
        matter: &Matter,
        notice: &Notice,
        about: About,
        now: Timestamp,
    ) -> Result<Option<Message>, Fault> {
        let newest = match rules.template(notice.occasion) {
            Some(_) => None,
            None => self.revisions.newest(tx).await?,
        };
        let newest = newest.as_deref().unwrap_or(rules);
        if [rules, newest].iter().all(|one| one.template(notice.occasion).is_none()) {
            let (case, occasion, revision) = (about.case, notice.occasion, matter.revision);
            tracing::warn!(%case, %occasion, %revision, "nobody is told: there is no template");
            return Ok(None);
        }
        let ways = ways(rules, matter, &about.to);
        let message = self.message((rules, newest), matter, notice, about, now)?;
        if !store::messages::queue(tx, &message, &ways).await? {
            return Ok(None);
        }
        nudge(tx, outgoing::key(&message.to), message.goes_at).await?;
        Ok(Some(message))
    }

    /// What is said by a notice, and when it goes out.
    fn message(
        &self,
        (rules, newest): (&Rules, &Rules),
        matter: &Matter,
        notice: &Notice,
        About { case, cause, to }: About,
        now: Timestamp,
    ) -> Result<Message, Fault> {
        let words = words((rules, newest), matter, notice);
        let weight = Weight::of(notice.occasion, urgency(rules, matter));
        Ok(Message {
            id: self.ids().id(),
            case: Some(case),
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
