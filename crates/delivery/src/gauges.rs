//! What an operator's gauges show, read from the store, and from the broker what waits there.

use std::time::Duration;

use events::words::Stream;
use jiff::Timestamp;
use tokio::time::timeout;
use uuid::Uuid;

use crate::{Delivery, bigint, settled::progress};

/// How long the broker may take to say how far this service is.
const PATIENCE: Duration = Duration::from_secs(1);

/// The reasons of `inbox_waiting`: each has a gauge, also when nothing waits for it.
const REASONS: [&str; 6] = ["gap", "after", "revision", "version", "dead", "fault"];

/// Reads store and broker once and records every gauge.
pub(crate) async fn record(delivery: &Delivery) -> Result<(), sqlx::Error> {
    for stream in delivery.producer.source.service.streams() {
        outbox(delivery, *stream).await?;
    }
    let waiting = sqlx::query!(
        r#"select reason, count(*) as "events!" from delivery.inbox_waiting group by reason"#
    )
    .fetch_all(&delivery.pool)
    .await?;
    for reason in REASONS {
        let row = waiting.iter().find(|row| row.reason == reason);
        delivery.metrics.waiting(reason, row.map_or(0, |row| bigint::from(row.events)));
    }
    let dead = sqlx::query_scalar!(
        r#"select (select count(*) from delivery.dead) + (select count(*) from delivery.wake_fault)
                + (select count(*) from delivery.outbox_parked) as "letters!""#
    )
    .fetch_one(&delivery.pool)
    .await?;
    delivery.metrics.dead(bigint::from(dead));
    lag(delivery).await;
    Ok(())
}

/// While the broker is away nothing new can wait there, and the gauge stays as it is.
async fn lag(delivery: &Delivery) {
    let service = delivery.producer.source.service;
    let read = timeout(PATIENCE, progress(&delivery.nats, service)).await;
    for (stream, progress) in read.ok().and_then(Result::ok).unwrap_or_default() {
        delivery.metrics.lag(stream, progress.pending + progress.unacked);
    }
}

async fn outbox(delivery: &Delivery, stream: Stream) -> Result<(), sqlx::Error> {
    let row = sqlx::query!(
        r#"select (select count(*) from delivery.outbox_pending where stream = $1) as "pending!",
                  (select first.event
                   from (values (0::smallint), (1::smallint)) as lanes(lane)
                   cross join lateral (
                       select o.event from delivery.outbox_pending p
                       cross join lateral (select event from delivery.outbox o
                                           where o.seq = p.seq and o.day = p.day offset 0) o
                       where p.stream = $1 and p.lane = lanes.lane
                       order by p.seq limit 1
                   ) first
                   order by first.event limit 1) as oldest"#,
        stream.name()
    )
    .fetch_one(&delivery.pool)
    .await?;
    let age = row.oldest.and_then(made).map(|made| delivery.clock.machine().duration_since(made));
    let age_seconds = age.map_or(0.0, |age| age.as_secs_f64().max(0.0));
    delivery.metrics.outbox(stream, bigint::from(row.pending), age_seconds);
    Ok(())
}

/// The machine time at which a UUIDv7 was made.
fn made(event: Uuid) -> Option<Timestamp> {
    let (seconds, nanos) = event.get_timestamp()?.to_unix();
    Timestamp::new(i64::try_from(seconds).ok()?, i32::try_from(nanos).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_age_of_an_event_is_in_its_id() {
        let event = Uuid::parse_str("0190a5b2-0000-7000-8000-000000000001").unwrap();
        assert_eq!(made(event).unwrap().as_millisecond(), 0x0190_a5b2_0000);
    }
}
