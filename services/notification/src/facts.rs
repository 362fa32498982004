//! What all others say about a case, and the definitions.

use std::slice;

use clock::{CaseId, QuestionId};
use definitions::{Occasion, Rules};
use delivery::{Facts, Fault, Locked, Received, Tx};
use events::{
    DefinitionFact, DispatchFact, Fact, IntakeFact,
    words::{CaseKind, Cycle, ItemId, Recipient, Revision},
};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Notification,
    acknowledgement::{Needless, is_asked_of},
    queue::About,
    store,
    tell::{Heard, Matter, Notice, hear, is_told, through_the_desk},
};

impl Facts for Notification {
    async fn apply(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        received: Received<'_>,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let Received { envelope, fact } = received;
        if let Fact::Definition(DefinitionFact::DocumentChanged(change)) = fact {
            return Ok(revisions::keep(tx, change).await?);
        }
        if let Fact::Dispatch(DispatchFact::RosterChanged(changed)) = fact {
            return Ok(store::rosters::keep(tx, changed).await?);
        }
        if let Fact::Dispatch(DispatchFact::HandoverUntaken(untaken)) = fact {
            return self.untaken(tx, untaken, now).await;
        }
        let cause =
            Cause { event: envelope.id, revision: envelope.revision, recorded: envelope.recorded };
        self.take_in(tx, aggregate, cause, fact, now).await
    }
}

/// Where a fact comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cause {
    pub(crate) event: Uuid,
    /// The definitions that it was decided by.
    pub(crate) revision: Revision,
    /// When it was committed.
    pub(crate) recorded: Timestamp,
}

impl Notification {
    /// Takes in a fact about a case: from the broker, or an alarm from intake itself.
    pub(crate) async fn take_in(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        Cause { event, revision, recorded }: Cause,
        fact: &Fact,
        now: Timestamp,
    ) -> Result<(), Fault> {
        let case = CaseId::from_uuid(aggregate.key());
        let known = store::matters::load(tx, case).await?;
        let ran = known.as_ref().map(|matter| matter.cycle);
        let had = known.as_ref().and_then(|matter| had(matter, fact));
        let settles = known.as_ref().is_some_and(|matter| settles(matter, fact));
        let Heard { matter: Some(mut matter), mut notices } = hear(known, fact, revision) else {
            return Ok(());
        };
        // What tells nobody is of another cycle.
        if let Fact::Dispatch(DispatchFact::WorkOrderOffered(offered)) = fact
            && !notices.is_empty()
            && !store::rosters::unattended(tx, slice::from_ref(&offered.post), now)
                .await?
                .is_empty()
        {
            notices.extend(matter.uncovered(offered.offer));
        }
        store::matters::save(tx, case, &matter).await?;
        let begins = begun_by(fact).is_some_and(|begun| begun.cycle == matter.cycle);
        // An alarm comes twice, and what came after it stays.
        let again = begins && ran == Some(matter.cycle);
        if !again
            && let Some(needless) = Needless::by(fact, matter.cycle)
            && (needless != Needless::Dispute || settles)
        {
            self.end(tx, case, (needless, had), now).await?;
        }
        let is_claimed = matches!(fact, Fact::Dispatch(DispatchFact::WorkOrderClaimed(_)));
        if notices.is_empty() && !begins && !is_claimed {
            return Ok(());
        }
        let rules = self.revisions.rules(tx, matter.revision).await?;
        if begins {
            self.raise(tx, aggregate, &matter, &rules, (recorded, now)).await?;
        }
        if let Fact::Dispatch(DispatchFact::WorkOrderClaimed(claimed)) = fact {
            self.claimed(tx, aggregate, (&matter, &rules), claimed, now).await?;
        }
        self.notify(tx, aggregate, (&matter, &rules), (event, notices), now).await
    }

