use std::slice;

use authz::{Action, Scope, Subject};
use clock::AccountId;
use delivery::{Fault, lock_one, save};
use delivery_rpc::{Asked, Failure, head, note_reads};
use proto::notification::v1::TakePhoneCallResponse;
use rpc::{account, scope};

use super::{audited, names_case};
use crate::{
    Notification,
    acknowledgement::{Acknowledgement, Command},
    api::write,
    store::{
        self,
        phone_calls::{PhoneCall, Wanted},
    },
};

/// How often another may be quicker before somebody is told that there is nothing to do.
const TRIES: u8 = 8;

impl Notification {
    /// Takes the next call that nobody else makes.
    pub(crate) async fn take_phone_call(
        &self,
        asked: Asked,
    ) -> Result<TakePhoneCallResponse, Failure> {
        let scope = scope(&asked.subject, Action::TakePhoneCall)?;
        let by = account(&asked.subject)?;
        for _ in 0..TRIES {
            if let Some(answer) = self.try_to_take(&asked, &scope, by).await? {
                return Ok(answer);
            }
        }
        Ok(TakePhoneCallResponse { head: None, call: None })
    }

    /// The answer; none if another was quicker, or it is over meanwhile. One transaction each, as only
    /// one case may be locked at a time without an order.
    async fn try_to_take(
        &self,
        Asked { subject, intent, .. }: &Asked,
        scope: &Scope,
        by: AccountId,
    ) -> Result<Option<TakePhoneCallResponse>, Failure> {
        let machine = self.clock().machine();
        let mut tx = self.pool().begin().await?;
        if let Some(answered) = intent.begin(&mut tx, machine).await? {
            return Ok(Some(answered));
        }
        let wanted = Wanted { free_to: Some((by, self.clock().now())), after: None, limit: 1 };
        let Some(call) = store::phone_calls::list(&mut tx, scope, wanted).await?.pop() else {
            return Ok(Some(TakePhoneCallResponse { head: None, call: None }));
        };
        let mut locked = lock_one(&mut tx, call.case.uuid()).await?;
        let now = self.clock().now();
        let rules = self.revisions.rules(&mut tx, call.matter.revision).await;
        let rules = rules.map_err(Fault::from)?;
        let lease = rules.acknowledge_within(&call.matter.item).unwrap_or_default();
        let known = store::acknowledgements::of_message(&mut tx, call.message).await?;
        let known = known.map_or(Acknowledgement::Over { at: now }, |asked| asked.known);
        let Ok(known) = known.on_command(Command::Take { until: now + lease }, by, now) else {
            return Ok(None);
        };
        store::acknowledgements::save(&mut tx, call.message, known).await?;
        audited(&mut tx, &locked, &intent.id.principal, ("call.taken", call.message), now).await?;
        note(&mut tx, now, subject, &call).await?;
        save(&mut tx, slice::from_mut(&mut locked), machine).await?;
        let is_open = names_case(subject, call.level);
        let call = write::phone_call(&rules, &PhoneCall { known, ..call }, is_open);
        let head = is_open.then(|| head(&locked));
        let answer = TakePhoneCallResponse { head, call: Some(call) };
        intent.finish(&mut tx, &answer).await?;
        tx.commit().await?;
        Ok(Some(answer))
    }
}

/// What is shown of a restricted case leaves a trace.
async fn note(
    tx: &mut delivery::Tx<'_>,
    now: jiff::Timestamp,
    subject: &Subject,
    call: &PhoneCall,
) -> Result<(), sqlx::Error> {
    let case = [(call.case, call.level)];
    note_reads(tx, now, subject, Action::TakePhoneCall, case).await
}
