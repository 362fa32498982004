//! The transaction that makes the store agree with the stream, settled by event id.

use std::collections::{BTreeMap, BTreeSet};

use delivery_core::{ATOMIC_BATCH, Found, Lane, Recorded, Settlement, lane};
use events::words::Stream;
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;
use uuid::Uuid;

use super::{forget::forget, observe::Identity, outbox::nanoseconds};
use crate::{Tx, bigint};

/// The whole outbox of 35 days may be put back by one statement.
const STATEMENT_TIMEOUT: &str = "120s";

/// What a settlement found.
#[derive(Debug)]
pub(super) struct Settled {
    /// How many events go out again.
    pub(super) put_back: usize,
    /// The sequences of messages that are in no outbox row.
    pub(super) foreign: Vec<u64>,
}

/// Performs the settlement; `None` if another has moved what is recorded.
///
/// `read` identifies the messages that were found.
pub(super) async fn settle(
    pool: &PgPool,
    stream: Stream,
    settlement: &Settlement,
    read: &[Identity],
    machine: Timestamp,
) -> Result<Option<Settled>, sqlx::Error> {
    let mut tx = pool.begin().await?;
    sqlx::query_scalar!("select set_config('statement_timeout', $1, true)", STATEMENT_TIMEOUT)
        .fetch_one(&mut *tx)
        .await?;
    if !compare_and_set(&mut tx, stream, settlement).await? {
        return Ok(None);
    }
    let lost = forget(&mut tx, stream, settlement, machine).await?;
    let ours = identify(&mut tx, stream, read).await?;
    let (runs, foreign) = runs(settlement, &ours);
    for run in &runs {
        record(&mut tx, stream, settlement, run).await?;
    }
    let found: Vec<i64> = runs.into_iter().flat_map(|run| run.seqs).collect();
    sqlx::query!(
        "delete from delivery.outbox_pending
         where stream = $1 and lane in (0, 1) and seq = any($2)",
        stream.name(),
        &found
    )
    .execute(&mut *tx)
    .await?;
    let found = BTreeSet::from_iter(found);
    let lost: Vec<i64> = lost.into_iter().filter(|seq| !found.contains(seq)).collect();
    let put_back = put_back(&mut tx, stream, &lost, machine).await?;
    tx.commit().await?;
    Ok(Some(Settled { put_back, foreign }))
}

async fn compare_and_set(
    tx: &mut Tx<'_>,
    stream: Stream,
    settlement: &Settlement,
) -> Result<bool, sqlx::Error> {
    let Settlement { expected, observed, .. } = settlement;
    let (created, last) = (nanoseconds(observed.created), bigint::to(observed.last));
    let moved = match expected {
        None => {
            sqlx::query!(
                "insert into delivery.relay_state (stream, created, last) values ($1, $2, $3)
                 on conflict do nothing",
                stream.name(),
                created,
                last
            )
            .execute(&mut **tx)
            .await?
        }
        Some(Recorded { created: its, last: then }) => {
            sqlx::query!(
                "update delivery.relay_state set created = $4, last = $5
                 where stream = $1 and created = $2 and last = $3",
                stream.name(),
                nanoseconds(*its),
                bigint::to(*then),
                created,
                last
            )
            .execute(&mut **tx)
            .await?
        }
    };
    Ok(moved.rows_affected() == 1)
}

/// The outbox rows of the messages that were read, by event id.
///
/// Looked up by key and sequence, which are indexed, and compared by id.
async fn identify(
    tx: &mut Tx<'_>,
    stream: Stream,
    read: &[Identity],
) -> Result<BTreeMap<Uuid, i64>, sqlx::Error> {
    let events: Vec<_> = read.iter().map(|identity| identity.event).collect();
    let keys: Vec<_> = read.iter().map(|identity| identity.key).collect();
    let sequences: Vec<_> = read.iter().map(|identity| bigint::to(identity.sequence)).collect();
    let rows = sqlx::query!(
        "select o.event, o.seq from delivery.outbox o
         join unnest($2::uuid[], $3::uuid[], $4::bigint[]) as r(event, key, sequence)
             on o.key = r.key and o.sequence = r.sequence and o.event = r.event
         where o.stream = $1",
        stream.name(),
        &events,
        &keys,
        &sequences,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.event, row.seq)).collect())
}

/// Events of ours that lie in the stream one behind the other.
#[derive(Debug, PartialEq, Eq)]
struct Run {
    first: u64,
    seqs: Vec<i64>,
    /// When the stream stored the first of them; the last not much later.
    at: Timestamp,
}

/// How long a run may have taken. Less than what separates [`AGED_OUT`](delivery_core::AGED_OUT) from the stream's own limit.
const RUN: SignedDuration = SignedDuration::from_mins(10);

impl Run {
    fn goes_on_with(&self, found: &Found) -> bool {
        self.first + self.seqs.len() as u64 == found.sequence
            && self.seqs.len() < ATOMIC_BATCH
            && found.at.duration_since(self.at) < RUN
    }
}

