//! Escalation-timer: nothing that was promised is late without somebody's leader knowing it.
//!
//! Intake promises when a case is accepted, dispatch keeps the promise; here each promise has a
//! clock, and a ladder that is climbed rung by rung until the thing is done. Two things must never
//! happen: a rung that fires twice, or one that fires for what was done in time. So a wake-up, a
//! fact and all that follows take the lock of the case first, a rung is planned from the due and
//! never from the moment of waking, and no clock is looked at before the facts of that moment are
//! in. What to decide is `escalation-timer-core`'s; here it is asked for, kept and told.
//!
//! ```text
//!  gRPC ──> api ──> commands       more time, pauses, and what leaders do
//!                └─> questions      what runs, what fired, what is planned
//!  INTAKE, DISPATCH, SURVEY, DEFINITION ──> facts
//!  next_at ──> wakes                         │
//!                └── commands ──────────────┴──> record ──> store (every SQL statement)
//!                                                   └─────> outbox ──> ESCALATION
//!
//!  concern   who may see a case, of which no decision is made here
//! ```
//!
//! When a calendar is changed, because another year was announced, every case that was promised
//! something beyond what had been decided is wished awake, and counts it anew.
//!
//! Postgres holds all clocks: a replica more or less, or a restart, changes nothing. How late
//! clocks are woken is shown by delivery's `yizhan.wake.late`.

mod api;
mod commands;
mod concern;
mod facts;
mod questions;
mod record;
mod store;
mod wakes;

use std::{net::SocketAddr, sync::Arc};

use clock::{Clock, RandomIds};
use definitions::Rules;
use delivery::{Delivery, Fault, Schema};
use escalation_timer_core::Watch;
use revisions::Revisions;
use runtime::{Host, Newest};
use sealing::Masters;
use sqlx::{PgConnection, PgPool, migrate::Migrator};

static MIGRATOR: Migrator = sqlx::migrate!();

/// The schemas of its database, in the order in which they are migrated.
pub const SCHEMAS: [Schema; 2] = [
    revisions::SCHEMA,
    Schema { name: "escalation_timer", migrator: &MIGRATOR, compatible_from: 1 },
];

/// Runs escalation-timer until the shutdown: the same door for the program and for tests.
///
/// `serving` is told where its gRPC interface is.
pub async fn run(mut host: Host, serving: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    let (delivery, revisions, masters) = (host.delivery(), Revisions::default(), host.masters()?);
    let timer = EscalationTimer { delivery, revisions, masters };
    timer.recount_left().await?;
    host.deliver(timer.clone())?;
    host.wake(timer.clone());
    serving(host.serve(api::routes(timer)).await?);
    Ok(host.finish().await?)
}

/// What every use case works with. Cheap to clone.
#[derive(Debug, Clone)]
struct EscalationTimer {
    delivery: Delivery,
    revisions: Revisions,
    masters: Newest<Masters>,
}

impl EscalationTimer {
    fn pool(&self) -> &PgPool {
        self.delivery.pool()
    }

    /// What was promised while a calendar was changed, or by a release that did not know of it.
    async fn recount_left(&self) -> anyhow::Result<()> {
        let mut tx = self.pool().begin().await?;
        self.recount(&mut tx, self.clock().now()).await?;
        Ok(tx.commit().await?)
    }

    /// The rules by which a case is watched.
    async fn rules(
        &self,
        connection: &mut PgConnection,
        watch: &Watch,
    ) -> Result<Arc<Rules>, Fault> {
        let (revision, calendars) = (watch.revision, watch.counted_by());
        Ok(self.revisions.counted_by(connection, revision, calendars).await?)
    }

    fn clock(&self) -> &Clock {
        self.delivery.clock()
    }

    /// What seals words: the master key of now.
    fn masters(&self) -> Arc<Masters> {
        self.masters.borrow().clone()
    }

    fn ids(&self) -> RandomIds {
        RandomIds::new(self.clock().clone())
    }
}
