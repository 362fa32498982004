use std::time::Duration;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{Delivery, Fault, audit, fault::Causes, gauges};

/// How long the outbox keeps an event: as long as its stream.
const OUTBOX: SignedDuration = delivery_core::MAX_AGE;
/// How long the answer of a command is kept.
const ANSWERS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a publication is remembered: a day longer than the stream holds it.
const BATCHES: SignedDuration = SignedDuration::from_hours(36 * 24);
/// Days whose partition is made ahead, so that upkeep may be late by a week.
const AHEAD: i64 = 7;
/// Between two rounds of upkeep, and between two readings of the gauges.
const ROUND: Duration = Duration::from_mins(30);
const READING: Duration = Duration::from_secs(5);
/// Between two looks for audit rows to chain: what was cut off since the last one is not found.
const CHAINING: Duration = Duration::from_mins(1);

/// Makes the partitions of days to come, drops those that are over, forgets old answers, chains the
/// audit, and keeps the gauges up to date.
///
/// By the machine's time. Any replica may do it, also two at once.
#[derive(Debug, Clone)]
pub struct Upkeep {
    delivery: Delivery,
}

impl Upkeep {
    pub(crate) fn new(delivery: Delivery) -> Self {
        Self { delivery }
    }

    /// Keeps up, at once and then each half hour, until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        let [mut rounds, mut readings, mut chainings] = [ROUND, READING, CHAINING].map(|period| {
            let mut each = interval(period);
            // After a stop there is nothing to catch up with.
            each.set_missed_tick_behavior(MissedTickBehavior::Delay);
            each
        });
        let mut told = false;
        loop {
            let done = tokio::select! {
                () = stop.cancelled() => return,
                _ = rounds.tick() => {
                    let kept = keep_up(&self.delivery.pool, self.delivery.clock.machine()).await;
                    kept.map_err(Fault::from)
                }
                _ = readings.tick() => gauges::record(&self.delivery).await.map_err(Fault::from),
                _ = chainings.tick() => audit::chain(&self.delivery).await,
            };
            // An outage is told once, whatever is tried during it.
            match done {
                Ok(()) => told = false,
                Err(error) => {
                    if !std::mem::replace(&mut told, true) {
                        tracing::warn!(error = %Causes(&error), "upkeep is tried again");
                    }
                }
            }
        }
    }
}

/// One round: what [`Upkeep`] does each half hour.
pub async fn keep_up(pool: &PgPool, machine: Timestamp) -> Result<(), sqlx::Error> {
    let today = day(machine);
    let ahead = (0..=AHEAD).map(|n| today.saturating_add(SignedDuration::from_hours(24 * n)));
    // Days whose partition was not there in time, because nobody kept up.
    let late = sqlx::query_scalar!("select distinct day from delivery.outbox_rest")
        .fetch_all(pool)
        .await?;
    for date in ahead.chain(late.into_iter().map(jiff_sqlx::Date::to_jiff)) {
        sqlx::query_scalar!("select delivery.make_partition($1)", date.to_sqlx() as _)
            .fetch_one(pool)
            .await?;
    }
    let first_kept = day(machine - OUTBOX);
    sqlx::query_scalar!("select delivery.drop_partitions($1)", first_kept.to_sqlx() as _)
        .fetch_one(pool)
        .await?;
    sqlx::query!(
        "delete from delivery.idempotency where at < $1",
        (machine - ANSWERS).to_sqlx() as _
    )
    .execute(pool)
    .await?;
    sqlx::query!(
        "delete from delivery.relay_batch where at < $1",
        (machine - BATCHES).to_sqlx() as _
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The partition of an instant: its UTC day.
pub(crate) fn day(machine: Timestamp) -> Date {
    machine.to_zoned(TimeZone::UTC).date()
}
