use std::slice;

use clock::CaseId;
use delivery::{Fault, lock_one, save};
use delivery_rpc::Failure;
use events::{Fact, IntakeFact, What, decode, words::CaseKind};
use rpc::{Code, Error};

use crate::{Notification, facts::Cause};

impl Notification {
    /// Takes in that an alarm was accepted, from intake itself, and has it go out at once. However
    /// often it comes, and by the broker besides: it rings once.
    pub(crate) async fn raise_alarm(&self, event: &[u8]) -> Result<(), Failure> {
        let received = decode(event).map_err(|_| not_an_alarm())?;
        let What::Known(fact) = received.what else { return Err(not_an_alarm().into()) };
        let envelope = received.envelope;
        let case = CaseId::from_uuid(envelope.key);
        match &fact {
            Fact::Intake(IntakeFact::CaseAccepted(accepted))
                if accepted.kind == CaseKind::Alarm => {}
            Fact::Intake(_)
            | Fact::Dispatch(_)
            | Fact::Escalation(_)
            | Fact::Survey(_)
            | Fact::Notify(_)
            | Fact::Definition(_)
            | Fact::Audit(_) => return Err(not_an_alarm().into()),
        }
        let mut tx = self.pool().begin().await?;
        let mut locked = lock_one(&mut tx, case.uuid()).await?;
        let now = self.clock().now();
        // An alarm waits for no definitions: those that are known have its posts.
        let newest = revisions::newest(&mut tx).await?;
        let cause = Cause {
            event: envelope.id,
            revision: envelope.revision.min(newest),
            recorded: envelope.recorded,
        };
        self.take_in(&mut tx, &mut locked, cause, &fact, now).await?;
        save(&mut tx, slice::from_mut(&mut locked), self.clock().machine()).await?;
        tx.commit().await?;
        Ok(self.hasten(case).await.map_err(Fault::from)?)
    }
}

fn not_an_alarm() -> Error {
    let message = "this is no event that says that an alarm was accepted";
    Error::new(Code::InvalidArgument, "not-an-alarm", message).violating("event", message)
}
