use std::slice;

use clock::CaseId;
use delivery::{Fault, lock_one, save};
use delivery_rpc::Failure;
use events::{
    What, decode,
    words::{CaseKind, Revision},
};
use rpc::{Code, Error};

use crate::{
    Notification,
    facts::{Cause, begun_by},
    store,
};

impl Notification {
    /// Takes in that an alarm was accepted or opened again, from intake itself, and has it go out at
    /// once. However often it comes, and by the broker besides: it rings once. If it cannot ring yet,
    /// nothing is kept of it, and intake asks again.
    pub(crate) async fn raise_alarm(&self, event: &[u8]) -> Result<(), Failure> {
        let received = decode(event).map_err(|_| not_an_alarm())?;
        let What::Known(fact) = received.what else { return Err(not_an_alarm().into()) };
        let envelope = received.envelope;
        let case = CaseId::from_uuid(envelope.key);
        let begun = begun_by(&fact).filter(|begun| begun.kind == CaseKind::Alarm);
        let begun = begun.ok_or_else(not_an_alarm)?;
        let mut tx = self.pool().begin().await?;
        let mut locked = lock_one(&mut tx, case.uuid()).await?;
        let now = self.clock().now();
        // An alarm waits for no definitions: those that are known have its posts.
        let newest = revisions::newest(&mut tx).await?;
        if newest == Revision::NONE {
            return Err(early().into());
        }
        let revision = envelope.revision.min(newest);
        let rules = self.revisions.rules(&mut tx, revision).await.map_err(Fault::from)?;
        if rules.alert(begun.item).is_none() {
            let has_all = revision == envelope.revision;
            return Err(if has_all { not_an_alarm() } else { early() }.into());
        }
        let cause = Cause { event: envelope.id, revision, recorded: envelope.recorded };
        self.take_in(&mut tx, &mut locked, cause, &fact, now).await?;
        let runs = store::matters::load(&mut tx, case).await?.map(|matter| matter.cycle);
        let rings = store::alarms::load(&mut tx, case, begun.cycle).await?.is_some();
        // Of a cycle that was followed by another there is nothing to ring about any more.
        if !rings && runs.is_none_or(|runs| runs <= begun.cycle) {
            return Err(early().into());
        }
        save(&mut tx, slice::from_mut(&mut locked), self.clock().machine()).await?;
        tx.commit().await?;
        Ok(self.hasten(case).await?)
    }
}

fn not_an_alarm() -> Error {
    let message = "this is no event that says that an alarm was accepted or opened again";
    Error::new(Code::InvalidArgument, "not-an-alarm", message).violating("event", message)
}

fn early() -> Error {
    let message =
        "what this alarm was decided by, or its case, has not come here yet: send it again";
    Error::new(Code::Unavailable, "alarm-early", message)
}
