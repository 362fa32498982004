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

use std::{collections::BTreeSet, slice, time::Duration};

use authz::Principal;
use clock::{AccountId, CaseId};
use definitions::{Alert, Occasion, Rules};
use delivery::{Fault, Locked, Tx, audit, lock_one, save};
use events::{
    dispatch::WorkOrderClaimedV1,
    notify::CaseAlarmAcknowledgedV1,
    words::{Cycle, PostId, Recipient, Service},
};
use jiff::Timestamp;
use ring::digest::{Context, SHA256};
use serde_json::json;
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

/// Who says that somebody has an alarm. That they may is decided before: by their right to
/// acknowledge alarms, to settle the call by which somebody was reached, or to claim the work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word<'a> {
    /// Who has it, or who reached them by phone.
    pub(crate) by: AccountId,
    pub(crate) at: Timestamp,
    /// Who said so here.
    pub(crate) actor: &'a str,
}

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
    /// Raises the alarm that a case is in the cycle that runs, unless it was.
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
        if store::alarms::load(tx, case, matter.cycle).await?.is_some() {
            return Ok(());
        }
        let empty = unattended(tx, alert, now).await?;
        let is_there = |post: &PostId| !empty.contains(post);
        let (alarm, first) = Alarm::raise(alert, is_there, recorded.min(now), now);
        let next_at = alarm.next_at(alert);
        self.alert(tx, aggregate, (matter, rules), first, (now, next_at)).await?;
        store::alarms::save(tx, case, matter.cycle, alarm, next_at).await?;
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
        let before = store::alarms::load(tx, case, matter.cycle).await?;
        let Some(before @ Alarm::Ringing { .. }) = before else { return Ok(None) };
        let rules = self.revisions.rules(tx, matter.revision).await?;
        let Some(alert) = rules.alert(&matter.item) else { return Ok(None) };
        let empty = unattended(tx, alert, now).await?;
        let (alarm, steps) = before.on_wake(alert, |post| !empty.contains(post), now);
        let next_at = alarm.next_at(alert);
        for step in steps {
            self.alert(tx, aggregate, (matter, &rules), step, (now, next_at)).await?;
        }
        if alarm != before {
            store::alarms::save(tx, case, matter.cycle, alarm, next_at).await?;
        }
        Ok(next_at)
    }

    /// Alerts those whose turn it is; who has not said by the next step that they have it is phoned.
    /// Who is asked already is asked once: they stay to be phoned, and are on the list one time.
    async fn alert(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        (matter, rules): (&Matter, &Rules),
        Step { number, posts }: Step,
        (now, next_at): (Timestamp, Option<Timestamp>),
    ) -> Result<(), Fault> {
        let case = CaseId::from_uuid(aggregate.key());
        let open = store::acknowledgements::open_of(tx, case).await?;
        let asked = open.iter().filter(|asked| asked.occasion == Some(Occasion::Alarm));
        let asked: Vec<_> = asked.map(|asked| &asked.to).collect();
        for post in posts {
            let notice = Notice::to_post(&post, Occasion::Alarm);
            let (cause, to) = (cause(case, matter.cycle, number), Recipient::Post(post));
            let is_asked = asked.contains(&&to);
            let about = About { case, cause, to };
            let queued = self.queue(tx, rules, matter, &notice, about, now).await?;
            if let Some(message) = queued
                && !is_asked
            {
                ask(tx, aggregate, message.id, next_at.unwrap_or(now)).await?;
            }
        }
        Ok(())
    }

    /// Somebody has the alarm that a case is, if it is one: nobody else is alerted, and nobody is
    /// phoned about it, which leaves a trace. Answers where it stands from now on, and whether somebody
    /// had it before.
    pub(crate) async fn answered(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        matter: &Matter,
        Word { by, at, actor }: Word<'_>,
        now: Timestamp,
    ) -> Result<Option<(Alarm, Taken)>, Fault> {
        let (case, cycle) = (CaseId::from_uuid(aggregate.key()), matter.cycle);
        let Some(alarm) = store::alarms::load(tx, case, cycle).await? else { return Ok(None) };
        let (alarm, taken) = alarm.acknowledge(by, at);
        if taken == Taken::Now {
            for asked in store::acknowledgements::open_of(tx, case).await? {
                if asked.occasion == Some(Occasion::Alarm) {
                    let known = asked.known.on_end(now);
                    store::acknowledgements::save(tx, asked.message, known).await?;
                }
            }
            store::alarms::save(tx, case, cycle, alarm, None).await?;
            let fact = CaseAlarmAcknowledgedV1 { by, at, steps: alarm.steps() };
            self.tell(aggregate, fact.into(), (at, now), matter.revision)?;
            let (action, key) = ("alarm.acknowledged", Some(aggregate.key()));
            let detail = json!({ "by": by, "steps": alarm.steps() });
            audit::record(tx, &audit::Entry { at: now, actor, action, key, detail }).await?;
        }
        Ok(Some((alarm, taken)))
    }

    /// Whoever claims the work that one of those posts was offered, whom it alerts, has the alarm.
    pub(crate) async fn claimed(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        (matter, rules): (&Matter, &Rules),
        &WorkOrderClaimedV1 { work_order, cycle, by, at, .. }: &WorkOrderClaimedV1,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let Some(alert) = rules.alert(&matter.item) else { return Ok(()) };
        let post = matter.post_of(work_order);
        let is_theirs = post.is_some_and(|post| alert.posts().any(|of| of == post));
        if cycle == matter.cycle && is_theirs {
            let actor = Principal::Service(Service::Dispatch).to_string();
            let word = Word { by, at, actor: &actor };
            self.answered(tx, aggregate, matter, word, now).await?;
        }
        Ok(())
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

/// The posts that an alarm may alert and at which nobody is at work.
async fn unattended(
    tx: &mut Tx<'_>,
    alert: &Alert,
    now: Timestamp,
) -> Result<BTreeSet<PostId>, sqlx::Error> {
    let posts: Vec<PostId> = alert.posts().cloned().collect();
    store::rosters::unattended(tx, &posts, now).await
}

/// What makes an alert the same whichever way it comes: its case, its cycle and its step.
fn cause(case: CaseId, cycle: Cycle, step: u32) -> Uuid {
    let mut name = Context::new(&SHA256);
    name.update(case.uuid().as_bytes());
    name.update(&cycle.get().to_be_bytes());
    name.update(&step.to_be_bytes());
    let mut bytes = [0; 16];
    for (byte, of_name) in bytes.iter_mut().zip(name.finish().as_ref()) {
        *byte = *of_name;
    }
    Builder::from_custom_bytes(bytes).into_uuid()
}
