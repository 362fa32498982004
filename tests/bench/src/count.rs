//! That what was sent has arrived: once, and all of it.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use events::{audit_key, words::Service};
use sqlx::{AssertSqlSafe, PgPool};

/// Rows by table.
pub(crate) type Counts = BTreeMap<String, i64>;

/// Tables of which rows come and go by themselves: links of the audit chain are made each minute,
/// and what is pending is published.
const RESTLESS: [&str; 3] =
    ["delivery.audit_pending", "delivery.audit_chain", "delivery.outbox_pending"];

/// How many rows the tables of a service's store have, without what its audit chain says of itself.
pub(crate) async fn counts(pool: &PgPool, service: Service) -> Result<Counts> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select format('%I.%I', n.nspname, c.relname)
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where c.relkind in ('r', 'p') and not c.relispartition
           and n.nspname not in ('pg_catalog', 'information_schema')",
    )
    .fetch_all(pool)
    .await?;
    let mut counts = Counts::new();
    for table in tables.into_iter().filter(|table| !RESTLESS.contains(&table.as_str())) {
        let rows = match table.as_str() {
            "delivery.aggregate" | "delivery.outbox" => {
                format!("{table} where key <> '{}'", audit_key(service))
            }
            _ => table.clone(),
        };
        let count = AssertSqlSafe(format!("select count(*) from {rows}"));
        counts.insert(table, sqlx::query_scalar(count).fetch_one(pool).await?);
    }
    Ok(counts)
}

/// The rows that came between two counts, without tables that did not change.
pub(crate) fn added(before: &Counts, after: &Counts) -> Counts {
    let added = after.iter().map(|(table, rows)| {
        (table.clone(), rows - before.get(table).copied().unwrap_or_default())
    });
    added.filter(|(_, rows)| *rows != 0).collect()
}

/// Fails with `what` if these are not the same.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(what: &str, ours: &T, raw: &T) -> Result<()> {
    ensure!(ours == raw, "{what}: {ours:?} on our side, {raw:?} on the other");
    Ok(())
}

/// What a query for a set of keys gives, as one word: equal for equal sets, keys that are there
/// twice included.
pub(crate) async fn digest(pool: &PgPool, keys: &'static str) -> Result<String> {
    let query = format!(
        "select coalesce(md5(string_agg(key::text, ' ' order by key)), '') from ({keys}) k"
    );
    Ok(sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(pool).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_did_not_change_is_not_named() {
        let before = Counts::from([("a".to_owned(), 3), ("b".to_owned(), 1)]);
        let after = Counts::from([("a".to_owned(), 3), ("b".to_owned(), 2), ("c".to_owned(), 5)]);
        let expected = Counts::from([("b".to_owned(), 1), ("c".to_owned(), 5)]);
        assert_eq!(added(&before, &after), expected);
    }

    #[test]
    fn what_differs_is_told_with_both_sides() {
        let error = same("cases", &2, &3).unwrap_err().to_string();
        assert_eq!(error, "cases: 2 on our side, 3 on the other");
    }
}
