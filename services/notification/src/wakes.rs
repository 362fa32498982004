//! Sending: in two steps, so that nobody can forget that something may have gone out.

use clock::CaseId;
use delivery::{Fault, Locked, Stamp, Tx, Wake, Wakes, traceparent};
use events::{NotifyFact, notify::CaseToldV1, words::Revision};
use jiff::SignedDuration;

use crate::{Notification, channels, message::Message, store};

/// The next step is another wake-up, as soon as this one is committed.
const NEXT: SignedDuration = SignedDuration::from_micros(1);

impl Wakes for Notification {
    async fn wake(&self, tx: &mut Tx<'_>, aggregate: &mut Locked, wake: Wake) -> Result<(), Fault> {
        let (case, now) = (CaseId::from_uuid(aggregate.key()), wake.now);
        let matter = store::matters::load(tx, case).await?;
        let revision = matter.map_or(Revision::NONE, |matter| matter.revision);
        for message in store::messages::sending(tx, case).await? {
            channels::send(&message)?;
            store::messages::sent(tx, message.id, now).await?;
            let Message { id: message, to, template, cause, channel, .. } = message;
            let told = CaseToldV1 { message, to, template, cause, channel, at: now };
            let stamp =
                Stamp { happened: now, recorded: now, revision, traceparent: traceparent() };
            let (fact, producer) = (NotifyFact::from(told).into(), self.delivery.producer());
            aggregate.append(producer, &fact, &stamp, &mut self.ids()).map_err(Fault::own)?;
        }
        let begun = store::messages::begin_sending(tx, case).await?;
        aggregate.wake_at((begun > 0).then(|| now + NEXT));
        Ok(())
    }
}
