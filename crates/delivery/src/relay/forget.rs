//! Takes what is lost out of what was published.
//!
//! One statement for each way to be lost, so that the primary key finds it: `relay_batch` holds 36
//! days, and once the stream is as old as that, its start is a little later at each look.

use delivery_core::{AGED_OUT, Publication, Settlement};
use events::words::Stream;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::outbox::{LONGEST_BATCH, instant, nanoseconds};
use crate::{Tx, bigint};

/// Forgets the publications that are lost, and returns what they were.
///
/// Every batch that may hold a lost one is taken out; what is not lost goes back, one by one, so
/// that a batch with a hole is split.
pub(super) async fn forget(
    tx: &mut Tx<'_>,
    stream: Stream,
    settlement: &Settlement,
    machine: Timestamp,
) -> Result<Vec<i64>, sqlx::Error> {
    let Settlement { observed, lost, .. } = settlement;
    let mut suspects = Suspects { stream, created: nanoseconds(observed.created), batches: vec![] };
    if lost.of_other_streams {
        suspects.take_others(tx).await?;
    }
    if let Some(above) = lost.above {
        suspects.take_above(tx, above).await?;
    }
    suspects.take_below(tx, lost.below, machine - AGED_OUT).await?;
    if !lost.at.is_empty() {
        suspects.take_at(tx, lost.at.iter().map(|hole| bigint::to(*hole)).collect()).await?;
    }
    let mut gone = Vec::new();
    let mut kept = Kept::default();
    for batch in suspects.batches {
        let (created, at) = (instant(batch.created), batch.at.to_jiff());
        for (sequence, seq) in (bigint::from(batch.first)..).zip(batch.seqs) {
            if lost.holds(Publication { created, sequence, at }, observed.created, machine) {
                gone.push(seq);
            } else {
                kept.push(batch.created, sequence, seq, at);
            }
        }
    }
    kept.write(tx, stream).await?;
    Ok(gone)
}

/// Batches that may hold a lost publication, taken out of `relay_batch`.
struct Suspects {
    stream: Stream,
    created: i64,
    batches: Vec<Batch>,
}

struct Batch {
    created: i64,
    first: i64,
    seqs: Vec<i64>,
    at: jiff_sqlx::Timestamp,
}

impl Suspects {
    /// Those of streams that are no more.
    async fn take_others(&mut self, tx: &mut Tx<'_>) -> Result<(), sqlx::Error> {
        let others = sqlx::query_as!(
            Batch,
            "delete from delivery.relay_batch where stream = $1 and created <> $2
             returning created, first, seqs, at",
            self.stream.name(),
            self.created,
        );
        self.batches.extend(others.fetch_all(&mut **tx).await?);
        Ok(())
    }

    /// Those that end above a sequence.
    async fn take_above(&mut self, tx: &mut Tx<'_>, above: u64) -> Result<(), sqlx::Error> {
        let tail = sqlx::query_as!(
            Batch,
            "delete from delivery.relay_batch
             where stream = $1 and created = $2 and first > $3::bigint - $4
               and first + cardinality(seqs) > $3 + 1
             returning created, first, seqs, at",
            self.stream.name(),
            self.created,
            bigint::to(above),
            LONGEST_BATCH,
        );
        self.batches.extend(tail.fetch_all(&mut **tx).await?);
        Ok(())
    }

    /// Those that begin below a sequence and were recorded `since`.
    async fn take_below(
        &mut self,
        tx: &mut Tx<'_>,
        below: u64,
        since: Timestamp,
    ) -> Result<(), sqlx::Error> {
        let start = sqlx::query_as!(
            Batch,
            "delete from delivery.relay_batch
             where stream = $1 and created = $2 and first < $3 and at >= $4
             returning created, first, seqs, at",
            self.stream.name(),
            self.created,
            bigint::to(below),
            since.to_sqlx() as _,
        );
        self.batches.extend(start.fetch_all(&mut **tx).await?);
        Ok(())
    }

    /// Those that hold one of these sequences.
    async fn take_at(&mut self, tx: &mut Tx<'_>, holes: Vec<i64>) -> Result<(), sqlx::Error> {
        let holed = sqlx::query_as!(
            Batch,
            "with holed as (
                 select distinct b.first from unnest($3::bigint[]) as h(hole)
                 cross join lateral (
                     select first, seqs from delivery.relay_batch
                     where stream = $1 and created = $2 and first <= h.hole
                     order by first desc limit 1
                 ) b
                 where h.hole < b.first + cardinality(b.seqs)
             )
             delete from delivery.relay_batch b using holed
             where b.stream = $1 and b.created = $2 and b.first = holed.first
             returning b.created, b.first, b.seqs, b.at",
            self.stream.name(),
            self.created,
            &holes,
        );
        self.batches.extend(holed.fetch_all(&mut **tx).await?);
        Ok(())
    }
}

/// Publications that outlive their batch.
#[derive(Default)]
struct Kept {
    created: Vec<i64>,
    sequences: Vec<i64>,
    seqs: Vec<i64>,
    at: Vec<jiff_sqlx::Timestamp>,
}

impl Kept {
    fn push(&mut self, created: i64, sequence: u64, seq: i64, at: Timestamp) {
        self.created.push(created);
        self.sequences.push(bigint::to(sequence));
        self.seqs.push(seq);
        self.at.push(at.to_sqlx());
    }

    async fn write(&self, tx: &mut Tx<'_>, stream: Stream) -> Result<(), sqlx::Error> {
        sqlx::query!(
            "insert into delivery.relay_batch (stream, created, first, seqs, at)
             select $1, created, sequence, array[seq], at
             from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[])
                 as k(created, sequence, seq, at)",
            stream.name(),
            &self.created,
            &self.sequences,
            &self.seqs,
            &self.at as _,
        )
        .execute(&mut **tx)
        .await?;
        Ok(())
    }
}
