use std::{collections::BTreeMap, ops::Deref, sync::Mutex};

use async_nats::jetstream;
use definitions::{Change, Document, diff};
use delivery::{Schema, stream_settings};
use events::{
    DEFINITION_KEY, DefinitionFact, Envelope, Fact, Source, What, decode,
    definition::DocumentChangedV1,
    encode,
    words::{Revision, Service, Stream},
};
use runtime::Config;
use testkit::{Nats, eventually};
use uuid::Uuid;

use crate::{Door, Replica, Site, id};

/// A site with a broker, where the streams that the service reads are filled by hand.
pub struct World {
    site: Site,
    door: Door,
    nats: Nats,
    jetstream: jetstream::Context,
    /// The last sequence that each producer said of each key.
    said: Mutex<BTreeMap<(Service, Uuid), u64>>,
}

impl Deref for World {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl World {
    /// Everything around a service, on the campus of `examples/campus`. Nothing of it runs yet.
    pub async fn new(service: Service, schemas: &'static [Schema], door: Door) -> Self {
        Self::on(&campus_kit::documents(), service, schemas, door).await
    }

    /// The same, on a campus of these documents.
    pub async fn on(
        campus: &[Document],
        service: Service,
        schemas: &'static [Schema],
        door: Door,
    ) -> Self {
        let mut site = Site::new(service, schemas).await;
        let nats = Nats::start("").await;
        site.config.broker.url = nats.url();
        let jetstream = nats.jetstream().await;
        for stream in service.reads() {
            let settings = stream_settings(*stream, &site.config.installation, 1);
            jetstream.create_stream(settings).await.unwrap();
        }
        let world = Self { site, door, nats, jetstream, said: Mutex::default() };
        if service.reads().contains(&Stream::Definition) {
            world.define(campus).await;
        }
        world
    }

    /// Starts a replica, and waits until it knows the definitions.
    pub async fn start(&self) -> Replica {
        self.start_with(|_| ()).await
    }

    /// The same, with another configuration.
    pub async fn start_with(&self, change: impl FnOnce(&mut Config)) -> Replica {
        // On the heap: it holds a whole configuration, and who waits for it holds it too.
        let replica = Box::pin(self.site.start_with(self.door, change)).await;
        eventually("the definitions are known", async || {
            self.count("select count(*) from definitions.revision").await == 1
        })
        .await;
        replica
    }

    /// Applies these definitions as revision 1.
    async fn define(&self, documents: &[Document]) {
        let changes = diff(&[], documents);
        let last = changes.len() - 1;
        for (number, Change { kind, id, document }) in changes.into_iter().enumerate() {
            let (revision, last) = (Revision(1), number == last);
            let changed = DocumentChangedV1 { revision, kind, id, document, last };
            let fact = DefinitionFact::from(changed).into();
            let envelope = self.envelope(Service::Intake, DEFINITION_KEY);
            self.put(&Envelope { revision: Revision::NONE, ..envelope }, &fact).await;
        }
    }

    /// The broker.
    pub fn nats(&self) -> &Nats {
        &self.nats
    }

    /// Another service says a fact about `key`.
    pub async fn say(&self, key: Uuid, fact: impl Into<Fact>) -> (Envelope, Fact) {
        let fact = fact.into();
        let envelope = self.envelope(fact.stream().producer(), key);
        self.put(&envelope, &fact).await;
        (envelope, fact)
    }

    /// The same, and waits until it has taken effect.
    pub async fn tell(&self, key: Uuid, fact: impl Into<Fact>) {
        let (envelope, _) = self.say(key, fact).await;
        self.has_heard(envelope.source.service, key, envelope.sequence).await;
    }

    /// The next envelope of a producer about `key`, who has heard all that the others said of it.
    pub fn envelope(&self, producer: Service, key: Uuid) -> Envelope {
        let mut said = self.said.lock().unwrap();
        *said.entry((producer, key)).or_default() += 1;
        let of_key = said.iter().filter(|((_, said_of), _)| *said_of == key);
        let mut heads: BTreeMap<_, _> =
            of_key.map(|((service, _), sequence)| (*service, *sequence)).collect();
        let sequence = heads.remove(&producer).unwrap();
        let now = self.now();
        Envelope {
            id: id(),
            source: Source { installation: self.config.installation.clone(), service: producer },
            key,
            sequence,
            epoch: 1,
            happened: now,
            recorded: now,
            after: heads,
            revision: Revision(1),
            traceparent: None,
        }
    }

    /// Puts a message into its stream, however often and in whichever order.
    pub async fn put(&self, envelope: &Envelope, fact: &Fact) {
        let bytes = encode(envelope, fact).unwrap();
        self.jetstream.publish(fact.subject(), bytes.into()).await.unwrap().await.unwrap();
    }

    /// Waits until so much of what a producer said of `key` has taken effect.
    pub async fn has_heard(&self, producer: Service, key: Uuid, sequence: u64) {
        let heard = "select sequence from delivery.inbox_head where key = $1 and source = $2";
        eventually("the facts have taken effect", async || {
            let head: Option<i64> = sqlx::query_scalar(heard)
                .bind(key)
                .bind(producer.word())
                .fetch_optional(self.pool())
                .await
                .unwrap();
            head.map(i64::cast_unsigned) == Some(sequence)
        })
        .await;
    }

    /// Waits until all that a producer said of `key` has taken effect.
    pub async fn has_heard_all(&self, producer: Service, key: Uuid) {
        let said = self.said.lock().unwrap().get(&(producer, key)).copied();
        self.has_heard(producer, key, said.unwrap()).await;
    }

    /// What the service itself committed about `key`, in order.
    pub async fn facts(&self, key: Uuid) -> Vec<Fact> {
        let rows = "select payload from delivery.outbox where key = $1 order by sequence";
        let payloads: Vec<Vec<u8>> =
            sqlx::query_scalar(rows).bind(key).fetch_all(self.pool()).await.unwrap();
        payloads.iter().map(|payload| known(payload).1).collect()
    }

    /// The names of what the service itself committed about `key`, in order, without its own.
    pub async fn said(&self, key: Uuid) -> Vec<String> {
        let name = |fact: &Fact| fact.name().split_once('.').map(|(_, name)| name.to_owned());
        self.facts(key).await.iter().filter_map(name).collect()
    }

    /// What the service itself published about `key`, in order.
    pub async fn published(&self, stream: Stream, key: Uuid) -> Vec<Fact> {
        let Ok(mut stream) = self.jetstream.get_stream(stream.name()).await else {
            return Vec::new();
        };
        let last = stream.info().await.unwrap().state.last_sequence;
        let mut facts = Vec::new();
        for sequence in 1..=last {
            let message = stream.get_raw_message(sequence).await.unwrap();
            let (envelope, fact) = known(&message.payload);
            facts.extend((envelope.key == key).then_some(fact));
        }
        facts
    }
}

fn known(payload: &[u8]) -> (Envelope, Fact) {
    let received = decode(payload).unwrap();
    match received.what {
        What::Known(fact) => (received.envelope, fact),
        unknown @ (What::UnknownVersion { .. } | What::UnknownType { .. }) => panic!("{unknown:?}"),
    }
}
