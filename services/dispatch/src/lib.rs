//! Dispatch: which department works on a case, who does it, and when it is done.
//!
//! Intake promises, dispatch keeps the promise: each accepted case is offered at once to the post
//! that its item and place lead to, one person claims it or is told to do it, and the completion of
//! the last work order sets in motion all that follows. Until then it may wait, be made safe, be given
//! to another post, refused, and adjudicated. Two handlers may reach for the same work order while its
//! requester withdraws it; so every writer of a case takes the case's lock first, and what happens
//! is one of the possible orders. What to decide is `dispatch-core`'s; here it is asked for, kept
//! and told.
//!
//! ```text
//!  gRPC ──> api ──> commands   one file each: one transaction, opened and committed there
//!                └─> questions
//!  INTAKE, ESCALATION, DEFINITION ──> facts
//!  next_at ──> wakes                    │
//!                │                      │
//!            commands, facts, wakes ────┴──> record ──> store (every SQL statement)
//!                                               └─────> outbox ──> DISPATCH
//!
//!  board   what lists show of a case and no decision needs
//!  desk    what a signature under its handover is for
//!  rosters what others are told of who is at work
//! ```
//!
//! A case asks to be woken for one thing only: who claimed a work order and neither came nor said
//! why until the limit to arrive has it no longer. All other lateness is watched by
//! escalation-timer.
//!
//! Desk, department and requester ask each other inside a case. What they say is sealed, and told to
//! nobody but whoever lists the question: to those whose case it is, and of a requester what they are
//! asked themselves. So is what comes next after a work order: its requester reads it in the case and in
//! what they are told, by services that ask at that moment.
//!
//! Who leaves the desk signs for what is left, and who takes over signs for it. The desk is one more
//! aggregate, of which nobody else hears but that it was left and nobody came.
//!
//! Who holds which post is imported from the portal, and who is at work there is decided here: leave,
//! swaps, cover and the classes of assistants are one more aggregate, the roster, and others are told who is
//! at a post and when.

mod api;
mod board;
mod commands;
mod desk;
mod facts;
mod questions;
mod record;
mod rosters;
mod store;
mod wakes;

use std::{net::SocketAddr, sync::Arc};

use clock::{Clock, RandomIds};
use delivery::{Delivery, Schema};
use revisions::Revisions;
use runtime::{Host, Newest};
use sealing::Masters;
use sqlx::{PgPool, migrate::Migrator};

static MIGRATOR: Migrator = sqlx::migrate!();

/// The schemas of its database, in the order in which they are migrated.
pub const SCHEMAS: [Schema; 2] =
    [revisions::SCHEMA, Schema { name: "dispatch", migrator: &MIGRATOR, compatible_from: 1 }];

/// Runs dispatch until the shutdown: the same door for the program and for tests.
///
/// `serving` is told where its gRPC interface is.
pub async fn run(mut host: Host, serving: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    let (delivery, revisions, masters) = (host.delivery(), Revisions::default(), host.masters()?);
    let dispatch = Dispatch { delivery, revisions, masters };
    host.deliver(dispatch.clone())?;
    host.wake(dispatch.clone());
    serving(host.serve(api::routes(dispatch)).await?);
    Ok(host.finish().await?)
}

/// What every use case works with. Cheap to clone.
#[derive(Debug, Clone)]
struct Dispatch {
    delivery: Delivery,
    revisions: Revisions,
    masters: Newest<Masters>,
}

impl Dispatch {
    fn pool(&self) -> &PgPool {
        self.delivery.pool()
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
