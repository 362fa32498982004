use events::nats::durable;
use events::words::{Service, Stream};
use futures::StreamExt as _;
use serde::Deserialize;
use tokio::sync::watch;

use crate::world::World;

/// What dispatch gave back of intake's messages, as the broker tells it.
pub(crate) struct Naks(watch::Receiver<Vec<Nak>>);

/// The broker's advisory (`io.nats.jetstream.advisory.v1.nak`): as far as it matters here.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Nak {
    /// How often the message had been delivered.
    deliveries: u64,
}

impl Naks {
    /// Counts from now on.
    pub(crate) async fn listen(world: &World) -> Self {
        let (stream, reader) = (Stream::Intake.name(), durable(Service::Dispatch));
        let subject = format!("$JS.EVENT.ADVISORY.CONSUMER.MSG_NAKED.{stream}.{reader}");
        let client = world.nats.client().await;
        let mut advisories = client.subscribe(subject).await.unwrap();
        client.flush().await.unwrap();
        let (told, naks) = watch::channel(Vec::new());
        tokio::spawn(async move {
            while let Some(advisory) = advisories.next().await {
                let nak = serde_json::from_slice(&advisory.payload).unwrap();
                told.send_modify(|naks: &mut Vec<Nak>| naks.push(nak));
            }
            drop(client);
        });
        Self(naks)
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.borrow().len() as u64
    }

    /// The most deliveries of any message that was given back.
    pub(crate) fn most_deliveries(&self) -> u64 {
        self.0.borrow().iter().map(|nak| nak.deliveries).max().unwrap_or(0)
    }
}
