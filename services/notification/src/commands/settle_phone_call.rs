use std::slice;

use authz::{Action, Relations, decide};
use clock::MessageId;
use definitions::Occasion;
use delivery::{lock_one, save};
use delivery_rpc::{Asked, Failure, head};
use events::{NotifyFact, notify::CasePhonedV1};
use proto::notification::v1::SettlePhoneCallResponse;
use rpc::{Code, Error, account, authorize, scope};

use super::{audited, names_case, refusal};
use crate::{Notification, acknowledgement::Command, api::write, ringing::Word, store};

impl Notification {
    /// Keeps what came of a call.
    pub(crate) async fn settle_phone_call(
        &self,
        Asked { subject, intent, .. }: Asked,
        call: MessageId,
        reached: bool,
    ) -> Result<SettlePhoneCallResponse, Failure> {
        let action = Action::SettlePhoneCall;
        scope(&subject, action)?;
        let by = account(&subject)?;
        let machine = self.clock().machine();
        let mut tx = self.pool().begin().await?;
        if let Some(answered) = intent.begin(&mut tx, machine).await? {
            return Ok(answered);
        }
        let case = store::acknowledgements::of_message(&mut tx, call).await?;
        let case = case.ok_or_else(unknown)?.case;
        let mut locked = lock_one(&mut tx, case.uuid()).await?;
        let matter = store::matters::load(&mut tx, case).await?.ok_or_else(unknown)?;
        let asked = store::acknowledgements::of_message(&mut tx, call).await?;
        let asked = asked.ok_or_else(unknown)?;
        // Read under the lock, so that what comes later is later.
        let now = self.clock().now();
        let (none, level) = (Relations::NONE, matter.level);
        if !decide(&subject, Action::ListPhoneCalls, none, level).is_allowed() {
            return Err(unknown().into());
        }
        authorize(&subject, action, none, level)?;

        let known = asked.known.on_command(Command::Settle { reached }, by, now);
        let known = known.map_err(refusal)?;
        store::acknowledgements::save(&mut tx, call, known).await?;
        if reached && asked.occasion == Some(Occasion::Alarm) {
            let word = Word { by, at: now, actor: &intent.id.principal };
            self.answered(&mut tx, &mut locked, &matter, word, now).await?;
        }
        let fact = CasePhonedV1 { message: call, to: asked.to, reached, by, at: now };
        self.tell(&mut locked, NotifyFact::from(fact), (now, now), matter.revision)?;
        audited(&mut tx, &locked, &intent.id.principal, ("call.settled", call), now).await?;
        save(&mut tx, slice::from_mut(&mut locked), machine).await?;
        let state = write::acknowledgement_state(known).into();
        let head = names_case(&subject, level).then(|| head(&locked));
        let answer = SettlePhoneCallResponse { head, state };
        intent.finish(&mut tx, &answer).await?;
        tx.commit().await?;
        self.delivery.bell().ring();
        Ok(answer)
    }
}

/// The same for a call that is not there and for one of which the caller may not know.
fn unknown() -> Error {
    let message = "there is no such call: list those that are to be made";
    Error::new(Code::NotFound, "no-such-call", message)
}
