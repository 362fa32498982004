use std::{collections::BTreeMap, time::Duration};

use async_nats::jetstream::{
    consumer::{self, pull},
    stream,
};
use delivery::{Schema, stream_settings};
use events::{
    nats::durable,
    words::{Service, Stream},
};
use sqlx::{Executor as _, PgPool};
use testkit::{Database, Nats, Proxy, eventually};

use crate::process::{Start, Toy};

/// The servers of one test and the stores of its toys.
pub(crate) struct World {
    pub(crate) nats: Nats,
    stores: BTreeMap<Service, Store>,
}

/// The store of one toy.
struct Store {
    /// The owner's: for what a test looks at behind the service's back.
    pool: PgPool,
    database: Database,
}

impl World {
    /// A broker, and an empty store for each of these services. No toy runs yet.
    pub(crate) async fn of<const N: usize>(services: [Service; N]) -> Self {
        let nats = Nats::start("").await;
        let mut stores = BTreeMap::new();
        for service in services {
            let database = Database::prepared(async |owner, role| {
                Schema::DELIVERY.migrate(owner, role).await?;
                owner.execute(faults::TABLES).await?;
                Ok(testkit::grant(owner, "toy", role).await?)
            })
            .await;
            stores.insert(service, Store { pool: database.owner_pool(), database });
        }
        let world = Self { nats, stores };
        world.make_streams_of_absent_services().await;
        world
    }

    /// The same of intake and dispatch, with readers to whom what they did not acknowledge comes
    /// again after a second and not after 30: no test has time for that.
    pub(crate) async fn for_losses() -> Self {
        let world = Self::of([Service::Intake, Service::Dispatch]).await;
        world.make_impatient_reader(Stream::Intake, Service::Dispatch).await;
        world.make_impatient_reader(Stream::Dispatch, Service::Intake).await;
        world
    }

    /// Streams that toys read and nobody here writes: a reader of none is never at rest.
    async fn make_streams_of_absent_services(&self) {
        for stream in Stream::ALL {
            let played = self.services().any(|service| service == stream.producer());
            let read = self.services().any(|service| service.reads().contains(stream));
            if read && !played {
                self.make_stream(*stream, |_| ()).await;
            }
        }
    }

    /// The services that are played here.
    pub(crate) fn services(&self) -> impl Iterator<Item = Service> {
        self.stores.keys().copied()
    }

    /// The owner's access to a store.
    pub(crate) fn store(&self, service: Service) -> &PgPool {
        &self.stores[&service].pool
    }

    /// The one number that this query on a store returns.
    pub(crate) async fn count(&self, service: Service, query: &'static str) -> u64 {
        let count: i64 = sqlx::query_scalar(query).fetch_one(self.store(service)).await.unwrap();
        count.cast_unsigned()
    }

    /// How many facts of others took effect at a service.
    pub(crate) async fn effects(&self, service: Service) -> u64 {
        self.count(service, "select count(*) from toy.effect").await
    }

    /// How many events wait at a service for this reason.
    pub(crate) async fn waiting(&self, service: Service, reason: &str) -> u64 {
        let waiting: i64 =
            sqlx::query_scalar("select count(*) from delivery.inbox_waiting where reason = $1")
                .bind(reason)
                .fetch_one(self.store(service))
                .await
                .unwrap();
        waiting.cast_unsigned()
    }

    /// Waits until a service has published everything.
    pub(crate) async fn published(&self, service: Service) {
        eventually("all is published", async || {
            self.count(service, "select count(*) from delivery.outbox_pending").await == 0
        })
        .await;
    }

    /// A toy of this service, to be started.
    pub(crate) fn toy(&self, service: Service) -> Start {
        Start::new(service, self.stores[&service].database.url(), self.nats.url())
    }

    /// A toy of this service, started with nothing to trouble it.
    pub(crate) async fn start(&self, service: Service) -> Toy {
        self.toy(service).start().await
    }

    /// A link to the broker that can be spoiled.
    pub(crate) async fn link_to_nats(&self) -> Proxy {
        Proxy::to(self.nats.port()).await
    }

    /// A link to a store that can be spoiled.
    pub(crate) async fn link_to_store(&self, service: Service) -> Proxy {
        Proxy::to(self.store(service).connect_options().get_port()).await
    }

    /// Makes a stream before its producer does, changed by `flaw`.
    pub(crate) async fn make_stream(&self, stream: Stream, flaw: impl FnOnce(&mut stream::Config)) {
        let mut config = stream_settings(stream, &faults::installation().unwrap(), 1);
        flaw(&mut config);
        self.nats.jetstream().await.create_stream(config).await.unwrap();
    }

    async fn make_impatient_reader(&self, stream: Stream, reader: Service) {
        self.make_stream(stream, |_| ()).await;
        let config = pull::Config {
            durable_name: Some(durable(reader).to_owned()),
            ack_wait: Duration::from_secs(1),
            max_ack_pending: 8_192,
            ..pull::Config::default()
        };
        self.stream(stream).await.unwrap().create_consumer(config).await.unwrap();
    }

    /// A stream as it is now; `None` if there is none.
    pub(crate) async fn stream(&self, stream: Stream) -> Option<stream::Stream> {
        self.nats.jetstream().await.get_stream(stream.name()).await.ok()
    }

    /// The last sequence of a stream.
    pub(crate) async fn last(&self, stream: Stream) -> u64 {
        self.stream(stream).await.unwrap().cached_info().state.last_sequence
    }

    /// How far a reader is on a stream; `None` if there is none.
    pub(crate) async fn reader(&self, stream: Stream, reader: Service) -> Option<consumer::Info> {
        self.stream(stream).await?.consumer_info(durable(reader)).await.ok()
    }
}
