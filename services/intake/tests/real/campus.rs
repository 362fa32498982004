//! The example campus with a running intake, and people who ask it.

use std::{collections::BTreeSet, fs, path::PathBuf, time::Duration};

use authz::{Principal, Role, Subject};
use clock::{AccountId, Clock, Ids, PersonId, RandomIds};
use events::words::{Level, Service};
use jiff::SignedDuration;
use proto::{
    intake::v1::{
        AcceptCaseRequest, AcceptCaseResponse, ApplyDefinitionsRequest, ApplyDefinitionsResponse,
        GetCaseRequest, GetCaseResponse, ListCasesRequest, SourceFile, WithdrawCaseRequest,
        intake_client::IntakeClient,
    },
    words::v1::Channel as Way,
};
use rpc::{
    Call, Channel, Error, Target,
    client::Connector,
    token::{TokenSigner, generate_key},
};
use runtime::{
    Config, Host, Process, Sources,
    config::{Clock as ClockConfig, ClockMode},
    manual_clock, store,
};
use secrecy::SecretString;
use sqlx::{PgPool, postgres::PgConnectOptions};
use testkit::{Database, OWNER, RUN_TIME};
use tokio::{sync::oneshot, task::JoinHandle};
use uuid::Uuid;

/// The password of both roles of tests.
const PASSWORD: &str = "test";

/// How long a caller waits: far longer than anything takes, for a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A migrated database of intake, and its files.
pub(crate) struct Campus {
    database: Database,
    folder: PathBuf,
    signing_key: Vec<u8>,
}

impl Campus {
    pub(crate) async fn new() -> Self {
        let database = Database::prepared(async |_, _| Ok(())).await;
        let folder = std::env::temp_dir().join(database.name());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("password"), PASSWORD).unwrap();
        fs::write(folder.join("master"), "5a".repeat(32)).unwrap();
        let campus = Self { database, folder, signing_key: generate_key().unwrap() };
        let (store, password) = (campus.config().store, SecretString::from(PASSWORD));
        let own = &intake::SCHEMAS;
        store::migrate(&store, Service::Intake, Some(&password), own).await.unwrap();
        campus
    }

    /// On a broker that nobody listens at.
    fn config(&self) -> Config {
        let installation = Sources::new().flag("installation", "campus");
        let mut config = installation.load(Service::Intake).unwrap();
        let place: PgConnectOptions = self.database.url().parse().unwrap();
        let store = &mut config.store;
        store.host = place.get_host().into();
        store.port = place.get_port();
        store.database = Some(self.database.name().to_owned());
        store.user = Some(RUN_TIME.to_owned());
        store.owner = Some(OWNER.to_owned());
        store.password_file = Some(self.folder.join("password"));
        config.broker.url = "nats://127.0.0.1:1".into();
        config.rpc.listen = "127.0.0.1:0".parse().unwrap();
        config.keys.master_file = Some(self.folder.join("master"));
        config.clock = ClockConfig { mode: ClockMode::Manual, file: self.folder.join("clock") };
        let peers = &mut config.peers;
        for peer in [
            &mut peers.portal,
            &mut peers.dispatch,
            &mut peers.escalation_timer,
            &mut peers.callback_survey,
        ] {
            *peer = "http://127.0.0.1:1".parse().unwrap();
        }
        config
    }

    /// Puts a new master key before the others; an intake that starts then seals with it.
    pub(crate) fn rotate_master_key(&self) {
        let file = self.folder.join("master");
        let before = fs::read_to_string(&file).unwrap();
        fs::write(file, format!("{}\n{before}", "6b".repeat(32))).unwrap();
    }

    /// Where its Postgres listens.
    pub(crate) fn store_port(&self) -> u16 {
        self.config().store.port
    }

    /// Starts intake without a broker.
    pub(crate) async fn start(&self) -> Running {
        self.start_with(|_| ()).await
    }

    /// Starts intake on this broker.
    pub(crate) async fn start_on(&self, broker: &str) -> Running {
        self.start_with(|config| broker.clone_into(&mut config.broker.url)).await
    }

    /// Starts intake with another configuration.
    pub(crate) async fn start_with(&self, change: impl FnOnce(&mut Config)) -> Running {
        let mut config = self.config();
        change(&mut config);
        let process = Process::default();
        let host = Host::open(Service::Intake, config, &intake::SCHEMAS, &process).await.unwrap();
        let (installation, clock) = (host.config.installation.clone(), host.clock.clone());
        let signer = TokenSigner::new(installation, clock.clone(), &self.signing_key).unwrap();
        host.tokens.replace_keys([signer.key()]);
        let (serving, address) = oneshot::channel();
        let finished = tokio::spawn(intake::run(host, |address| serving.send(address).unwrap()));
        let target: Target = format!("http://{}", address.await.unwrap()).parse().unwrap();
        let connector = Connector::new(Service::Portal, None);
        let channel = connector.connect(Service::Intake, &target).unwrap();
        Running { channel, signer, clock, process, finished }
    }

    /// Starts intake without a broker, with the example campus applied.
    pub(crate) async fn open(&self) -> Running {
        let intake = self.start().await;
        intake.apply(&example()).await.unwrap();
        intake
    }

    pub(crate) fn advance(&self, intake: &Running, by: SignedDuration) {
        let offset = intake.clock.offset() + by;
        manual_clock::write(&self.folder.join("clock"), offset).unwrap();
        intake.clock.set_offset(offset);
    }

    /// What the owner sees behind the service's back.
    pub(crate) fn pool(&self) -> PgPool {
        self.database.owner_pool()
    }

    pub(crate) async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.pool()).await.unwrap()
    }
}

