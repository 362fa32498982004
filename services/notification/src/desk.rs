//! A desk that was left and that nobody has taken over: whoever takes it over then is told, at once and
//! once for each handover.
//!
//! Dispatch says so in the transaction that found nobody. Whether somebody came in the seconds since, no
//! fact tells: that a desk was taken over is for the record of dispatch, where whoever is told looks first.

use clock::Ids as _;
use definitions::Occasion;
use delivery::{Fault, Tx, nudge};
use events::{
    dispatch::HandoverUntakenV1,
    words::{MessageChannel, Recipient, TemplateId},
};
use jiff::Timestamp;

use crate::{
    Notification,
    message::{Message, Status},
    outgoing::{self, Weight, all_ways},
    store,
    tell::{Says, of_desk},
};

impl Notification {
    /// Tells the post that the desk answers to; nobody, if the definitions name none or have no words for
    /// it, as those of an earlier release.
    pub(crate) async fn untaken(
        &self,
        tx: &mut Tx<'_>,
        untaken: &HandoverUntakenV1,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let rules = self.revisions.newest(tx).await?;
        let told = rules.as_deref().and_then(|rules| {
            let desk = rules.desk()?;
            let above = rules.post(desk.answers_to.as_ref()?)?;
            let words = of_desk(rules, desk, now.duration_since(untaken.left_at))?;
            Some((above, words))
        });
        let Some((above, words)) = told else {
            let handover = untaken.handover;
            tracing::warn!(%handover, "nobody is told that a desk was not taken over");
            return Ok(());
        };
        let occasion = Occasion::DeskUntaken;
        let message = Message {
            id: self.ids().id(),
            case: None,
            to: Recipient::Post(above.id.clone()),
            template: occasion.word().parse::<TemplateId>().map_err(Fault::own)?,
            // Whichever event says it, and however often.
            cause: untaken.handover.uuid(),
            channel: MessageChannel::Log,
            words,
            weight: Weight::Critical,
            says: Says::Other,
            queued_at: now,
            goes_at: now,
            sending: None,
            status: Status::Queued,
        };
        if store::messages::queue(tx, &message, &all_ways(above)).await? {
            nudge(tx, outgoing::key(&message.to), now).await?;
        }
        Ok(())
    }
}
