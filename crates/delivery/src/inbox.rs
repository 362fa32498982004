//! Facts of other services, each applied once and in order per key.
//!
//! ```text
//!  pull      one durable consumer per stream: groups of up to 256 messages
//!  arrival   a message as it came, opened
//!  group     one transaction: lock, judge, apply, move heads, keep what is too early
//!  blame     what failed for its own fault: tried again, in the end kept as dead
//!  store     the SQL of it
//!  sweep     what waits: judged again when something changed, asked for after 30 s
//! ```
//!
//! Live messages and kept ones go through the same function.

mod arrival;
mod blame;
mod group;
mod pull;
pub(crate) mod store;
mod sweep;

use std::{future::Future, sync::Arc};

use delivery_core::Missing;
use events::{Envelope, Fact};
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{Delivery, Fault, Locked, Tx, fault::BoxError};

/// A fact of another service.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    /// Who said it, when, and what it is ordered by.
    pub envelope: &'a Envelope,
    /// What it says.
    pub fact: &'a Fact,
}

/// What a service does with the facts of others.
pub trait Facts: Send + Sync + 'static {
    /// Applies one fact, inside the transaction that moves its head.
    ///
    /// `aggregate` is locked; events appended to it and its next wake-up are saved by the caller,
    /// with those of up to 255 other facts. Called again after a fault or a crash, but never once it
    /// is committed. A panic is the fact's own fault.
    fn apply(
        &self,
        tx: &mut Tx<'_>,
        aggregate: &mut Locked,
        received: Received<'_>,
        now: Timestamp,
    ) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// How a service asks another one to publish events again: its `Redeliver` call.
pub trait Sources: Send + Sync + 'static {
    /// Asks `missing.service` for the events of `missing.key` from `missing.from` on. An error is
    /// logged, and it is asked again 30 s later.
    fn redeliver(&self, missing: Missing) -> impl Future<Output = Result<(), BoxError>> + Send;
}

/// The inbox of a service: every stream that it reads.
#[derive(Debug)]
pub struct Inbox<F, S> {
    shared: Arc<Shared<F, S>>,
}

/// What the loops of one inbox share.
#[derive(Debug)]
struct Shared<F, S> {
    delivery: Delivery,
    facts: F,
    sources: S,
    /// Rung when a new revision of the definitions is known.
    revision: Notify,
}

impl<F: Facts, S: Sources> Inbox<F, S> {
    pub(crate) fn new(delivery: Delivery, facts: F, sources: S) -> Self {
        Self { shared: Arc::new(Shared { delivery, facts, sources, revision: Notify::new() }) }
    }

    /// Applies what arrives until `stop`; then gives back what is not begun.
    pub async fn run(self, stop: CancellationToken) {
        let reads = self.shared.delivery.producer.source.service.reads();
        let pulls = reads.iter().map(|stream| self.shared.pull(*stream, &stop));
        tokio::join!(futures::future::join_all(pulls), self.shared.sweep(&stop));
    }
}
