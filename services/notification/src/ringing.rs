//! Alarms ring: by the fact that one was accepted, whichever way it comes, and by their steps.
//!
//! Wake-ups wait for facts, for up to a minute while the broker is away; an alarm does not. So what
//! it says goes out at once, and a loop of its own looks for alarms that are due. Both do what the
//! waker does, by the same functions and under the same locks.
//!
//! ```text
//!  RaiseAlarm ──┬─> raise: step 0        wake-up of the case ──┬─> step: those that are due
//!  inbox ───────┘     │                  run, whatever happens ┘     │
//!                     └───────────── hasten ─────────────────────────┘
//!                        its recipients are woken, the courier carries
//! ```

use std::{slice, time::Duration};

use clock::{AccountId, CaseId};
use definitions::{Occasion, Rules};
use delivery::{Fault, Locked, Tx, lock_one, save};
use events::{notify::CaseAlarmAcknowledgedV1, words::Recipient};
use jiff::Timestamp;
use ring::digest::{Context, SHA256};
use tokio_util::sync::CancellationToken;
use uuid::{Builder, Uuid};

use crate::{
    Notification,
    alarm::{Alarm, Step, Taken},
    facts::ask,
    queue::About,
    store,
    tell::{Matter, Notice},
};

/// Between two looks when nobody rings the bell.
const SWEEP: Duration = Duration::from_millis(500);
/// Looked after at once.
const AT_ONCE: u32 = 64;
/// How often a recipient is woken for what was begun to be performed: twice, if it is a line in the
/// log.
const WAKES: usize = 2;

/// Goes on with alarms until `stop`, whatever the broker does.
pub(crate) async fn run(notification: Notification, stop: CancellationToken) {
    let mut bell = notification.delivery.bell().listen();
    while !stop.is_cancelled() {
        if let Err(fault) = notification.ring_on().await {
            tracing::warn!(%fault, "alarms are looked for again");
        }
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(SWEEP) => {}
            () = bell.heard() => {}
        }
    }
}

impl Notification {
    /// Raises the alarm that an accepted case is, unless it rings already.
    pub(crate) async fn raise(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        matter: &Matter,
        rules: &Rules,
        (recorded, now): (Timestamp, Timestamp),
    ) -> Result<(), Fault> {
        let case = CaseId::from_uuid(aggregate.key());
        let Some(alert) = rules.alert(&matter.item) else { return Ok(()) };
        if store::alarms::load(tx, case).await?.is_some() {
            return Ok(());
        }
        let (alarm, first) = Alarm::raise(alert, recorded.min(now));
        let next_at = alarm.next_at(alert);
        self.alert(tx, aggregate, (matter, rules), first, (now, next_at)).await?;
        store::alarms::save(tx, case, alarm, next_at).await?;
        aggregate.wake_at([aggregate.next_at(), next_at].into_iter().flatten().min());
        Ok(())
    }