impl Drop for Campus {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// An intake that serves.
pub(crate) struct Running {
    pub(crate) channel: Channel,
    signer: TokenSigner,
    pub(crate) clock: Clock,
    process: Process,
    finished: JoinHandle<anyhow::Result<()>>,
}

impl Running {
    pub(crate) fn client(&self) -> IntakeClient<Channel> {
        IntakeClient::new(self.channel.clone())
    }

    /// A question of `subject`.
    pub(crate) fn ask(&self, subject: &Subject) -> Call {
        let token = self.signer.sign(subject, self.clock.machine()).unwrap();
        Call::within(PATIENCE).on_behalf(&token).unwrap()
    }

    /// A command of `subject` under a key of its own.
    pub(crate) fn tell(&self, subject: &Subject) -> Call {
        self.ask(subject).idempotent(id().to_string().parse().unwrap())
    }

    pub(crate) async fn accept_by(
        &self,
        call: &Call,
        request: AcceptCaseRequest,
    ) -> Result<AcceptCaseResponse, Error> {
        Ok(self.client().accept_case(call.request(request)).await?.into_inner())
    }

    pub(crate) async fn accept(
        &self,
        subject: &Subject,
        request: AcceptCaseRequest,
    ) -> Result<AcceptCaseResponse, Error> {
        self.accept_by(&self.tell(subject), request).await
    }

    pub(crate) async fn get(&self, by: &Subject, case: &str) -> Result<GetCaseResponse, Error> {
        let request = GetCaseRequest { case: case.to_owned() };
        Ok(self.client().get_case(self.ask(by).request(request)).await?.into_inner())
    }

    /// The numbers of the cases that `subject` is shown.
    pub(crate) async fn list(&self, subject: &Subject) -> Result<Vec<String>, Error> {
        let request = self.ask(subject).request(ListCasesRequest::default());
        let cases = self.client().list_cases(request).await?.into_inner().cases;
        Ok(cases.into_iter().map(|case| case.number).collect())
    }

    pub(crate) async fn withdraw(&self, by: &Subject, case: &str) -> Result<(), Error> {
        let request = WithdrawCaseRequest { case: case.to_owned(), reason: "不用了".to_owned() };
        self.client().withdraw_case(self.tell(by).request(request)).await?;
        Ok(())
    }

    pub(crate) async fn apply(
        &self,
        files: &[SourceFile],
    ) -> Result<ApplyDefinitionsResponse, Error> {
        let request = ApplyDefinitionsRequest { files: files.to_vec(), dry_run: false };
        let call = self.tell(&somebody(Role::SystemAdministrator));
        Ok(self.client().apply_definitions(call.request(request)).await?.into_inner())
    }

    /// Tells it to stop, and waits for it.
    pub(crate) async fn stop(self) {
        self.process.shutdown.begin();
        self.finished.await.unwrap().unwrap();
    }
}

/// An id that nothing else has.
pub(crate) fn id() -> Uuid {
    RandomIds::new(Clock::system()).uuid()
}

/// Somebody with a role and an account of their own.
pub(crate) fn somebody(role: Role) -> Subject {
    Subject {
        principal: Principal::Account(AccountId::from_uuid(id())),
        person: None,
        roles: BTreeSet::from([role]),
        department: None,
        posts: BTreeSet::new(),
        highest: Level::Confidential,
    }
}

pub(crate) fn assistant() -> Subject {
    somebody(Role::DeskAssistant)
}

/// A requester whom intake knows as this person.
pub(crate) fn requester(person: PersonId) -> Subject {
    Subject { person: Some(person), ..somebody(Role::Requester) }
}

/// A leak in room 304, by the hotline; nothing else is known.
pub(crate) fn leak() -> AcceptCaseRequest {
    AcceptCaseRequest {
        channel: Way::Hotline.into(),
        item: "water-leak".to_owned(),
        place: "dorm-7-304".to_owned(),
        ..AcceptCaseRequest::default()
    }
}

/// The same by the web, as a requester reports it.
pub(crate) fn by_web() -> AcceptCaseRequest {
    AcceptCaseRequest { channel: Way::Web.into(), ..leak() }
}

/// The documents of the example campus.
pub(crate) fn example() -> Vec<SourceFile> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/campus");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| SourceFile {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            text: fs::read_to_string(&path).unwrap(),
        })
        .collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files
}

/// The fields that a refusal names, with its reason first.
pub(crate) fn refusal<T: std::fmt::Debug>(answer: Result<T, Error>) -> (String, Vec<String>) {
    let error = answer.unwrap_err();
    let fields = error.violations().iter().map(|violation| violation.field.clone());
    (error.reason().to_owned(), fields.collect())
}

/// The reason of a refusal.
pub(crate) fn reason<T: std::fmt::Debug>(answer: Result<T, Error>) -> String {
    refusal(answer).0
}
