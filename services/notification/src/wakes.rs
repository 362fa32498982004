//! Sending: in two steps, so that nobody can forget that something may have gone out.

use clock::{CaseId, SendingId};
use delivery::{Fault, Locked, Tx, Wake, Wakes, nudge};
use events::notify::{CaseToldV1, CaseUnheardV1};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Notification,
    acknowledgement::Acknowledgement,
    channels,
    message::Message,
    outgoing::{self, Step, Way},
    store,
    tell::Matter,
};

/// The next step is another wake-up, as soon as this one is committed.
const NEXT: SignedDuration = SignedDuration::from_micros(1);

impl Wakes for Notification {
    async fn wake(&self, tx: &mut Tx<'_>, aggregate: &mut Locked, wake: Wake) -> Result<(), Fault> {
        let case = CaseId::from_uuid(aggregate.key());
        match store::matters::load(tx, case).await? {
            Some(matter) => self.wake_case(tx, aggregate, &matter, wake.now).await,
            None => self.wake_recipient(tx, aggregate, wake.now).await,
        }
    }
}

impl Notification {
    /// Moves on what goes out to a recipient.
    pub(crate) async fn wake_recipient(
        &self,
        tx: &mut Tx<'_>,
        recipient: &mut Locked,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let outgoing = store::outgoing::load(tx, recipient.key()).await?;
        let mut begun = false;
        let has = |way: &Way| self.channels.has(way);
        for step in outgoing.on_wake(now, has, &mut self.ids()) {
            match step {
                Step::Perform(sending) => self.perform(tx, sending, now).await?,
                Step::Withdraw(messages) => store::outgoing::withdraw(tx, &messages).await?,
                Step::Begin(sending) => {
                    let within = sending.is_within();
                    let try_at = (!within).then(|| self.clock().machine());
                    store::outgoing::begin(tx, recipient.key(), &sending, now, try_at).await?;
                    begun |= within;
                }
                Step::Join { sending, critical, messages } => {
                    store::outgoing::join(tx, sending, critical, &messages).await?;
                }
            }
        }
        let rest = store::outgoing::load(tx, recipient.key()).await?;
        recipient.wake_at(if begun { Some(now + NEXT) } else { rest.next_at() });
        Ok(())
    }

    /// Sends, maybe not for the first time, and has its cases say so.
    async fn perform(
        &self,
        tx: &mut Tx<'_>,
        sending: SendingId,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let messages = store::messages::of_sending(tx, sending).await?;
        for message in &messages {
            channels::say(message);
        }
        store::outgoing::sent(tx, sending, now).await?;
        store::messages::nudge_cases(tx, &messages, now).await?;
        Ok(())
    }

    /// Tells what was sent about a case and of whom nothing was heard, goes on with the alarm that it
    /// is, and hands to their recipients what an earlier release queued.
    pub(crate) async fn wake_case(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        matter: &Matter,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let case = CaseId::from_uuid(aggregate.key());
        for message in store::messages::tell(tx, case).await? {
            let sent_at = message.status.sent_at().unwrap_or(now);
            let Message { id: message, to, template, cause, channel, .. } = message;
            let told = CaseToldV1 { message, to, template, cause, channel, at: sent_at };
            self.tell(aggregate, told.into(), (sent_at, now), matter.revision)?;
        }
        for (message, to) in store::messages::of_earlier_release(tx, case).await? {
            let key = outgoing::key(&to);
            store::messages::hand_over(tx, message, key, now).await?;
            nudge(tx, key, now).await?;
        }
        let step_at = self.step(tx, aggregate, matter, now).await?;
        let look_at = self.look_after(tx, aggregate, matter, now).await?;
        aggregate.wake_at([step_at, look_at].into_iter().flatten().min());
        Ok(())
    }

    /// Has the desk phone whom nothing was heard of in time; says when to look again.
    async fn look_after(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        matter: &Matter,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Fault> {
        let case = CaseId::from_uuid(aggregate.key());
        let mut next_at = None;
        for asked in store::acknowledgements::open_of(tx, case).await? {
            let known = asked.known.on_wake(asked.is_undelivered, now);
            next_at = [next_at, known.next_at()].into_iter().flatten().min();
            let Acknowledgement::ToPhone { why, since, .. } = known else { continue };
            if known == asked.known {
                continue;
            }
            store::acknowledgements::save(tx, asked.message, known).await?;
            let unheard = CaseUnheardV1 { message: asked.message, to: asked.to, why, at: since };
            self.tell(aggregate, unheard.into(), (since, now), matter.revision)?;
        }
        Ok(next_at)
    }
}
