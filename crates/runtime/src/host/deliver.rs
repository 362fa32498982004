//! What most services run beside their own work.

use std::sync::Arc;

use delivery::{Delivery, Facts, Wakes};
use delivery_rpc::Peers;
use rpc::client::ConnectError;

use super::Host;
use crate::{Stage, admin::Settle};

impl Host {
    /// Publishes what this service commits and applies what it reads: relays, inbox and upkeep.
    /// `/settled` says whether all that has come to rest.
    pub fn deliver(&mut self, facts: impl Facts) -> Result<(), ConnectError> {
        let delivery = self.delivery();
        for relay in delivery.relays() {
            self.spawn(Stage::Relay, "relay", |stop| relay.run(stop));
        }
        let peers = Peers::of(self.service, |producer| self.connect(producer))?;
        let inbox = delivery.inbox(facts, peers);
        self.spawn(Stage::Work, "inbox", |stop| inbox.run(stop));
        let upkeep = delivery.upkeep();
        self.spawn(Stage::Last, "upkeep", |stop| upkeep.run(stop));
        self.settle(settling(delivery));
        Ok(())
    }

    /// Wakes aggregates when their time has come: at once, when it is moved by hand.
    pub fn wake(&mut self, wakes: impl Wakes) {
        let delivery = self.delivery();
        let waker = delivery.waker(wakes);
        self.spawn(Stage::Work, "waker", |stop| waker.run(stop));
        let mut moved = self.time_moved();
        self.spawn(Stage::Last, "time moved", |stop| async move {
            while let Some(Ok(())) = stop.run_until_cancelled(moved.changed()).await {
                delivery.bell().ring();
            }
            stop.cancelled().await;
        });
    }
}

fn settling(delivery: Delivery) -> Settle {
    Arc::new(move || {
        let delivery = delivery.clone();
        Box::pin(async move { Ok(serde_json::to_value(delivery::settled(&delivery).await?)?) })
    })
}