/// Found messages as runs without gaps, and the sequences of foreign ones.
fn runs(settlement: &Settlement, ours: &BTreeMap<Uuid, i64>) -> (Vec<Run>, Vec<u64>) {
    let mut runs: Vec<Run> = Vec::new();
    let mut foreign = Vec::new();
    for found in &settlement.found {
        let Some(seq) = found.event.and_then(|event| ours.get(&event)) else {
            foreign.push(found.sequence);
            continue;
        };
        match runs.last_mut().filter(|run| run.goes_on_with(found)) {
            Some(run) => run.seqs.push(*seq),
            None => runs.push(Run { first: found.sequence, seqs: vec![*seq], at: found.at }),
        }
    }
    (runs, foreign)
}

async fn record(
    tx: &mut Tx<'_>,
    stream: Stream,
    settlement: &Settlement,
    run: &Run,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into delivery.relay_batch (stream, created, first, seqs, at)
         values ($1, $2, $3, $4, $5)
         on conflict (stream, created, first) do update set seqs = excluded.seqs, at = excluded.at",
        stream.name(),
        nanoseconds(settlement.observed.created),
        bigint::to(run.first),
        &run.seqs,
        run.at.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts lost events back to pending, each in the lane of its age, and says how many.
async fn put_back(
    tx: &mut Tx<'_>,
    stream: Stream,
    lost: &[i64],
    machine: Timestamp,
) -> Result<usize, sqlx::Error> {
    if lost.is_empty() {
        return Ok(0);
    }
    let rows = sqlx::query!("select seq, day from delivery.outbox where seq = any($1)", lost)
        .fetch_all(&mut **tx)
        .await?;
    let seqs: Vec<i64> = rows.iter().map(|row| row.seq).collect();
    let lanes: Vec<i16> = rows.iter().map(|row| lane_of(row.day.to_jiff(), machine)).collect();
    let days: Vec<jiff_sqlx::Date> = rows.into_iter().map(|row| row.day).collect();
    sqlx::query!(
        "insert into delivery.outbox_pending (stream, lane, seq, day)
         select $1, lane, seq, day from unnest($2::smallint[], $3::bigint[], $4::date[])
             as l(lane, seq, day)
         where not exists (select from delivery.outbox_pending p
                           where p.stream = $1 and p.lane in (0, 1) and p.seq = l.seq)",
        stream.name(),
        &lanes,
        &seqs,
        &days as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(seqs.len())
}

/// The lane of an event of this day, by the latest instant at which it can have been recorded.
fn lane_of(day: Date, machine: Timestamp) -> i16 {
    let recorded = day
        .tomorrow()
        .and_then(|next| next.to_zoned(TimeZone::UTC))
        .map_or(machine, |midnight| midnight.timestamp());
    match lane(recorded, machine) {
        Lane::First => 0,
        Lane::Later => 1,
    }
}

#[cfg(test)]
mod tests {
    use delivery_core::{Lost, Observed};

    use super::*;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    fn settlement(found: Vec<Found>) -> Settlement {
        let last = found.last().map_or(0, |found| found.sequence);
        let observed = Observed { created: AT, first: 1, last, deleted: BTreeSet::new() };
        Settlement { expected: None, observed, lost: Lost::default(), found }
    }

    fn event(n: u64) -> Uuid {
        Uuid::from_u128(n.into())
    }

    #[test]
    fn found_messages_are_recorded_in_runs_and_foreign_ones_told() {
        let events = [(7, Some(1)), (8, Some(2)), (9, None), (10, Some(3)), (11, Some(99))];
        let found =
            events.map(|(sequence, n)| Found { sequence, event: n.map(event), at: AT }).to_vec();
        let ours = (1..=3).map(|n| (event(n), bigint::to(n) * 10)).collect();
        let expected = vec![
            Run { first: 7, seqs: vec![10, 20], at: AT },
            Run { first: 10, seqs: vec![30], at: AT },
        ];
        assert_eq!(runs(&settlement(found), &ours), (expected, vec![9, 11]));
    }

    #[test]
    fn a_run_is_as_old_as_its_messages_and_no_longer_than_a_batch() {
        let found = (1..=2_500).map(|sequence| Found {
            sequence,
            event: Some(event(sequence)),
            at: if sequence <= 200 { AT } else { AT + RUN },
        });
        let ours = (1..=2_500).map(|n| (event(n), bigint::to(n))).collect();
        let (runs, _) = runs(&settlement(found.collect()), &ours);
        let runs: Vec<_> = runs.iter().map(|run| (run.first, run.seqs.len(), run.at)).collect();
        let late = AT + RUN;
        let expected = [(1, 200, AT), (201, 1_000, late), (1_201, 1_000, late), (2_201, 300, late)];
        assert_eq!(runs, expected);
    }

    #[test]
    fn an_event_of_yesterday_goes_first_and_one_of_last_week_later() {
        let machine: Timestamp = "2026-09-10T12:00:00Z".parse().unwrap();
        assert_eq!(lane_of(jiff::civil::date(2026, 9, 9), machine), 0);
        assert_eq!(lane_of(jiff::civil::date(2026, 9, 3), machine), 1);
    }
}
