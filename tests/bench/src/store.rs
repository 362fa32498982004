//! The raw limit of inbox and timers: a store like escalation-timer's that is given, in groups of the
//! same size, the very rows that escalation-timer wrote.

use std::{collections::BTreeMap, time::Instant};

use anyhow::{Context as _, Result};
use clock::Clock;
use events::words::Service;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use service_kit::Site;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::{ground::Ground, pace::per_second, timer::Woken};

/// The tables that a fact or a wake-up writes, with what is pending left out: that goes with the
/// outbox.
pub(crate) const WRITTEN: [&str; 5] = [
    "delivery.aggregate",
    "delivery.inbox_head",
    "escalation_timer.watch",
    "delivery.audit",
    "delivery.outbox",
];

/// As many as the inbox takes into one transaction.
const GROUP: u64 = 256;
/// As many as the waker claims in one transaction.
const CLAIM: i64 = 500;

/// What is written of each claim, by its rows in whole.
type Write = (&'static str, fn(&Woken) -> &str);
const WRITES: [Write; 4] = [
    (
        "update delivery.aggregate a set sequence = w.sequence, next_at = w.next_at
         from unnest($1::text[]::delivery.aggregate[]) w where a.key = w.key",
        |woken| &woken.aggregate,
    ),
    (
        "update escalation_timer.watch c set state = w.state
         from unnest($1::text[]::escalation_timer.watch[]) w where c.case_id = w.case_id",
        |woken| &woken.watch,
    ),
    ("insert into delivery.audit select * from unnest($1::text[]::delivery.audit[])", |woken| {
        &woken.audit
    }),
    (
        "with event as (
             insert into delivery.outbox select * from unnest($1::text[]::delivery.outbox[])
             returning stream, seq, day
         )
         insert into delivery.outbox_pending (stream, seq, day) select stream, seq, day from event",
        |woken| &woken.outbox,
    ),
];

/// A store that nobody serves.
pub(crate) struct Store {
    site: Site,
    /// As the service's role.
    pool: PgPool,
}

/// The rows of one table, cut into groups, each the text of one array.
struct Rows {
    table: &'static str,
    groups: Vec<String>,
}

impl Store {
    /// Makes an empty one.
    pub(crate) async fn open(ground: &Ground) -> Result<Self> {
        let service = Service::EscalationTimer;
        let site = Site::on(&ground.postgres(), service, &escalation_timer::SCHEMAS).await;
        let pool = site.database().pool();
        // As a service does when it starts: a partition for today.
        delivery::keep_up(&pool, Clock::system().machine()).await?;
        Ok(Self { site, pool })
    }

    /// Its rows.
    pub(crate) fn pool(&self) -> &PgPool {
        self.site.pool()
    }

    /// Inserts what so many events left in the store `from`: events per second.
    pub(crate) async fn insert(&self, from: &PgPool, events: u64) -> Result<f64> {
        let groups = events.div_ceil(GROUP);
        let mut rows = Vec::new();
        for table in WRITTEN {
            rows.push(Rows::read(from, table, groups).await?);
        }
        let began = Instant::now();
        for group in 0..usize::try_from(groups)? {
            let mut tx = self.pool.begin().await?;
            for rows in &rows {
                if let Some(literal) = rows.groups.get(group) {
                    let insert = AssertSqlSafe(rows.insert());
                    sqlx::query(insert).bind(literal).execute(&mut *tx).await?;
                }
            }
            tx.commit().await?;
        }
        Ok(per_second(events, began.elapsed()))
    }

    /// Claims all that is due at `until`, and writes what waking it left: wake-ups per second.
    pub(crate) async fn claim(
        &self,
        until: Timestamp,
        woken: &BTreeMap<Uuid, Woken>,
    ) -> Result<f64> {
        let due = "select key from delivery.aggregate where next_at <= $1
                   order by next_at limit $2 for update skip locked";
        let began = Instant::now();
        loop {
            let mut tx = self.pool.begin().await?;
            let claim = sqlx::query_scalar(due).bind(until.to_sqlx()).bind(CLAIM);
            let keys: Vec<Uuid> = claim.fetch_all(&mut *tx).await?;
            if keys.is_empty() {
                return Ok(per_second(woken.len() as u64, began.elapsed()));
            }
            let rows = keys.iter().map(|key| woken.get(key).context("nothing is known of a key"));
            let rows = rows.collect::<Result<Vec<_>>>()?;
            for (write, column) in WRITES {
                let column: Vec<_> = rows.iter().map(|woken| column(woken)).collect();
                sqlx::query(write).bind(column).execute(&mut *tx).await?;
            }
            tx.commit().await?;
        }
    }
}

impl Rows {
    /// All rows of a table in so many groups, in the order in which they lie there.
    async fn read(pool: &PgPool, table: &'static str, groups: u64) -> Result<Self> {
        let cut = format!(
            "select array_agg(x)::text
             from (select x, ntile($1) over () as place from {table} x) cut
             group by place order by place"
        );
        let cut = sqlx::query_scalar(AssertSqlSafe(cut)).bind(i32::try_from(groups)?);
        Ok(Self { table, groups: cut.fetch_all(pool).await? })
    }

    fn insert(&self) -> String {
        let table = self.table;
        let rows = format!("select * from unnest($1::text::{table}[])");
        match table {
            "delivery.outbox" => format!(
                "with event as (insert into {table} {rows} returning stream, seq, day)
                 insert into delivery.outbox_pending (stream, seq, day)
                 select stream, seq, day from event"
            ),
            _ => format!("insert into {table} {rows}"),
        }
    }
}
