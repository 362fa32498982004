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
//!  gRPC ──> api ──> questions      what runs, what fired, what is planned
//!  INTAKE, DISPATCH, SURVEY, DEFINITION ──> facts
//!  next_at ──> wakes                         │
//!                └──────────────────────────┴──> record ──> store (every SQL statement)
//!                                                   └─────> outbox ──> ESCALATION
//!
//!  concern   who may see a case, of which no decision is made here
//! ```
//!
//! Postgres holds all clocks: a replica more or less, or a restart, changes nothing. How late
//! clocks are woken is shown by delivery's `yizhan.wake.late`.

mod api;
mod concern;
mod facts;
mod questions;
mod record;
mod store;
mod wakes;

use std::sync::Arc;

use clock::{Clock, RandomIds};
use delivery::{Delivery, Schema};
use delivery_rpc::Peers;
use revisions::Revisions;
use runtime::{Host, Stage};
use sqlx::{PgPool, migrate::Migrator};

static MIGRATOR: Migrator = sqlx::migrate!();

/// The schemas of its database, in the order in which they are migrated.
pub const SCHEMAS: [Schema; 2] = [
    revisions::SCHEMA,
    Schema { name: "escalation_timer", migrator: &MIGRATOR, compatible_from: 1 },
];

/// Runs escalation-timer until the shutdown: the same door for the program and for tests.
pub async fn run(mut host: Host) -> anyhow::Result<()> {
    let timer = EscalationTimer { delivery: host.delivery(), revisions: Revisions::default() };
    let delivery = timer.delivery.clone();
    for relay in delivery.relays() {
        host.spawn(Stage::Relay, "relay", |stop| relay.run(stop));
    }
    let peers = Peers::of(host.service, |producer| host.connect(producer))?;
    let inbox = delivery.inbox(timer.clone(), peers);
    host.spawn(Stage::Work, "inbox", |stop| inbox.run(stop));
    let waker = delivery.waker(timer.clone());
    host.spawn(Stage::Work, "waker", |stop| waker.run(stop));
    let (mut moved, bell) = (host.time_moved(), delivery.bell().clone());
    host.spawn(Stage::Last, "time", |stop| async move {
        while let Some(Ok(())) = stop.run_until_cancelled(moved.changed()).await {
            bell.ring();
        }
        stop.cancelled().await;
    });
    let upkeep = delivery.upkeep();
    host.spawn(Stage::Last, "upkeep", |stop| upkeep.run(stop));
    host.settle(settling(delivery));

    host.serve(api::routes(timer)).await?;
    Ok(host.finish().await?)
}

/// Whether escalation-timer has come to rest, for `/settled`.
fn settling(delivery: Delivery) -> runtime::admin::Settle {
    Arc::new(move || {
        let delivery = delivery.clone();
        Box::pin(async move {
            let settled = delivery::settled(&delivery).await?;
            Ok(serde_json::to_value(settled)?)
        })
    })
}

/// What every use case works with. Cheap to clone.
#[derive(Debug, Clone)]
struct EscalationTimer {
    delivery: Delivery,
    revisions: Revisions,
}

impl EscalationTimer {
    fn pool(&self) -> &PgPool {
        self.delivery.pool()
    }

    fn clock(&self) -> &Clock {
        self.delivery.clock()
    }

    fn ids(&self) -> RandomIds {
        RandomIds::new(self.clock().clone())
    }
}
