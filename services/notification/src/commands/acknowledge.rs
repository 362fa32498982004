use std::slice;

use authz::{Action, Relations, Subject, decide};
use definitions::Occasion;
use delivery::{lock_one, save};
use delivery_rpc::{Asked, Failure, head};
use events::{
    NotifyFact,
    notify::CaseAcknowledgedV1,
    words::{CaseRef, Recipient},
};
use proto::notification::v1::AcknowledgeMessagesResponse;
use rpc::{account, authorize};

use super::{audited, case_unknown, find};
use crate::{Notification, acknowledgement::Command, ringing::Word, store};

impl Notification {
    /// Acknowledges all that the caller was told about a case and is asked to acknowledge. Whoever may
    /// acknowledge an alarm has it, if they were alerted by it.
    pub(crate) async fn acknowledge(
        &self,
        Asked { subject, intent, .. }: Asked,
        case: CaseRef,
    ) -> Result<AcknowledgeMessagesResponse, Failure> {
        let by = account(&subject)?;
        let machine = self.clock().machine();
        let mut tx = self.pool().begin().await?;
        if let Some(answered) = intent.begin(&mut tx, machine).await? {
            return Ok(answered);
        }
        let case = find(&mut tx, case).await?;
        let Some(matter) = store::matters::load(&mut tx, case).await? else {
            return Err(case_unknown().into());
        };
        let told = store::acknowledgements::told_of(&mut tx, case).await?;
        let relations = told.iter().fold(Relations::NONE, |all, to| stands(&subject, to, all));
        let action = Action::AcknowledgeMessage;
        let may = |action| decide(&subject, action, relations, matter.level).is_allowed();
        if !may(action) && !may(Action::ListMessages) {
            return Err(case_unknown().into());
        }
        authorize(&subject, action, relations, matter.level)?;

        let mut locked = lock_one(&mut tx, case.uuid()).await?;
        // Read under the lock, so that what comes later is later.
        let now = self.clock().now();
        let (mut messages, mut comes) = (Vec::new(), false);
        for asked in store::acknowledgements::open_of(&mut tx, case).await? {
            if !is_to(&subject, &asked.to) {
                continue;
            }
            let Ok(known) = asked.known.on_command(Command::Acknowledge, by, now) else { continue };
            store::acknowledgements::save(&mut tx, asked.message, known).await?;
            let (message, to) = (asked.message, asked.to);
            let fact = CaseAcknowledgedV1 { message, to, by, at: now };
            self.tell(&mut locked, NotifyFact::from(fact), (now, now), matter.revision)?;
            let did = ("message.acknowledged", message);
            audited(&mut tx, &locked, &intent.id.principal, did, now).await?;
            messages.push(message.to_string());
            comes |= asked.occasion == Some(Occasion::Alarm);
        }
        if comes && may(Action::AcknowledgeAlarm) {
            let word = Word { by, at: now, actor: &intent.id.principal };
            self.answered(&mut tx, &mut locked, &matter, word, now).await?;
        }
        save(&mut tx, slice::from_mut(&mut locked), machine).await?;
        let answer = AcknowledgeMessagesResponse { head: Some(head(&locked)), messages };
        intent.finish(&mut tx, &answer).await?;
        tx.commit().await?;
        self.delivery.bell().ring();
        Ok(answer)
    }
}

/// How somebody stands to a case of which this recipient was told, besides what is known already.
pub(super) fn stands(subject: &Subject, to: &Recipient, known: Relations) -> Relations {
    use authz::Relation::{EscalatedToMe, InMyDepartment, Own};
    match to {
        Recipient::Person(person) => known.with(Own, subject.person == Some(*person)),
        Recipient::Account(_) => known.with(Own, is_to(subject, to)),
        Recipient::Post(post) => known
            .with(InMyDepartment, subject.department.as_ref() == Some(post.department()))
            .with(EscalatedToMe, is_to(subject, to)),
    }
}

/// Whether a message to this recipient is to them.
fn is_to(subject: &Subject, to: &Recipient) -> bool {
    match to {
        Recipient::Person(person) => subject.person == Some(*person),
        Recipient::Account(account) => subject.principal.account() == Some(*account),
        Recipient::Post(post) => subject.posts.contains(post),
    }
}
