use audit_chain::{Link, Row};
use clock::RandomIds;
use events::{AuditFact, Source, audit::AuditChainedV1, audit_key, words::Revision};

use super::row::{Stored, link};
use crate::{Delivery, Fault, Stamp, Tx, aggregate, bigint};

/// The most rows of one transaction.
const MOST: usize = 1_000;

/// Chains all rows that wait, and tells others how far the chain has come.
///
/// Any replica may do it, also two at once: the audit's own aggregate is the lock.
pub async fn chain(delivery: &Delivery) -> Result<(), Fault> {
    while chain_some(delivery).await? == MOST {}
    Ok(())
}

/// One transaction; how many rows it chained.
async fn chain_some(delivery: &Delivery) -> Result<usize, Fault> {
    let source = &delivery.producer.source;
    let mut tx = delivery.pool.begin().await?;
    let mut audit = aggregate::lock_one(&mut tx, audit_key(source.service)).await?;
    let rows = waiting(&mut tx).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let last = append(&mut tx, source, &rows).await?;
    let (now, machine) = (delivery.clock.now(), delivery.clock.machine());
    let chained = AuditChainedV1 { place: last.place, hash: last.hash.to_string(), at: machine };
    let revision = Revision::NONE;
    let stamp = Stamp { happened: now, recorded: now, revision, traceparent: None };
    let fact = AuditFact::by(source.service, chained);
    let mut ids = RandomIds::new(delivery.clock.clone());
    let said = audit.append(&delivery.producer, &fact.into(), &stamp, &mut ids);
    said.map_err(Fault::own)?;
    aggregate::save(&mut tx, &mut [audit], machine).await?;
    tx.commit().await?;
    delivery.bell.ring();
    Ok(rows.len())
}

/// The first rows without a link.
async fn waiting(tx: &mut Tx<'_>) -> Result<Vec<Row>, sqlx::Error> {
    let rows = sqlx::query_as!(
        Stored,
        "select seq, at, actor, action, key, detail
         from delivery.audit_pending join delivery.audit using (seq) order by seq limit $1",
        i64::try_from(MOST).unwrap_or(i64::MAX),
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(Row::from).collect())
}

/// Links `rows` behind what is there; the last link.
async fn append(tx: &mut Tx<'_>, source: &Source, rows: &[Row]) -> Result<Link, Fault> {
    let end =
        sqlx::query!("select place, hash from delivery.audit_chain order by place desc limit 1")
            .fetch_optional(&mut **tx)
            .await?;
    let mut last = match end {
        Some(end) => link(end.place, &end.hash)?,
        None => Link::origin(source),
    };
    let links: Vec<Link> = rows
        .iter()
        .map(|row| {
            last = last.next(row);
            last
        })
        .collect();
    let places: Vec<_> = links.iter().map(|link| bigint::to(link.place)).collect();
    let hashes: Vec<&[u8]> = links.iter().map(|link| &link.hash.bytes()[..]).collect();
    let seqs: Vec<_> = rows.iter().map(|row| bigint::to(row.seq)).collect();
    sqlx::query!(
        "with linked as (
             insert into delivery.audit_chain (place, seq, hash)
             select * from unnest($1::bigint[], $2::bigint[], $3::bytea[]))
         delete from delivery.audit_pending where seq = any($2)",
        &places,
        &seqs,
        &hashes as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(last)
}
