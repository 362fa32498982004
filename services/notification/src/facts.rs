//! What all others say about a case, and the definitions.

use clock::CaseId;
use delivery::{Facts, Fault, Locked, Received, Tx};
use events::{DefinitionFact, DispatchFact, Fact, IntakeFact, words::Revision};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    Notification,
    acknowledgement::{Needless, is_asked_of},
    queue::About,
    store,
    tell::{Heard, hear, is_told},
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
        let Heard { matter: Some(matter), notices } = hear(known, fact, revision) else {
            return Ok(());
        };
        store::matters::save(tx, case, &matter).await?;
        if let Some(needless) = Needless::by(fact, matter.cycle) {
            self.end(tx, case, needless, now).await?;
        }
        let accepted = matches!(fact, Fact::Intake(IntakeFact::CaseAccepted(_)));
        if notices.is_empty() && !accepted {
            return Ok(());
        }
        let rules = self.revisions.rules(tx, matter.revision).await?;
        if accepted {
            self.raise(tx, aggregate, &matter, &rules, (recorded, now)).await?;
        }
        for notice in notices {
            let occasion = notice.occasion;
            let Some(to) = notice.to.find(&rules, &matter) else {
                let revision = matter.revision;
                tracing::warn!(%case, %occasion, %revision, "nobody is told: nobody is named");
                continue;
            };
            if !is_told(&rules, &matter, occasion, &to) {
                continue;
            }
            let about = About { case, cause: event, to };
            let Some(message) = self.queue(tx, &rules, &matter, &notice, about, now).await? else {
                continue;
            };
            if let Some(within) = rules.acknowledge_within(&matter.item)
                && is_asked_of(&message.to, occasion, message.weight)
            {
                ask(tx, aggregate, message.id, now + within).await?;
            }
        }
        Ok(())
    }

    /// Nobody needs to say any more that they know this, or to come.
    async fn end(
        &self,
        tx: &mut Tx<'_>,
        case: CaseId,
        needless: Needless,
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        for asked in store::acknowledgements::open_of(tx, case).await? {
            if asked.occasion.is_none_or(|occasion| needless.concerns(occasion)) {
                store::acknowledgements::save(tx, asked.message, asked.known.on_end(now)).await?;
            }
        }
        if needless == Needless::Everything
            && let Some(alarm) = store::alarms::load(tx, case).await?
        {
            store::alarms::save(tx, case, alarm.on_end(now), None).await?;
        }
        Ok(())
    }
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