    /// Tells of an event whom it concerns.
    async fn notify(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        (matter, rules): (&Matter, &Rules),
        (event, notices): (Uuid, Vec<Notice>),
        now: Timestamp,
    ) -> Result<(), Fault> {
        let case = CaseId::from_uuid(aggregate.key());
        for notice in through_the_desk(rules, matter, notices) {
            let occasion = notice.occasion;
            if occasion == Occasion::Survey && !self.links.lead_somewhere() {
                continue;
            }
            let all = notice.to.find(rules, matter);
            if all.is_empty() {
                let revision = matter.revision;
                tracing::warn!(%case, %occasion, %revision, "nobody is told: nobody is named");
            }
            for to in all.into_iter().filter(|to| is_told(rules, matter, occasion, to)) {
                let cause = notice.question.map_or(event, QuestionId::uuid);
                let about = About { case, cause, to };
                let queued = self.queue(tx, rules, matter, &notice, about, now).await?;
                if let Some(message) = queued
                    && let Some(within) = rules.acknowledge_within(&matter.item)
                    && is_asked_of(&message.to, occasion, message.weight)
                {
                    ask(tx, aggregate, message.id, now + within).await?;
                }
            }
        }
        Ok(())
    }

    /// Nobody needs to say any more that they know this, or to come.
    async fn end(
        &self,
        tx: &mut Tx<'_>,
        case: CaseId,
        (needless, had): (Needless, Option<Recipient>),
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        for asked in store::acknowledgements::open_of(tx, case).await? {
            let is_theirs = match needless {
                // Another work order of the case may still wait for somebody.
                Needless::Work => had.as_ref().is_none_or(|post| *post == asked.to),
                Needless::Dispute | Needless::Lateness | Needless::Everything => true,
            };
            if is_theirs && asked.occasion.is_none_or(|occasion| needless.concerns(occasion)) {
                store::acknowledgements::save(tx, asked.message, asked.known.on_end(now)).await?;
            }
        }
        if needless != Needless::Everything {
            return Ok(());
        }
        for cycle in store::alarms::ringing(tx, case).await? {
            if let Some(alarm) = store::alarms::load(tx, case, cycle).await? {
                store::alarms::save(tx, case, cycle, alarm.on_end(now), None).await?;
            }
        }
        Ok(())
    }
}

/// The post that had the work order that a fact is about, if it is about one.
fn had(matter: &Matter, fact: &Fact) -> Option<Recipient> {
    let Fact::Dispatch(fact) = fact else { return None };
    let (_, work_order) = fact.work_order()?;
    matter.post_of(work_order).cloned().map(Recipient::Post)
}

/// Whether a fact says whose the work order is of which somebody was to decide that; an offer of another
/// decides nothing.
fn settles(matter: &Matter, fact: &Fact) -> bool {
    let Fact::Dispatch(fact) = fact else { return false };
    fact.work_order().is_some_and(|(_, work_order)| matter.is_disputed(work_order))
}

/// A cycle of a case that begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun<'a> {
    pub(crate) cycle: Cycle,
    pub(crate) kind: CaseKind,
    pub(crate) item: &'a ItemId,
}

/// The cycle that a fact begins, if it begins one.
pub(crate) const fn begun_by(fact: &Fact) -> Option<Begun<'_>> {
    let (cycle, kind, item) = match fact {
        Fact::Intake(IntakeFact::CaseAccepted(fact)) => (fact.cycle, fact.kind, &fact.item),
        Fact::Intake(IntakeFact::CaseReopened(fact)) => (fact.cycle, fact.kind, &fact.item),
        Fact::Intake(_)
        | Fact::Dispatch(_)
        | Fact::Escalation(_)
        | Fact::Survey(_)
        | Fact::Notify(_)
        | Fact::Definition(_)
        | Fact::Audit(_) => return None,
    };
    Some(Begun { cycle, kind, item })
}

/// From now on its recipient is asked to say until then that they know.
pub(crate) async fn ask(
    tx: &mut Tx<'_>,
    case: &mut Locked,
    message: clock::MessageId,
    until: Timestamp,
) -> Result<(), sqlx::Error> {
    store::acknowledgements::ask(tx, message, CaseId::from_uuid(case.key()), until).await?;
    case.wake_at(Some(case.next_at().map_or(until, |next_at| next_at.min(until))));
    Ok(())
}
