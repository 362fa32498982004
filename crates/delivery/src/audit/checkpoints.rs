use audit_chain::Link;
use events::{AuditFact, words::Service};
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;

use super::row::link;
use crate::{Fault, Tx, bigint};

/// Keeps how far another service's chain had come. What was kept first stays: a producer that made
/// its chain anew says so in vain.
pub(crate) async fn keep(tx: &mut Tx<'_>, fact: &AuditFact) -> Result<(), Fault> {
    let AuditFact { stream, chained } = fact;
    let hash = chained.hash.parse::<audit_chain::Hash>().map_err(Fault::own)?;
    sqlx::query!(
        "insert into delivery.audit_checkpoint (service, place, hash, at) values ($1, $2, $3, $4)
         on conflict do nothing",
        stream.producer().word(),
        bigint::to(chained.place),
        &hash.bytes()[..],
        chained.at.to_sqlx() as _,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What this store keeps of another service's chain, from its beginning.
pub async fn checkpoints(pool: &PgPool, of: Service) -> Result<Vec<Link>, Fault> {
    let rows = sqlx::query!(
        "select place, hash from delivery.audit_checkpoint where service = $1 order by place",
        of.word(),
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(|row| link(row.place, &row.hash)).collect()
}
