//! One service as the program runs it, with the rest of the installation played by the test: the
//! streams that it reads are filled by hand, its portal is a key, its people are tokens.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Mutex,
};

use async_nats::jetstream;
use authz::{Principal, Role, Subject};
use clock::{AccountId, Clock, Ids as _, RandomIds};
use definitions::{Change, Document, Set, diff};
use delivery::{Schema, stream_settings};
use events::{
    DEFINITION_KEY, DefinitionFact, Envelope, Fact, Source, What, decode,
    definition::DocumentChangedV1,
    encode,
    words::{Level, Revision, Service},
};
use jiff::{SignedDuration, Timestamp};
use rpc::{
    Call, Channel,
    client::Connector,
    token::{TokenSigner, generate_key},
};
use runtime::{
    Config, Host, Process, Sources,
    config::{self, ClockMode},
    manual_clock, store,
};
use secrecy::SecretString;
use sqlx::{PgPool, postgres::PgConnectOptions};
use testkit::{Database, Nats, OWNER, RUN_TIME, eventually};
use tokio::sync::oneshot;
use uuid::Uuid;

/// The password of both roles of tests.
const PASSWORD: &str = "test";

/// The master key of tests.
pub(crate) const MASTER: &str = "5be2b2b5d4f5e1cc4f8f3b3c0a7d9e1e0c1d2e3f405162738495a6b7c8d9eaf0";

/// Is told where the service serves.
pub(crate) type Serving = Box<dyn FnOnce(SocketAddr) + Send>;

pub(crate) struct World {
    service: Service,
    pool: PgPool,
    _database: Database,
    _nats: Nats,
    jetstream: jetstream::Context,
    folder: PathBuf,
    signer: TokenSigner,
    clock: Clock,
    channel: Channel,
    /// The last sequence that each producer said of each key.
    said: Mutex<BTreeMap<(Service, Uuid), u64>>,
}

impl World {
    /// Starts `service` by its own door, on the campus of `examples/campus`.
    pub(crate) async fn start<F>(
        service: Service,
        schemas: &[Schema],
        run: impl FnOnce(Host, Serving) -> F,
    ) -> Self
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let database = Database::prepared(async |_, _| Ok(())).await;
        let nats = Nats::start("").await;
        let folder = std::env::temp_dir().join(database.name());
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in [("password", PASSWORD), ("master", MASTER)] {
            fs::write(folder.join(name), text).unwrap();
        }
        let config = config(service, &database, &nats, &folder);
        let password = SecretString::from(PASSWORD);
        store::migrate(&config.store, service, Some(&password), schemas).await.unwrap();
        let jetstream = nats.jetstream().await;
        for stream in service.reads() {
            let settings = stream_settings(*stream, &config.installation, 1);
            jetstream.create_stream(settings).await.unwrap();
        }

