use std::collections::BTreeMap;

use delivery::Sources;
use delivery_core::Missing;
use events::words::Service;
use proto::delivery::v1::{RedeliverRequest, delivery_client::DeliveryClient};
use rpc::{Call, Channel};

/// The services whose streams this one reads: whom its inbox asks to publish events again.
#[derive(Debug, Clone)]
pub struct Peers(BTreeMap<Service, Channel>);

impl Peers {
    /// The producers of all that `reader` reads, each by a channel that `connect` makes.
    pub fn of<E>(
        reader: Service,
        connect: impl Fn(Service) -> Result<Channel, E>,
    ) -> Result<Self, E> {
        let producers = reader.reads().iter().map(|stream| stream.producer());
        producers
            .map(|producer| Ok((producer, connect(producer)?)))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Sources for Peers {
    async fn redeliver(
        &self,
        missing: Missing,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let Missing { service, key, from } = missing;
        let channel = self.0.get(&service).ok_or_else(|| format!("{service} is not read here"))?;
        let request = RedeliverRequest { key: key.to_string(), from };
        DeliveryClient::new(channel.clone())
            .redeliver(Call::new().request(request))
            .await
            .map_err(rpc::Error::from)?;
        Ok(())
    }
}
