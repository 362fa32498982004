use std::{
    fs,
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

use authz::Subject;
use clock::Clock;
use delivery::Schema;
use events::words::Service;
use jiff::{SignedDuration, Timestamp};
use rpc::{
    Call, Target,
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
use testkit::{Database, OWNER, RUN_TIME};
use tokio::sync::oneshot;

use crate::{Door, Replica, id};

/// The password of both roles of tests.
const PASSWORD: &str = "test";

/// How long a caller waits: far longer than anything takes, for a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A migrated database of one service, and its files. Nothing runs yet, and nobody else is there.
pub struct Site {
    service: Service,
    schemas: &'static [Schema],
    database: Database,
    /// As the owner, who sees all rows of the service.
    pool: PgPool,
    folder: PathBuf,
    pub(crate) config: Config,
    signer: TokenSigner,
    clock: Clock,
    /// Those of the replicas that were started.
    followers: Mutex<Vec<Clock>>,
}

impl Site {
    /// The master key of tests.
    pub const MASTER: &str = "5be2b2b5d4f5e1cc4f8f3b3c0a7d9e1e0c1d2e3f405162738495a6b7c8d9eaf0";

    /// The site of a service, on a broker that nobody listens at.
    pub async fn new(service: Service, schemas: &'static [Schema]) -> Self {
        Self::of(Database::prepared(async |_, _| Ok(())).await, service, schemas).await
    }

    /// The same on another Postgres than the run's, by its superuser's URL.
    pub async fn on(postgres: &str, service: Service, schemas: &'static [Schema]) -> Self {
        let database = Database::prepared_on(postgres, async |_, _| Ok(())).await;
        Self::of(database, service, schemas).await
    }

    async fn of(database: Database, service: Service, schemas: &'static [Schema]) -> Self {
        let folder = std::env::temp_dir().join(database.name());
        fs::create_dir_all(&folder).unwrap();
        for (name, text) in [("password", PASSWORD), ("master", Self::MASTER)] {
            fs::write(folder.join(name), text).unwrap();
        }
        let config = config(service, &database, &folder);
        let password = SecretString::from(PASSWORD);
        store::migrate(&config.store, service, Some(&password), schemas).await.unwrap();
        let (key, clock) = (generate_key().unwrap(), Clock::system());
        let signer = TokenSigner::new(config.installation.clone(), clock.clone(), &key).unwrap();
        let (pool, followers) = (database.owner_pool(), Mutex::default());
        Self { service, schemas, database, pool, folder, config, signer, clock, followers }
    }

    /// Starts a replica by the service's own door.
    pub async fn start(&self, door: Door) -> Replica {
        self.start_with(door, |_| ()).await
    }

    /// The same, with another configuration.
    pub async fn start_with(&self, door: Door, change: impl FnOnce(&mut Config)) -> Replica {
        let (process, mut config) = (Process::default(), self.config.clone());
        change(&mut config);
        let host = Host::open(self.service, config, self.schemas, &process).await.unwrap();
        host.tokens.replace_keys([self.signer.key()]);
        let clock = host.clock.clone();
        self.followers.lock().unwrap().push(clock.clone());
        let (serving, address) = oneshot::channel();
        let running = tokio::spawn(door(host, Box::new(|address| serving.send(address).unwrap())));
        let Ok(address) = address.await else {
            panic!("{} does not start: {:?}", self.service, running.await)
        };
        let target: Target = format!("http://{address}").parse().unwrap();
        let channel = Connector::new(Service::Portal, None).connect(self.service, &target);
        let (service, channel) = (self.service, channel.unwrap());
        Replica { process, running, service, target, channel, clock }
    }

    /// What its replicas are told.
    pub fn config(&self) -> Config {
        self.config.clone()
    }

    /// A file of its own.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Its database.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Its rows, as their owner sees them.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The one number that a query gives.
    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.pool).await.unwrap()
    }

    /// Its time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the time to `at`, which is ahead, without a stop on the way, as an outage does.
    pub fn jump_to(&self, at: Timestamp) {
        self.clock.advance_to(at);
        let offset = self.clock.offset();
        manual_clock::write(&self.config.clock.file, offset).unwrap();
        // At once: they look at the file only now and then.
        self.followers.lock().unwrap().iter().for_each(|clock| clock.set_offset(offset));
    }

    /// Moves the time ahead by `duration`.
    pub fn jump(&self, duration: SignedDuration) {
        self.jump_to(self.now() + duration);
    }

    /// A call on behalf of `subject`, who waits so long.
    pub fn call_within(&self, patience: Duration, subject: &Subject) -> Call {
        let token = self.signer.sign(subject, self.clock.machine()).unwrap();
        Call::within(patience).on_behalf(&token).unwrap()
    }

    /// A message of `subject`, under a new idempotency key.
    pub fn asks<M>(&self, subject: &Subject, message: M) -> tonic::Request<M> {
        self.asks_under(&id().to_string(), subject, message)
    }

    /// A message of `subject` under a given idempotency key.
    pub fn asks_under<M>(&self, key: &str, subject: &Subject, message: M) -> tonic::Request<M> {
        self.call_within(PATIENCE, subject).idempotent(key.parse().unwrap()).request(message)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn config(service: Service, database: &Database, folder: &Path) -> Config {
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
    config.broker.url = "nats://127.0.0.1:1".into();
    config.rpc.listen = "127.0.0.1:0".parse().unwrap();
    config.clock = config::Clock { mode: ClockMode::Manual, file: folder.join("clock") };
    config.keys.master_file = Some(folder.join("master"));
    // Nobody is there, and nobody needs to be.
    let nowhere: Target = "http://127.0.0.1:1".parse().unwrap();
    let peers = &mut config.peers;
    for peer in [
        &mut peers.intake,
        &mut peers.dispatch,
        &mut peers.escalation_timer,
        &mut peers.callback_survey,
        &mut peers.notification,
        &mut peers.portal,
    ] {
        *peer = nowhere.clone();
    }
    config
}
