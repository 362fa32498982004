use std::slice;

use authz::{Action, Relations, decide};
use definitions::Alert;
use delivery::{Fault, lock_one, save};
use delivery_rpc::{Asked, Failure, head, timestamp};
use events::words::{CaseRef, Recipient};
use proto::notification::v1::AcknowledgeAlarmResponse;
use rpc::{Code, Error, account, authorize};

use super::{acknowledge::stands, case_unknown, find};
use crate::{
    Notification,
    alarm::{Alarm, Taken},
    ringing::Word,
    store,
};

impl Notification {
    /// The caller has an alarm: nobody else is alerted. Whoever says so later is told who was first.
    pub(crate) async fn acknowledge_alarm(
        &self,
        Asked { subject, intent, .. }: Asked,
        case: CaseRef,
    ) -> Result<AcknowledgeAlarmResponse, Failure> {
        let by = account(&subject)?;
        let machine = self.clock().machine();
        let mut tx = self.pool().begin().await?;
        if let Some(answered) = intent.begin(&mut tx, machine).await? {
            return Ok(answered);
        }
        let case = find(&mut tx, case).await?;
        let mut locked = lock_one(&mut tx, case.uuid()).await?;
        let matter = store::matters::load(&mut tx, case).await?.ok_or_else(case_unknown)?;
        let rules = self.revisions.rules(&mut tx, matter.revision).await.map_err(Fault::from)?;
        let mut told = store::acknowledgements::told_of(&mut tx, case).await?;
        // Whose turn comes later has it, too, who hears of it sooner.
        let posts = rules.alert(&matter.item).into_iter().flat_map(Alert::posts);
        told.extend(posts.cloned().map(Recipient::Post));
        let relations = told.iter().fold(Relations::NONE, |all, to| stands(&subject, to, all));
        let action = Action::AcknowledgeAlarm;
        let may = |action| decide(&subject, action, relations, matter.level).is_allowed();
        if !may(action) && !may(Action::ListMessages) {
            return Err(case_unknown().into());
        }
        authorize(&subject, action, relations, matter.level)?;

        let now = self.clock().now();
        let word = Word { by, at: now, actor: &intent.id.principal };
        let answered = self.answered(&mut tx, &mut locked, &matter, word, now).await?;
        let (alarm, taken) = answered.ok_or_else(no_alarm)?;
        if taken == Taken::Over {
            return Err(over().into());
        }
        save(&mut tx, slice::from_mut(&mut locked), machine).await?;
        let (first, at) = match alarm {
            Alarm::Acknowledged { by, at, .. } => (by, at),
            Alarm::Ringing { .. } | Alarm::Over { .. } => (by, now),
        };
        let answer = AcknowledgeAlarmResponse {
            head: Some(head(&locked)),
            by: first.to_string(),
            at: Some(timestamp(at)),
            repeated: taken == Taken::Before,
        };
        intent.finish(&mut tx, &answer).await?;
        tx.commit().await?;
        self.delivery.bell().ring();
        Ok(answer)
    }
}

fn no_alarm() -> Error {
    let message = "this case is no alarm: acknowledge what you were told about it instead";
    Error::new(Code::FailedPrecondition, "case-not-an-alarm", message)
}

fn over() -> Error {
    let message = "the case ended before anybody acknowledged its alarm";
    Error::new(Code::FailedPrecondition, "alarm-over", message)
}
