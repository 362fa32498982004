//! Intake: whoever reports something is told, before the call ends, its number and until when it
//! will be done; and from that moment on it cannot be lost.
//!
//! It owns contacts, persons, cases (reporters, urgency, first receiver, cycle, their ends) and the
//! campus's definitions. What to decide is `intake-core`'s; here it is asked for, kept and told.
//!
//! ```text
//!  gRPC ──> api ──> commands   one file each: one transaction, opened and committed there
//!                │     accept  one writer takes up to 256 waiting calls into one transaction
//!                └─> questions one file each
//!  DISPATCH, ESCALATION, SURVEY ──> facts
//!                                     │
//!      commands, facts ───────────────┴──> record ──> store (every SQL statement)
//!                                             └─────> outbox ──> INTAKE, DEFINITION
//!
//!  people   who somebody is: by phone, mail or number
//!  incidents  why many call at once
//!  alarms   handed over to notification, past the broker (`docs/adr/0011-alarms.md`)
//!  seals    names, phones and words: sealed, a key per person
//! ```
//!
//! No case ever asks to be woken here: what was promised is watched by escalation-timer.
//!
//! It needs its own Postgres and nothing else: without broker, portal and all other services it
//! still accepts.

mod alarms;
mod api;
mod commands;
mod facts;
mod incidents;
mod people;
mod questions;
mod record;
mod seals;
mod store;
mod words;

use std::{net::SocketAddr, sync::Arc};

use clock::RandomIds;
use definitions::Rules;
use delivery::{Delivery, Fault, Schema};
use events::words::Service;
use intake_core::State;
use proto::notification::v1::notification_client::NotificationClient;
use revisions::Revisions;
use runtime::{Host, Stage};
use sqlx::{PgConnection, PgPool, migrate::Migrator};

use commands::accept;
use seals::Seals;

static MIGRATOR: Migrator = sqlx::migrate!();

/// The schemas of its database, in the order in which they are migrated.
pub const SCHEMAS: [Schema; 2] =
    [revisions::SCHEMA, Schema { name: "intake", migrator: &MIGRATOR, compatible_from: 1 }];

/// Runs intake until the shutdown: the same door for the program and for tests.
///
/// `serving` is told where its gRPC interface is.
pub async fn run(mut host: Host, serving: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    let (delivery, revisions) = (host.delivery(), Revisions::default());
    let intake = Intake { delivery, revisions, seals: Seals::new(host.masters()?) };
    host.deliver(intake.clone())?;
    let (accepting, writer) = accept::writer(intake.clone(), &host.meter);
    // Until the calls that wait for it are answered.
    host.spawn(Stage::Relay, "accepting", |stop| writer.run(stop));
    let notification = NotificationClient::new(host.connect(Service::Notification)?);
    let ringing = intake.clone();
    host.spawn(Stage::Work, "alarms", |stop| alarms::run(ringing, notification, stop));
    serving(host.serve(api::routes(intake, accepting)).await?);
    Ok(host.finish().await?)
}

/// What every use case works with. Cheap to clone.
#[derive(Debug, Clone)]
struct Intake {
    delivery: Delivery,
    revisions: Revisions,
    seals: Seals,
}

impl Intake {
    fn pool(&self) -> &PgPool {
        self.delivery.pool()
    }

    fn clock(&self) -> &clock::Clock {
        self.delivery.clock()
    }

    fn ids(&self) -> RandomIds {
        RandomIds::new(self.clock().clone())
    }

    /// The rules that a case is under; the newest for one that was never accepted.
    async fn rules_of(
        &self,
        connection: &mut PgConnection,
        state: &State,
    ) -> Result<Arc<Rules>, Fault> {
        if let Some(case) = state.case() {
            return Ok(self.revisions.rules(connection, case.revision).await?);
        }
        let newest = self.revisions.newest(connection).await?;
        newest.ok_or_else(|| Fault::own("no definitions were ever applied"))
    }
}