    /// Takes the steps that are due, and says when the next one is.
    pub(crate) async fn step(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        matter: &Matter,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Fault> {
        let case = CaseId::from_uuid(aggregate.key());
        let Some(before) = store::alarms::load(tx, case).await? else { return Ok(None) };
        let rules = self.revisions.rules(tx, matter.revision).await?;
        let Some(alert) = rules.alert(&matter.item) else { return Ok(None) };
        let empty = store::rosters::unattended(tx, &alert.next, now).await?;
        let (alarm, steps) = before.on_wake(alert, |post| !empty.contains(post), now);
        let next_at = alarm.next_at(alert);
        for step in steps {
            self.alert(tx, aggregate, (matter, &rules), step, (now, next_at)).await?;
        }
        if alarm != before {
            store::alarms::save(tx, case, alarm, next_at).await?;
        }
        Ok(next_at)
    }

    /// Alerts those whose turn it is; who has not said by the next step that they have it is phoned.
    async fn alert(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        (matter, rules): (&Matter, &Rules),
        Step { number, posts }: Step,
        (now, next_at): (Timestamp, Option<Timestamp>),
    ) -> Result<(), Fault> {
        let case = CaseId::from_uuid(aggregate.key());
        for post in posts {
            let notice = Notice::to_post(&post, Occasion::Alarm);
            let about = About { case, cause: cause(case, number), to: Recipient::Post(post) };
            let queued = self.queue(tx, rules, matter, &notice, about, now).await?;
            if let Some(message) = queued {
                ask(tx, aggregate, message.id, next_at.unwrap_or(now)).await?;
            }
        }
        Ok(())
    }

    /// Somebody has the alarm that a case is, if it is one: nobody else is alerted, and nobody is
    /// phoned about it. Answers where it stands from now on, and whether somebody had it before.
    pub(crate) async fn answered(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        matter: &Matter,
        by: AccountId,
        now: Timestamp,
    ) -> Result<Option<(Alarm, Taken)>, Fault> {
        let case = CaseId::from_uuid(aggregate.key());
        let Some(alarm) = store::alarms::load(tx, case).await? else { return Ok(None) };
        let (alarm, taken) = alarm.acknowledge(by, now);
        if taken == Taken::Now {
            for asked in store::acknowledgements::open_of(tx, case).await? {
                if asked.occasion == Some(Occasion::Alarm) {
                    let known = asked.known.on_end(now);
                    store::acknowledgements::save(tx, asked.message, known).await?;
                }
            }
            store::alarms::save(tx, case, alarm, None).await?;
            let fact = CaseAlarmAcknowledgedV1 { by, at: now, steps: alarm.steps() };
            self.tell(aggregate, fact.into(), (now, now), matter.revision)?;
        }
        Ok(Some((alarm, taken)))
    }

    /// Has what was queued about a case go out now.
    pub(crate) async fn hasten(&self, case: CaseId) -> Result<(), Fault> {
        let mut connection = self.pool().acquire().await?;
        let recipients = store::alarms::recipients(&mut connection, case).await?;
        drop(connection);
        for recipient in recipients {
            for _ in 0..WAKES {
                let mut tx = self.pool().begin().await?;
                let mut locked = lock_one(&mut tx, recipient).await?;
                self.wake_recipient(&mut tx, &mut locked, self.clock().now()).await?;
                save(&mut tx, slice::from_mut(&mut locked), self.clock().machine()).await?;
                tx.commit().await?;
            }
        }
        self.delivery.bell().ring();
        Ok(())
    }

    /// Goes on with all alarms that are due.
    async fn ring_on(&self) -> Result<(), Fault> {
        let mut connection = self.pool().acquire().await?;
        let due = store::alarms::due(&mut connection, self.clock().now(), AT_ONCE).await?;
        drop(connection);
        for case in due {
            // One that fails holds back no other.
            if let Err(fault) = self.ring_one(case).await {
                tracing::error!(%case, %fault, "an alarm is not gone on with");
            }
        }
        Ok(())
    }

    async fn ring_one(&self, case: CaseId) -> Result<(), Fault> {
        let mut tx = self.pool().begin().await?;
        let mut locked = lock_one(&mut tx, case.uuid()).await?;
        let Some(matter) = store::matters::load(&mut tx, case).await? else { return Ok(()) };
        self.wake_case(&mut tx, &mut locked, &matter, self.clock().now()).await?;
        save(&mut tx, slice::from_mut(&mut locked), self.clock().machine()).await?;
        tx.commit().await?;
        self.hasten(case).await
    }
}

/// What makes an alert the same whichever way it comes: its case and its step.
fn cause(case: CaseId, step: u32) -> Uuid {
    let mut name = Context::new(&SHA256);
    name.update(case.uuid().as_bytes());
    name.update(&step.to_be_bytes());
    let mut bytes = [0; 16];
    for (byte, of_name) in bytes.iter_mut().zip(name.finish().as_ref()) {
        *byte = *of_name;
    }
    Builder::from_custom_bytes(bytes).into_uuid()
}
