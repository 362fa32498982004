//! Due aggregates, claimed and woken in one transaction.

use std::collections::BTreeMap;

use delivery_core::{halves, pause};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use super::{Wake, Waker, Wakes};
use crate::{
    Fault, Locked, Tx,
    aggregate::{self, load_heads},
    bigint,
    fault::{Causes, caught},
};

/// The most aggregates of one claim.
const CLAIM: i64 = 500;
/// The longest time for which a row that fails is put back.
const LONGEST_BACK_OFF: SignedDuration = SignedDuration::from_hours(1);

/// Whether more may be due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claimed {
    Full,
    All,
}

/// A claim that failed as a whole, and the keys that it held.
struct Failed {
    keys: Vec<Uuid>,
    fault: Fault,
}

impl Failed {
    fn early(error: sqlx::Error) -> Self {
        Self { keys: Vec::new(), fault: error.into() }
    }
}

impl<W: Wakes> Waker<W> {
    /// Claims once; halves what fails until the culprit is alone, and puts that back.
    pub(super) async fn wake_due(&self, unconfirmed: bool) -> Result<Claimed, Fault> {
        let wake = Wake { now: self.delivery.clock.now(), unconfirmed };
        let Failed { keys, fault } = match self.claim(None, wake).await {
            Ok(woken) => {
                let full = i64::try_from(woken).is_ok_and(|woken| woken >= CLAIM);
                return Ok(if full { Claimed::Full } else { Claimed::All });
            }
            Err(failed) => failed,
        };
        let mut parts: Vec<&[Uuid]> = Vec::new();
        let mut failed = Some((&keys[..], fault));
        loop {
            match failed.take() {
                Some((_, fault @ Fault::Surroundings(_))) => return Err(fault),
                Some((part, fault @ Fault::Own(_))) => match (halves(part), part) {
                    (Some((first, second)), _) => parts.extend([second, first]),
                    (None, [culprit]) => self.put_back(*culprit, &fault, wake.now).await?,
                    (None, _) => return Err(fault),
                },
                None => {}
            }
            let Some(part) = parts.pop() else {
                return Ok(Claimed::Full);
            };
            if let Err(Failed { fault, .. }) = self.claim(Some(part), wake).await {
                failed = Some((part, fault));
            }
        }
    }

    /// One transaction: the due aggregates, or those of `keys` that are still due.
    async fn claim(&self, keys: Option<&[Uuid]>, wake: Wake) -> Result<usize, Failed> {
        let mut tx = self.delivery.pool.begin().await.map_err(Failed::early)?;
        let locked = match keys {
            None => due(&mut tx, wake.now).await,
            Some(keys) => still_due(&mut tx, keys, wake.now).await,
        };
        let mut locked = locked.map_err(Failed::early)?;
        if locked.is_empty() {
            return Ok(0);
        }
        let keys: Vec<_> = locked.keys().copied().collect();
        match self.wake_claimed(tx, &mut locked, &keys, wake).await {
            Ok(()) => Ok(keys.len()),
            Err(fault) => Err(Failed { keys, fault }),
        }
    }

    async fn wake_claimed(
        &self,
        mut tx: Tx<'_>,
        locked: &mut BTreeMap<Uuid, Locked>,
        keys: &[Uuid],
        wake: Wake,
    ) -> Result<(), Fault> {
        load_heads(&mut tx, locked, keys).await?;
        let waiting = waiting(&mut tx, keys).await?;
        let mut late = Vec::with_capacity(keys.len());
        for aggregate in locked.values_mut() {
            let planned = aggregate.next_at();
            let unconfirmed = wake.unconfirmed || waiting.contains(&aggregate.key());
            let wake = Wake { unconfirmed, ..wake };
            caught(self.wakes.wake(&mut tx, aggregate, wake)).await?;
            if aggregate.next_at().is_some() && aggregate.next_at() <= planned {
                return Err(Fault::own("it asks to be woken again and not later than it was"));
            }
            late.extend(planned.map(|planned| wake.now.duration_since(planned)));
        }
        let mut aggregates: Vec<_> = std::mem::take(locked).into_values().collect();
        aggregate::save(&mut tx, &mut aggregates, self.delivery.clock.machine()).await?;
        sqlx::query!("delete from delivery.wake_fault where key = any($1)", keys)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.delivery.bell.ring();
        for late in late {
            self.delivery.metrics.woken(late.as_secs_f64());
        }
        Ok(())
    }

    /// Lets a row that fails sleep, longer each time.
    async fn put_back(&self, key: Uuid, fault: &Fault, now: Timestamp) -> Result<(), Fault> {
        let words = Causes(fault).to_string();
        let mut tx = self.delivery.pool.begin().await?;
        let Some(mut aggregate) = still_due(&mut tx, &[key], now).await?.remove(&key) else {
            return Ok(());
        };
        let tries = sqlx::query_scalar!(
            "insert into delivery.wake_fault (key, tries, fault, at) values ($1, 1, $2, $3)
             on conflict (key) do update
             set tries = delivery.wake_fault.tries + 1, fault = excluded.fault, at = excluded.at
             returning tries",
            key,
            words,
            self.delivery.clock.machine().to_sqlx() as _,
        )
        .fetch_one(&mut *tx)
        .await?;
        let back_off = pause(tries.unsigned_abs(), LONGEST_BACK_OFF);
        aggregate.wake_at(Some(now + back_off));
        aggregate::save(&mut tx, &mut [aggregate], self.delivery.clock.machine()).await?;
        tx.commit().await?;
        let back_off_ms = back_off.as_millis();
        tracing::error!(%key, tries, back_off_ms, fault = words, "a wake-up failed and is put back");
        Ok(())
    }
}

/// Locks the first due aggregates that nobody else has.
async fn due(tx: &mut Tx<'_>, now: Timestamp) -> Result<BTreeMap<Uuid, Locked>, sqlx::Error> {
    let rows = sqlx::query!(
        "select key, sequence, next_at from delivery.aggregate
         where next_at <= $1 order by next_at limit $2 for update skip locked",
        now.to_sqlx() as _,
        CLAIM,
    )
    .fetch_all(&mut **tx)
    .await?;
    let rows = rows.into_iter().map(|row| (row.key, row.sequence, row.next_at));
    Ok(rows.map(|(key, sequence, next_at)| (key, locked(key, sequence, next_at))).collect())
}

/// Locks those of `keys` that are due and that nobody else has.
async fn still_due(
    tx: &mut Tx<'_>,
    keys: &[Uuid],
    now: Timestamp,
) -> Result<BTreeMap<Uuid, Locked>, sqlx::Error> {
    let rows = sqlx::query!(
        "select key, sequence, next_at from delivery.aggregate
         where key = any($1) and next_at <= $2 order by next_at for update skip locked",
        keys,
        now.to_sqlx() as _,
    )
    .fetch_all(&mut **tx)
    .await?;
    let rows = rows.into_iter().map(|row| (row.key, row.sequence, row.next_at));
    Ok(rows.map(|(key, sequence, next_at)| (key, locked(key, sequence, next_at))).collect())
}

/// Those of `keys` about which facts have come that could not be applied yet.
async fn waiting(tx: &mut Tx<'_>, keys: &[Uuid]) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!("select distinct key from delivery.inbox_waiting where key = any($1)", keys)
        .fetch_all(&mut **tx)
        .await
}

fn locked(key: Uuid, sequence: i64, next_at: Option<jiff_sqlx::Timestamp>) -> Locked {
    Locked::new(key, bigint::from(sequence), next_at.map(jiff_sqlx::Timestamp::to_jiff))
}