        let host = Host::open(service, config, schemas, &Process::default()).await.unwrap();
        let (installation, clock) = (host.config.installation.clone(), host.clock.clone());
        let signer =
            TokenSigner::new(installation, clock.clone(), &generate_key().unwrap()).unwrap();
        host.tokens.replace_keys([signer.key()]);
        let (serving, address) = oneshot::channel();
        tokio::spawn(run(host, Box::new(|address| serving.send(address).unwrap())));
        let target = format!("http://{}", address.await.unwrap()).parse().unwrap();
        let channel = Connector::new(Service::Portal, None).connect(service, &target).unwrap();
        let world = Self {
            service,
            pool: database.owner_pool(),
            _database: database,
            _nats: nats,
            jetstream,
            folder,
            signer,
            clock,
            channel,
            said: Mutex::default(),
        };
        world.define(&campus()).await;
        world
    }

    /// Applies these definitions as revision 1 and waits until the service knows them.
    async fn define(&self, documents: &[Document]) {
        let changes = diff(&[], documents);
        let last = changes.len() - 1;
        for (number, Change { kind, id, document }) in changes.into_iter().enumerate() {
            let (revision, last) = (Revision(1), number == last);
            let changed = DocumentChangedV1 { revision, kind, id, document, last };
            let fact = DefinitionFact::from(changed).into();
            let envelope = Envelope {
                revision: Revision::NONE,
                ..self.envelope(Service::Intake, DEFINITION_KEY)
            };
            self.put(&envelope, &fact).await;
        }
        eventually("the definitions are known", async || {
            self.count("select count(*) from definitions.revision").await == 1
        })
        .await;
    }

    /// The service's own rows, as its owner sees them.
    pub(crate) fn pool(&self) -> &PgPool {
        &self.pool
    }

    pub(crate) async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.pool).await.unwrap()
    }

    /// Another service says a fact about `key`.
    pub(crate) async fn say(&self, key: Uuid, fact: impl Into<Fact>) -> (Envelope, Fact) {
        let fact = fact.into();
        let envelope = self.envelope(fact.stream().producer(), key);
        self.put(&envelope, &fact).await;
        (envelope, fact)
    }

    /// The next envelope of a producer about `key`.
    pub(crate) fn envelope(&self, producer: Service, key: Uuid) -> Envelope {
        let mut said = self.said.lock().unwrap();
        let sequence = said.entry((producer, key)).or_default();
        *sequence += 1;
        Envelope {
            id: id(),
            source: Source { installation: "campus".parse().unwrap(), service: producer },
            key,
            sequence: *sequence,
            epoch: 1,
            happened: Timestamp::UNIX_EPOCH,
            recorded: Timestamp::UNIX_EPOCH,
            after: BTreeMap::new(),
            revision: Revision(1),
            traceparent: None,
        }
    }

    /// Puts a message into its stream, however often and in whichever order.
    pub(crate) async fn put(&self, envelope: &Envelope, fact: &Fact) {
        let bytes = encode(envelope, fact).unwrap();
        self.jetstream.publish(fact.subject(), bytes.into()).await.unwrap().await.unwrap();
    }

    /// Waits until so many facts about `key` of another service have taken effect.
    pub(crate) async fn has_heard(&self, producer: Service, key: Uuid, sequence: i64) {
        let heard = "select sequence from delivery.inbox_head where key = $1 and source = $2";
        eventually("the facts have taken effect", async || {
            let head: Option<i64> = sqlx::query_scalar(heard)
                .bind(key)
                .bind(producer.word())
                .fetch_optional(&self.pool)
                .await
                .unwrap();
            head == Some(sequence)
        })
        .await;
    }

    /// What the service itself said of `key`, in order.
    pub(crate) async fn facts(&self, key: Uuid) -> Vec<Fact> {
        let payloads: Vec<Vec<u8>> = sqlx::query_scalar(
            "select payload from delivery.outbox where key = $1 order by sequence",
        )
        .bind(key)
        .fetch_all(&self.pool)
        .await
        .unwrap();
        let fact = |payload: Vec<u8>| match decode(&payload).unwrap().what {
            What::Known(fact) => fact,
            unknown @ (What::UnknownVersion { .. } | What::UnknownType { .. }) => {
                panic!("{unknown:?}")
            }
        };
        payloads.into_iter().map(fact).collect()
    }

    /// The names of what the service said of `key`, in order, without its own.
    pub(crate) async fn said(&self, key: Uuid) -> Vec<String> {
        let own = format!("{}.", self.service.word().split('-').next_back().unwrap());
        let facts = self.facts(key).await;
        facts.iter().map(|fact| fact.name().replacen(&own, "", 1)).collect()
    }

    /// Moves the service's time ahead by `duration`.
    pub(crate) fn jump(&self, duration: SignedDuration) {
        let offset = self.clock.offset() + duration;
        manual_clock::write(&self.folder.join("clock"), offset).unwrap();
        self.clock.set_offset(offset);
    }

    /// The channel for a generated client.
    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// A message of `subject`, under a new idempotency key.
    pub(crate) fn asks<M>(&self, subject: &Subject, message: M) -> tonic::Request<M> {
        self.asks_under(&id().to_string(), subject, message)
    }

    /// A message of `subject` under a given idempotency key.
    pub(crate) fn asks_under<M>(
        &self,
        key: &str,
        subject: &Subject,
        message: M,
    ) -> tonic::Request<M> {
        let token = self.signer.sign(subject, self.clock.machine()).unwrap();
        let call = Call::new().on_behalf(&token).unwrap().idempotent(key.parse().unwrap());
        call.request(message)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

pub(crate) fn id() -> Uuid {
    RandomIds::new(Clock::system()).uuid()
}

/// Somebody with one role, cleared for everything.
pub(crate) fn somebody(role: Role, department: Option<&str>) -> Subject {
    Subject {
        principal: Principal::Account(AccountId::from_uuid(id())),
        person: None,
        roles: [role].into(),
        department: department.map(|department| department.parse().unwrap()),
        posts: [].into(),
        highest: Level::Confidential,
    }
}

pub(crate) fn account(subject: &Subject) -> AccountId {
    subject.principal.account().unwrap()
}

fn config(service: Service, database: &Database, nats: &Nats, folder: &Path) -> Config {
    let mut config = Sources::new().flag("installation", "campus").load(service).unwrap();
    let place: PgConnectOptions = database.url().parse().unwrap();
    config.store = config::Store {
        host: place.get_host().to_owned(),
        port: place.get_port(),
        database: Some(database.name().to_owned()),
        user: Some(RUN_TIME.to_owned()),
        owner: Some(OWNER.to_owned()),
        password_file: Some(folder.join("password")),
        ..config.store
    };
    config.broker.url = nats.url();
    config.clock = config::Clock { mode: ClockMode::Manual, file: folder.join("clock") };
    config.rpc.listen = "127.0.0.1:0".parse().unwrap();
    config.keys.master_file = Some(folder.join("master"));
    // Nobody is there, and nobody needs to be.
    let nowhere: rpc::Target = "http://127.0.0.1:1".parse().unwrap();
    let peers = &mut config.peers;
    for peer in [
        &mut peers.intake,
        &mut peers.dispatch,
        &mut peers.escalation_timer,
        &mut peers.callback_survey,
        &mut peers.portal,
    ] {
        *peer = nowhere.clone();
    }
    config
}

fn campus() -> Vec<Document> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/campus");
    let mut files: Vec<(String, String)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| (path.display().to_string(), fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    let files = files.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    Set::parse(files).unwrap().documents().to_vec()
}
