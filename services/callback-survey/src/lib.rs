//! Callback-survey: a repair is done when the person who reported it says so.
//!
//! Each completed repair is asked after, by somebody who had no part in it, at an hour when people
//! may be called, on more than one day if nobody answers. The answer, or that there is none, is the
//! judgement of the cycle; the first "not solved" takes the case up again. What to decide is
//! `callback-survey-core`'s; here it is asked for, kept and told.
//!
//! ```text
//!  gRPC ──> api ──> commands   one file each: one transaction, opened and committed there
//!                └─> questions one file each
//!  INTAKE, DEFINITION ──> facts
//!                           │
//!       commands, facts ────┴──> record ──> store (every SQL statement)
//!                                  └──────> outbox ──> SURVEY
//!
//!  keys    a key per callback, for
//!  words   what people said, sealed
//!  links   by which reporters answer where nobody asks
//! ```
//!
//! No case ever asks to be woken here: an attempt is somebody's deed, and one that is late is watched
//! by escalation-timer.

mod api;
mod commands;
mod facts;
mod keys;
mod links;
mod questions;
mod record;
mod store;
mod words;

use std::{net::SocketAddr, sync::Arc};

use clock::{Clock, RandomIds};
use delivery::{Delivery, Schema};
use revisions::Revisions;
use runtime::{Host, Newest};
use sealing::Masters;
use sqlx::{PgPool, migrate::Migrator};

static MIGRATOR: Migrator = sqlx::migrate!();

/// The schemas of its database, in the order in which they are migrated.
pub const SCHEMAS: [Schema; 2] = [
    revisions::SCHEMA,
    Schema { name: "callback_survey", migrator: &MIGRATOR, compatible_from: 1 },
];

/// Runs callback-survey until the shutdown: the same door for the program and for tests.
///
/// `serving` is told where its gRPC interface is.
pub async fn run(mut host: Host, serving: impl FnOnce(SocketAddr)) -> anyhow::Result<()> {
    let (delivery, revisions, masters) = (host.delivery(), Revisions::default(), host.masters()?);
    let survey = CallbackSurvey { delivery, revisions, masters };
    host.deliver(survey.clone())?;
    serving(host.serve(api::routes(survey)).await?);
    Ok(host.finish().await?)
}

/// What every use case works with. Cheap to clone.
#[derive(Debug, Clone)]
struct CallbackSurvey {
    delivery: Delivery,
    revisions: Revisions,
    masters: Newest<Masters>,
}

impl CallbackSurvey {
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
