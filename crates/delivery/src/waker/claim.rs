//! Due aggregates, claimed and woken in one transaction.

use std::collections::BTreeMap;

use delivery_core::{halves, pause};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use uuid::Uuid;

use super::{Wake, Waker, Wakes, Waking, gate::LONGEST_WAIT};
use crate::{
    Fault, Locked, Tx,
    aggregate::{self, load_heads},
    bigint,
    fault::{Causes, caught, in_time},
};

/// The most aggregates of one claim.
pub(super) const CLAIM: usize = 500;
/// The longest time for which a row that fails is put back.
const LONGEST_BACK_OFF: SignedDuration = SignedDuration::from_hours(1);

/// Whether more may be due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claimed {
    Full,
    All,
}

impl<W: Wakes> Waker<W> {
    /// Claims once; halves what fails until the culprit is alone, and puts that back.
    ///
    /// `most` is how many a claim takes: fewer after one that was too slow, which as a whole would
    /// be so again, and more again after each that was not.
    pub(super) async fn wake_due(
        &self,
        unconfirmed: bool,
        most: &mut usize,
    ) -> Result<Claimed, Fault> {
        let wake = Wake { now: self.delivery.clock.now(), unconfirmed };
        let mut parts = vec![None];
        let mut claimed = Claimed::All;
        while let Some(part) = parts.pop() {
            let limit = *most;
            let mut held = Vec::new();
            let claim = in_time(self.claim(part.as_deref(), limit, wake, &mut held)).await;
            let fault = match claim {
                Ok(()) => {
                    if held.len() >= limit {
                        claimed = Claimed::Full;
                    }
                    *most = (limit * 2).min(CLAIM);
                    continue;
                }
                Err(fault) => fault,
            };
            match &held[..] {
                // Unless the store is silent for this too, others need not wait for a slow one.
                [culprit] if fault.is_slow() || !fault.is_general() => {
                    in_time(self.put_back(*culprit, &fault, wake.now)).await?;
                    claimed = Claimed::Full;
                }
                _ if fault.is_slow() && limit > 1 => {
                    *most = limit / 2;
                    return Ok(Claimed::Full);
                }
                [] => return Err(fault),
                _ if fault.is_general() => return Err(fault),
                several => {
                    let halves = halves(several).into_iter();
                    let halves = halves.flat_map(|(first, second)| [second, first]);
                    parts.extend(halves.map(|half| Some(half.to_vec())));
                    claimed = Claimed::Full;
                }
            }
        }
        Ok(claimed)
    }

    /// One transaction: the due aggregates, or those of `keys` that are still due; `most` at most.
    ///
    /// `held` are then the keys that it locked, also if it fails or is broken off.
    async fn claim(
        &self,
        keys: Option<&[Uuid]>,
        most: usize,
        wake: Wake,
        held: &mut Vec<Uuid>,
    ) -> Result<(), Fault> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut tx = self.delivery.pool.begin().await?;
        let rows = match keys {
            None => due(&mut tx, wake.now, self.patience(), most).await?,
            Some(keys) => still_due(&mut tx, keys, wake.now, most).await?,
        };
        let rows = rows.into_iter();
        let mut locked: BTreeMap<_, _> = rows.map(|row| (row.key, Locked::from(row))).collect();
        held.extend(locked.keys());
        if locked.is_empty() {
            return Ok(());
        }
        self.wake_claimed(tx, &mut locked, held, wake).await
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
        let before: Vec<_> = locked.values().map(|one| (one.next_at(), one.sequence())).collect();
        let claimed = locked.values_mut().map(|aggregate| {
            let unconfirmed = wake.unconfirmed || waiting.contains(&aggregate.key());
            Waking { aggregate, wake: Wake { unconfirmed, ..wake } }
        });
        caught(self.wakes.wake_all(&mut tx, &mut claimed.collect::<Vec<_>>())).await?;
        let mut late = Vec::with_capacity(keys.len());
        for (aggregate, (planned, said)) in locked.values().zip(before) {
            let later = aggregate.next_at().is_none() || aggregate.next_at() > planned;
            if !later && aggregate.sequence() == said {
                return Err(Fault::own("it did nothing and asks to be woken again at once"));
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

    /// Facts that wait since before this are no longer waited for.
    fn patience(&self) -> Timestamp {
        self.delivery.clock.machine() - LONGEST_WAIT
    }

    /// Lets a row that fails sleep, longer each time.
    ///
    /// In the service's time, as its wake-up is: a leap of the manual clock ends it early, which is
    /// one more try.
    async fn put_back(&self, key: Uuid, fault: &Fault, now: Timestamp) -> Result<(), Fault> {
        let words = Causes(fault).to_string();
        let mut tx = self.delivery.pool.begin().await?;
        let Some(row) = still_due(&mut tx, &[key], now, 1).await?.pop() else {
            return Ok(());
        };
        let mut aggregate = Locked::from(row);
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
        aggregate.wake_at(Some(now.checked_add(back_off).unwrap_or(Timestamp::MAX)));
        aggregate::save(&mut tx, &mut [aggregate], self.delivery.clock.machine()).await?;
        tx.commit().await?;
        let back_off_ms = back_off.as_millis();
        tracing::error!(%key, tries, back_off_ms, fault = words, "a wake-up failed and is put back");
        Ok(())
    }
}

/// A claimed row.
struct Due {
    key: Uuid,
    sequence: i64,
    next_at: Option<jiff_sqlx::Timestamp>,
}

/// Locks the first due aggregates that nobody else has, and about which no fact is here that may be
/// applied yet and waits since less than a minute: facts before clocks. For what is dead, and for
/// what waits behind it, only a person can do something, so no clock waits for that.
async fn due(
    tx: &mut Tx<'_>,
    now: Timestamp,
    patience: Timestamp,
    most: i64,
) -> Result<Vec<Due>, sqlx::Error> {
    sqlx::query_as!(
        Due,
        "select key, sequence, next_at from delivery.aggregate a
         where next_at <= $1 and not exists (
             select from delivery.inbox_waiting w
             where w.key = a.key and w.since > $2 and w.reason <> 'dead')
         order by next_at limit $3 for update skip locked",
        now.to_sqlx() as _,
        patience.to_sqlx() as _,
        most,
    )
    .fetch_all(&mut **tx)
    .await
}

/// Locks those of `keys` that are due and that nobody else has.
async fn still_due(
    tx: &mut Tx<'_>,
    keys: &[Uuid],
    now: Timestamp,
    most: i64,
) -> Result<Vec<Due>, sqlx::Error> {
    sqlx::query_as!(
        Due,
        "select key, sequence, next_at from delivery.aggregate
         where key = any($1) and next_at <= $2 order by next_at limit $3 for update skip locked",
        keys,
        now.to_sqlx() as _,
        most,
    )
    .fetch_all(&mut **tx)
    .await
}

/// Those of `keys` about which facts have come that could not be applied, yet or at all.
async fn waiting(tx: &mut Tx<'_>, keys: &[Uuid]) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select key as "key!" from delivery.inbox_waiting where key = any($1)
           union
           select key from delivery.dead where key = any($1)"#,
        keys
    )
    .fetch_all(&mut **tx)
    .await
}

impl From<Due> for Locked {
    fn from(row: Due) -> Self {
        let next_at = row.next_at.map(jiff_sqlx::Timestamp::to_jiff);
        Self::new(row.key, bigint::from(row.sequence), next_at)
    }
}
