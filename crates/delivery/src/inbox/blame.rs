//! An event that failed alone: for its own fault it is tried again a few times and then kept as
//! dead; for one that the surroundings have with it alone (a lock, a right that is missing) it is
//! tried again for ever, and not counted.
//!
//! It is taken from the broker either way. Its key waits behind it; every other key passes, also
//! while somebody keeps the key's own row locked.

use async_nats::jetstream::Message;
use clock::{Ids, RandomIds};
use delivery_core::{Fault as Whose, TryAgain, after_own_fault};
use events::words::Stream;
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use super::{Facts, Shared, Sources, arrival::Arrival, store::judge_again};
use crate::{Fault, Tx, aggregate, bigint, fault::Causes};

/// Between two tries that are not counted.
const UNCOUNTED: SignedDuration = SignedDuration::from_secs(5);

impl<F: Facts, S: Sources> Shared<F, S> {
    /// Counts a try of `culprit` if it is its own fault, and decides whether there will be another.
    pub(super) async fn blame(&self, culprit: &Arrival, fault: &Fault) -> Result<(), Fault> {
        match self.blame_locked(culprit, fault).await {
            Err(refused) if refused.is_locked() => self.put_aside(culprit, &refused).await,
            blamed => blamed,
        }
    }

    /// Keeps an event whose key somebody has locked: should it have been applied meanwhile, that is
    /// seen when it is judged again.
    async fn put_aside(&self, culprit: &Arrival, fault: &Fault) -> Result<(), Fault> {
        let mut tx = self.delivery.pool.begin().await?;
        let tries = tries(&mut tx, culprit).await?;
        let (machine, words) = (self.delivery.clock.machine(), Causes(fault).to_string());
        let (key, event) = (culprit.envelope.key, culprit.envelope.id);
        tracing::warn!(%key, %event, fault = words, "an event waits: its key is locked");
        keep(&mut tx, culprit, tries, &words, machine, UNCOUNTED).await?;
        Ok(tx.commit().await?)
    }

    async fn blame_locked(&self, culprit: &Arrival, fault: &Fault) -> Result<(), Fault> {
        let machine = self.delivery.clock.machine();
        let envelope = &culprit.envelope;
        let mut tx = self.delivery.pool.begin().await?;
        let locked = aggregate::lock(&mut tx, &[envelope.key]).await?;
        if locked.iter().any(|key| key.head(envelope.source.service) >= envelope.sequence) {
            // Another replica has applied it in the meantime.
            return Ok(());
        }
        let words = Causes(fault).to_string();
        let so_far = tries(&mut tx, culprit).await?;
        let (tries, next) = match fault.whose() {
            Whose::Own => (so_far + 1, after_own_fault(so_far + 1)),
            Whose::Surroundings => (so_far, TryAgain::After(UNCOUNTED)),
        };
        let (key, event) = (envelope.key, envelope.id);
        match next {
            TryAgain::After(pause) => {
                tracing::warn!(%key, %event, tries, fault = words, "an event failed and is tried again");
                keep(&mut tx, culprit, tries, &words, machine, pause).await?;
            }
            TryAgain::Dead => {
                tracing::error!(%key, %event, tries, fault = words, "an event is dead: its key waits");
                bury(&mut tx, culprit, tries, &words, machine).await?;
                // Now they wait for a person.
                judge_again(&mut tx, key, machine).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Keeps a message that has no place in its stream. Nothing waits behind it.
    ///
    /// Once, however often it was stored or comes: it is known by what it says.
    pub(super) async fn bury_stray(
        &self,
        stream: Stream,
        message: &Message,
        fault: &str,
    ) -> Result<(), Fault> {
        let sequence = message.info().map_or(0, |info| info.stream_sequence);
        let machine = self.delivery.clock.machine();
        let buried = sqlx::query!(
            "insert into delivery.dead
                 (event, key, source, sequence, stream, payload, tries, fault, at)
             values ($1, $2, $3, $4, $5, $6, 1, $7, $8) on conflict do nothing",
            RandomIds::new(self.delivery.clock.clone()).uuid(),
            Uuid::nil(),
            stream.producer().word(),
            bigint::to(sequence),
            stream.name(),
            &message.payload[..],
            fault,
            machine.to_sqlx() as _,
        )
        .execute(&self.delivery.pool)
        .await?;
        if buried.rows_affected() > 0 {
            let stream = stream.name();
            tracing::error!(stream, sequence, fault, "a message that is no event of ours");
        }
        Ok(())
    }
}

async fn tries(tx: &mut Tx<'_>, culprit: &Arrival) -> Result<u32, sqlx::Error> {
    let envelope = &culprit.envelope;
    let tries = sqlx::query_scalar!(
        "select tries from delivery.inbox_waiting
         where key = $1 and source = $2 and sequence = $3",
        envelope.key,
        envelope.source.service.word(),
        bigint::to(envelope.sequence),
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(tries.and_then(|tries| u32::try_from(tries).ok()).unwrap_or(0))
}

async fn keep(
    tx: &mut Tx<'_>,
    culprit: &Arrival,
    tries: u32,
    fault: &str,
    machine: Timestamp,
    pause: SignedDuration,
) -> Result<(), sqlx::Error> {
    let envelope = &culprit.envelope;
    sqlx::query!(
        "insert into delivery.inbox_waiting
             (key, source, sequence, event, stream, revision, payload, reason, tries, fault, since,
              again_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'fault', $8, $9, $10, $11)
         on conflict (key, source, sequence) do update
         set reason = 'fault', tries = excluded.tries, fault = excluded.fault,
             again_at = excluded.again_at",
        envelope.key,
        envelope.source.service.word(),
        bigint::to(envelope.sequence),
        envelope.id,
        culprit.stream.name(),
        i64::from(envelope.revision.0),
        &culprit.payload[..],
        tries.cast_signed(),
        fault,
        machine.to_sqlx() as _,
        (machine + pause).to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn bury(
    tx: &mut Tx<'_>,
    culprit: &Arrival,
    tries: u32,
    fault: &str,
    machine: Timestamp,
) -> Result<(), sqlx::Error> {
    let envelope = &culprit.envelope;
    sqlx::query!(
        "with kept as (
             delete from delivery.inbox_waiting where key = $2 and source = $3 and sequence = $4
         )
         insert into delivery.dead
             (event, key, source, sequence, stream, revision, payload, tries, fault, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing",
        envelope.id,
        envelope.key,
        envelope.source.service.word(),
        bigint::to(envelope.sequence),
        culprit.stream.name(),
        i64::from(envelope.revision.0),
        &culprit.payload[..],
        tries.cast_signed(),
        fault,
        machine.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}
