//! Notification: who waits for something hears what becomes of it, once, and in plain words.
//!
//! Every service says what happened; here it is decided who should hear of it, and it is said in
//! the campus's own words: its requester that a case was accepted, claimed, completed or opened
//! again, a post that there is work, a leader that something is late and that it was done after all.
//!
//! ```text
//!  INTAKE, DISPATCH, ESCALATION,
//!  SURVEY, DEFINITION ──> facts ──> tell      who, what, in which words (pure)
//!                           └─────> store     queued, one per (recipient, cause)
//!  next_at ──> wakes ──> outgoing   what goes out now, and together (pure)
//!                ├─────> channels   log, mailbox
//!                ├─────> courier    robots, text messages, mail, other systems: no transaction is
//!                │         │        open
//!                │         └──────> addresses, links, inserts   what of a person no row holds
//!                └─────> outbox ──> NOTIFY
//!  gRPC ──> api ──> questions       the mailbox, whom the desk is to phone
//!            └────> commands        they know; a call is taken, and what came of it; an alarm
//!                     ├──────────> acknowledgement   what follows (pure)
//!                     └─> ringing ─> alarm           whom it alerts, and when (pure)
//! ```
//!
//! An alarm comes from intake itself, too, and waits neither for the broker nor for the facts that
//! wake-ups wait for: see [`ringing`] and `docs/adr/0011-alarms.md`.
//!
//! What goes out of the installation cannot be taken back and shares no transaction with our rows,
//! so it is done at least once. The table is in [`outgoing`]:
//!
//! ```text
//!            wake-up             the next one
//!  queued ───────────▶ sending ──────────────▶ sent
//!     │                  │  ▲ killed, or the channel failed: sent again, the waker waits longer
//!     ▼                  └──┘ each time
//!  withdrawn
//! ```
//!
//! A desk that nobody takes over is about no case: the duty counsellor is told in the same way, by
//! `desk`.
//!
//! A survey link ([`links`]) is a secret of callback-survey: what is queued has a mark in its place, and
//! only its recipient is shown or sent more. What whoever has a case is called, and what comes next after
//! it ([`inserts`]), is put in at the same moment. Where a person is reached ([`addresses`]) is a secret of
//! intake's or the portal's: see `docs/adr/0012-personal-addresses.md`. Of PORTAL nobody is told anything yet.

mod acknowledgement;
mod addresses;
mod alarm;
mod api;
mod channels;
mod commands;
mod courier;
mod desk;
mod facts;
mod inserts;
mod links;
mod message;
mod outgoing;
mod questions;
mod queue;
mod ringing;
mod store;
mod tell;
mod wakes;

use std::{net::SocketAddr, sync::Arc};

use clock::{Clock, RandomIds};
use delivery::{Delivery, Fault, Locked, Schema, Stamp, traceparent};
use events::{
    NotifyFact,
    words::{Revision, Service},
};
use jiff::Timestamp;
use revisions::Revisions;
use runtime::{Host, Stage};
use sqlx::{PgPool, migrate::Migrator};

use addresses::Addresses;
use channels::Channels;
pub use channels::LOG;
use inserts::Inserts;
use links::Links;

static MIGRATOR: Migrator = sqlx::migrate!();

/// The schemas of its database, in the order in which they are migrated.
pub const SCHEMAS: [Schema; 2] =
    [revisions::SCHEMA, Schema { name: "notification", migrator: &MIGRATOR, compatible_from: 1 }];

/// Runs notification until the shutdown: the same door for the program and for tests.
///
/// `serving` is told where its gRPC interface is.
pub async fn run(mut host: Host, serving: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    let channels = Channels::open(&host.config.channels, &mut host.files)?;
    let survey = host.connect(Service::CallbackSurvey)?;
    let addresses = Addresses::new(host.connect(Service::Intake)?, host.connect(Service::Portal)?);
    let inserts = Inserts::new(host.connect(Service::Portal)?, host.connect(Service::Dispatch)?);
    let portal = host.config.http.public_url.as_deref();
    if portal.is_none() {
        tracing::warn!("nobody is sent a survey link: http.public_url is not set");
    }
    let notification = Notification {
        delivery: host.delivery(),
        revisions: Revisions::default(),
        channels: Arc::new(channels),
        addresses,
        inserts,
        links: Links::new(survey, portal),
    };
    host.deliver(notification.clone())?;
    host.wake(notification.clone());
    let courier = notification.clone();
    host.spawn(Stage::Work, "courier", |stop| courier::run(courier, stop));
    let alarms = notification.clone();
    host.spawn(Stage::Work, "alarms", |stop| ringing::run(alarms, stop));
    serving(host.serve(api::routes(notification)).await?);
    Ok(host.finish().await?)
}

/// What every use case works with. Cheap to clone.
#[derive(Debug, Clone)]
struct Notification {
    delivery: Delivery,
    revisions: Revisions,
    channels: Arc<Channels>,
    addresses: Addresses,
    inserts: Inserts,
    links: Links,
}

impl Notification {
    fn pool(&self) -> &PgPool {
        self.delivery.pool()
    }

    fn clock(&self) -> &Clock {
        self.delivery.clock()
    }

    /// Tells others what happened to a case, at the first of these times, and was noted at the second.
    fn tell(
        &self,
        case: &mut Locked,
        fact: NotifyFact,
        (happened, recorded): (Timestamp, Timestamp),
        revision: Revision,
    ) -> Result<(), Fault> {
        let stamp = Stamp { happened, recorded, revision, traceparent: traceparent() };
        let producer = self.delivery.producer();
        case.append(producer, &fact.into(), &stamp, &mut self.ids()).map_err(Fault::own)?;
        Ok(())
    }

    fn ids(&self) -> RandomIds {
        RandomIds::new(self.clock().clone())
    }
}
