use audit_chain::{Chained, Checkpoint, Finding, Link, Row, Verifier};
use events::Source;
use sqlx::PgPool;

use super::row::{Stored, link};
use crate::{Fault, bigint};

/// Links that are read at once.
const PAGE: i64 = 10_000;

/// What was found of one service's audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The last link of its chain.
    pub last: Link,
    /// Rows that wait for their links.
    pub waiting: u64,
    /// What is not as it was written, the first places first.
    pub findings: Vec<Finding>,
}

/// Goes along the whole chain of a store: each row, each link, and against what others `know` of it.
pub async fn verify(
    pool: &PgPool,
    source: &Source,
    known: impl IntoIterator<Item = Checkpoint>,
) -> Result<Verified, Fault> {
    let mut verifier = Verifier::new(Link::origin(source), known);
    let mut from = 0;
    loop {
        let page = page(pool, from).await?;
        for chained in &page {
            verifier.step(chained);
        }
        match page.last() {
            Some(chained) => from = bigint::to(chained.link.place),
            None => break,
        }
    }
    verifier.unchained(unchained(pool).await?);
    let (last, findings) = verifier.end();
    let waiting = sqlx::query_scalar!(r#"select count(*) as "count!" from delivery.audit_pending"#)
        .fetch_one(pool)
        .await?;
    Ok(Verified { last, waiting: bigint::from(waiting), findings })
}

/// The links behind `from`, each with its row if that is there.
async fn page(pool: &PgPool, from: i64) -> Result<Vec<Chained>, Fault> {
    let rows = sqlx::query!(
        r#"select c.place, c.seq, c.hash, a.at as "at?: jiff_sqlx::Timestamp", a.actor as "actor?",
                  a.action as "action?", a.key, a.detail as "detail?"
           from delivery.audit_chain c left join delivery.audit a using (seq)
           where c.place > $1 order by c.place limit $2"#,
        from,
        PAGE,
    )
    .fetch_all(pool)
    .await?;
    let chained = rows.into_iter().map(|row| {
        let (seq, key) = (row.seq, row.key);
        let stored = match (row.at, row.actor, row.action, row.detail) {
            (Some(at), Some(actor), Some(action), Some(detail)) => {
                Some(Stored { seq, at, actor, action, key, detail })
            }
            _ => None,
        };
        let link = link(row.place, &row.hash)?;
        Ok(Chained { link, seq: bigint::from(seq), row: stored.map(Row::from) })
    });
    chained.collect()
}

/// Rows that no link covers and that wait for none.
async fn unchained(pool: &PgPool) -> Result<Vec<u64>, sqlx::Error> {
    let seqs = sqlx::query_scalar!(
        "select seq from delivery.audit a
         where not exists (select from delivery.audit_chain c where c.seq = a.seq)
           and not exists (select from delivery.audit_pending p where p.seq = a.seq)
         order by seq"
    )
    .fetch_all(pool)
    .await?;
    Ok(seqs.into_iter().map(bigint::from).collect())
}
