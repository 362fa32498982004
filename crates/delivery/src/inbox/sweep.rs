//! What waits is judged again when something changed, and asked for when it is missing too long.

use std::{collections::BTreeSet, time::Duration};

use delivery_core::{Missing, Verdict, judge, missing};
use events::words::Service;
use futures::{StreamExt as _, stream};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Facts, Shared, Sources,
    arrival::Arrival,
    group::known,
    store::{self, Stored},
};
use crate::{Fault, aggregate, fault::Causes};

/// Between two sweeps.
const SWEEP: Duration = Duration::from_secs(1);
/// Questions to sources on their way at once.
const ASKED_AT_ONCE: usize = 16;

impl<F: Facts, S: Sources> Shared<F, S> {
    /// Sweeps each second, and at once when a revision of the definitions became known.
    pub(super) async fn sweep(&self, stop: &CancellationToken) {
        // At the start all: this release may read what the last one could not.
        let mut all = true;
        loop {
            let Some(swept) = stop.run_until_cancelled(self.sweep_once(all)).await else {
                return;
            };
            match swept {
                Ok(()) => all = false,
                Err(fault) => {
                    tracing::warn!(fault = %Causes(&fault), "waiting events are looked at again");
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.revision.notified() => {}
                () = tokio::time::sleep(SWEEP) => {}
            }
        }
    }

    async fn sweep_once(&self, all: bool) -> Result<(), Fault> {
        let mut beyond = Uuid::nil();
        loop {
            let machine = self.delivery.clock.machine();
            let keys = store::due(&self.delivery.pool, all, beyond, machine).await?;
            let Some(last) = keys.last() else {
                return Ok(());
            };
            beyond = *last;
            self.drain(keys.iter().copied().collect()).await?;
            let waiting = store::put_off(&self.delivery.pool, &keys, machine).await?;
            if !waiting.is_empty() {
                self.ask(waiting).await?;
            }
        }
    }

    /// Asks the sources for what these events wait for, each once.
    async fn ask(&self, waiting: Vec<Stored>) -> Result<(), Fault> {
        let ours = &self.delivery.producer.source.installation;
        let open = |kept: Stored| Arrival::open(kept.stream, kept.payload.into(), ours).ok();
        let arrivals: Vec<_> = waiting.into_iter().filter_map(open).collect();
        let missing = self.missing(&arrivals).await?;
        let silent = Mutex::new(BTreeSet::new());
        stream::iter(missing)
            .for_each_concurrent(ASKED_AT_ONCE, |one| self.ask_one(one, &silent))
            .await;
        Ok(())
    }

    /// Asks one source, unless it did not answer before in this round.
    async fn ask_one(&self, missing: Missing, silent: &Mutex<BTreeSet<Service>>) {
        let Missing { service, key, from } = missing;
        if silent.lock().await.contains(&service) {
            return;
        }
        tracing::warn!(%service, %key, from, "an event is missing and is asked for");
        if let Err(error) = self.sources.redeliver(missing).await {
            tracing::warn!(%service, %key, error = %Causes(&*error), "the source does not answer");
            silent.lock().await.insert(service);
        }
    }

    async fn missing(&self, arrivals: &[Arrival]) -> Result<Vec<Missing>, Fault> {
        let keys: Vec<_> = arrivals.iter().map(|arrival| arrival.envelope.key).collect();
        let mut tx = self.delivery.pool.begin().await?;
        let locked = aggregate::lock(&mut tx, &keys).await?;
        let held = store::held(&mut tx, &keys).await?;
        let revision = store::revision(&mut tx).await?;
        tx.rollback().await?;
        let mut asks = Vec::new();
        for arrival in arrivals {
            let Some(aggregate) = locked.iter().find(|a| a.key() == arrival.envelope.key) else {
                continue;
            };
            let known = known(self, aggregate, &held, revision);
            let header = arrival.header();
            let ask = match judge(&header, &known) {
                Verdict::Keep(wait) => missing(&header, &known, wait),
                Verdict::Apply | Verdict::Pass | Verdict::Duplicate => None,
            };
            asks.extend(ask.filter(|ask| !asks.contains(ask)));
        }
        Ok(asks)
    }
}
