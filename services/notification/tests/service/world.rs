//! One service as the program runs it, with the rest of the installation played by the test: the
//! streams that it reads are filled by hand, its portal is a key, its people are tokens. The time
//! is moved by hand, and the service is started, stopped, killed and doubled as often as wanted.

use std::{
    collections::BTreeMap,
    fs, net,
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
    words::{Level, Revision, Service, Stream},
};
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx as _;
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
use tokio::task::JoinHandle;
use uuid::Uuid;

/// The password of both roles of tests.
const PASSWORD: &str = "test";

/// A service's door.
pub(crate) type Door = fn(Host) -> futures::future::BoxFuture<'static, anyhow::Result<()>>;

pub(crate) struct World {
    service: Service,
    schemas: &'static [Schema],
    door: Door,
    database: Database,
    _nats: Nats,
    jetstream: jetstream::Context,
    folder: PathBuf,
    config: Config,
    signer: TokenSigner,
    clock: Clock,
    /// The last sequence that each producer said of each key.
    said: Mutex<BTreeMap<(Service, Uuid), u64>>,
}

/// A replica of the service that runs.
pub(crate) struct Replica {
    process: Process,
    running: JoinHandle<anyhow::Result<()>>,
    channel: Channel,
}

impl World {
    /// Everything around `service`, on the campus of `examples/campus`. Nothing of it runs yet.
    pub(crate) async fn new(service: Service, schemas: &'static [Schema], door: Door) -> Self {
        let database = Database::prepared(async |_, _| Ok(())).await;
        let nats = Nats::start("").await;
        let folder = std::env::temp_dir().join(database.name());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("password"), PASSWORD).unwrap();
        let config = config(service, &database, &nats, &folder);
        let password = SecretString::from(PASSWORD);
        store::migrate(&config.store, service, Some(&password), schemas).await.unwrap();
        let signer = signer(&config);
        publish_key(&database.pool(), &signer).await;
        let jetstream = nats.jetstream().await;
        for stream in service.reads() {
            let settings = stream_settings(*stream, &config.installation, 1);
            jetstream.create_stream(settings).await.unwrap();
        }
        let (said, clock) = (Mutex::default(), Clock::system());
        let world = Self {
            service,
            schemas,
            door,
            database,
            _nats: nats,
            jetstream,
            folder,
            config,
            signer,
            clock,
            said,
        };
        world.define(&campus()).await;
        world
    }

    /// Starts a replica by the service's own door, once the definitions are known to it.
    pub(crate) async fn start(&self) -> Replica {
        let process = Process::default();
        let mut config = self.config.clone();
        config.rpc.listen = free_address();
        let target = format!("http://{}", config.rpc.listen).parse().unwrap();
        let host = Host::open(self.service, config, self.schemas, &process).await.unwrap();
        let running = tokio::spawn((self.door)(host));
        let connector = Connector::new(Service::Portal, None);
        let channel = connector.connect(self.service, &target).unwrap();
        eventually("the definitions are known", async || {
            self.count("select count(*) from definitions.revision").await == 1
        })
        .await;
        Replica { process, running, channel }
    }

    /// Applies these definitions as revision 1.
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
    }

    /// The service's time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the time to `at`, without a stop on the way, as an outage does.
    pub(crate) fn jump_to(&self, at: Timestamp) {
        self.clock.advance_to(at);
        manual_clock::write(&self.config.clock.file, self.clock.offset()).unwrap();
    }

    /// Moves the time ahead by `duration`.
    pub(crate) fn jump(&self, duration: SignedDuration) {
        self.jump_to(self.now() + duration);
    }

    pub(crate) fn pool(&self) -> PgPool {
        self.database.pool()
    }

    /// As the owner, who may change structure.
    pub(crate) fn owner(&self) -> PgPool {
        self.database.owner_pool()
    }

    pub(crate) async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.pool()).await.unwrap()
    }

    /// Another service says a fact about `key`.
    pub(crate) async fn say(&self, key: Uuid, fact: impl Into<Fact>) {
        let fact = fact.into();
        let envelope = self.envelope(fact.stream().producer(), key);
        self.put(&envelope, &fact).await;
    }

    /// The same, and waits until it has taken effect.
    pub(crate) async fn tell(&self, key: Uuid, fact: impl Into<Fact>) {
        let fact = fact.into();
        let producer = fact.stream().producer();
        self.say(key, fact).await;
        self.has_heard(producer, key).await;
    }

    /// The next envelope of a producer about `key`, who has heard all that the others said of it.
    pub(crate) fn envelope(&self, producer: Service, key: Uuid) -> Envelope {
        let mut said = self.said.lock().unwrap();
        *said.entry((producer, key)).or_default() += 1;
        let of_key = said.iter().filter(|((_, said_of), _)| *said_of == key);
        let mut heads: BTreeMap<_, _> =
            of_key.map(|((service, _), sequence)| (*service, *sequence)).collect();
        let sequence = heads.remove(&producer).unwrap();
        Envelope {
            id: id(),
            source: Source { installation: self.config.installation.clone(), service: producer },
            key,
            sequence,
            epoch: 1,
            happened: self.now(),
            recorded: self.now(),
            after: heads,
            revision: Revision(1),
            traceparent: None,
        }
    }

    /// Puts a message into its stream, however often and in whichever order.
    pub(crate) async fn put(&self, envelope: &Envelope, fact: &Fact) {
        let bytes = encode(envelope, fact).unwrap();
        self.jetstream.publish(fact.subject(), bytes.into()).await.unwrap().await.unwrap();
    }

    /// Waits until all that a producer said of `key` has taken effect.
    pub(crate) async fn has_heard(&self, producer: Service, key: Uuid) {
        let said = self.said.lock().unwrap().get(&(producer, key)).copied().unwrap_or(0);
        let heard = "select sequence from delivery.inbox_head where key = $1 and source = $2";
        eventually("the facts have taken effect", async || {
            let head: Option<i64> = sqlx::query_scalar(heard)
                .bind(key)
                .bind(producer.word())
                .fetch_optional(&self.pool())
                .await
                .unwrap();
            head.map(i64::cast_unsigned) == Some(said)
        })
        .await;
    }

    /// What the service itself published of `key`, in order.
    pub(crate) async fn published(&self, stream: Stream, key: Uuid) -> Vec<Fact> {
        let Ok(mut stream) = self.jetstream.get_stream(stream.name()).await else {
            return Vec::new();
        };
        let last = stream.info().await.unwrap().state.last_sequence;
        let mut facts = Vec::new();
        for sequence in 1..=last {
            let message = stream.get_raw_message(sequence).await.unwrap();
            let received = decode(&message.payload).unwrap();
            let What::Known(fact) = received.what else { panic!("{received:?}") };
            facts.extend((received.envelope.key == key).then_some(fact));
        }
        facts
    }

    /// A message of `subject`.
    pub(crate) fn asks<M>(&self, subject: &Subject, message: M) -> tonic::Request<M> {
        let token = self.signer.sign(subject, Timestamp::UNIX_EPOCH).unwrap();
        Call::new().on_behalf(&token).unwrap().request(message)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

impl Replica {
    /// The channel for a generated client.
    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// Stops it as SIGTERM does.
    pub(crate) async fn stop(self) {
        self.process.shutdown.begin();
        self.running.await.unwrap().unwrap();
    }

    /// Ends it as SIGKILL does: each loop where it waits.
    pub(crate) async fn kill(self) {
        self.running.abort();
        assert!(self.running.await.unwrap_err().is_cancelled());
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

fn free_address() -> net::SocketAddr {
    net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
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

fn signer(config: &Config) -> TokenSigner {
    let key = generate_key().unwrap();
    TokenSigner::new(config.installation.clone(), Clock::system(), &key).unwrap()
}

/// As if the service had fetched it from the portal before.
async fn publish_key(pool: &PgPool, signer: &TokenSigner) {
    sqlx::query("insert into runtime.token_key (id, bytes, fetched_at) values ($1, $2, $3)")
        .bind(signer.key().id())
        .bind(signer.key().bytes())
        .bind(Timestamp::UNIX_EPOCH.to_sqlx())
        .execute(pool)
        .await
        .unwrap();
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
