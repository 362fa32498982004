//! An installation of one test, and its time.
//!
//! ```text
//!  open()          yizhan up                    all services in one process
//!  servers()       yizhan up --without all      the servers alone
//!  in_processes()    and yizhan serve <service>   a process for each service: to be killed
//! ```

mod broker;
pub(crate) mod home;
pub(crate) mod processes;
pub(crate) mod program;
pub(crate) mod session;

use std::{
    collections::BTreeMap,
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    sync::{Mutex, MutexGuard},
    thread,
    time::{Duration, Instant},
};

use calendar::{Calendar, Day};
use clock::Clock;
use definitions::{Rules, Set};
use events::words::{Revision, Service};
use jiff::{Timestamp, civil::Time};
use runtime::Sources;
use serde_json::Value;
use sqlx::{Connection as _, Executor as _, PgConnection, postgres::PgConnectOptions};

use crate::account::Account;
use broker::Broker;
use home::{Home, WORKSPACE};
use processes::Environment;
use program::Program;

/// A running installation with the manual clock; stopped by Ctrl-C at the end of the test.
pub(crate) struct Campus {
    services: Mutex<BTreeMap<Service, Program>>,
    broker: Mutex<Broker>,
    up: Program,
    tokens: Mutex<BTreeMap<String, String>>,
    /// Last: it is removed after all that writes into it.
    home: Home,
}

impl Campus {
    /// With all services in one process.
    pub(crate) fn open() -> Self {
        Self::started(&[], "Yizhan is ready")
    }

    /// With each service in a process of its own.
    pub(crate) fn in_processes() -> Self {
        Self::in_processes_with(|_, _| Vec::new())
    }

    /// With its servers and databases alone.
    pub(crate) fn servers() -> Self {
        Self::started(&["--without", "all"], "No service is started here")
    }

    /// All services in one process, and a new installation whose time begins then.
    pub(crate) fn beginning(at: &str) -> Self {
        Self::started_in(Home::empty(), &["--at", at], "Yizhan is ready")
    }

    fn started(arguments: &[&str], until: &str) -> Self {
        Self::started_in(Home::with_campus(), arguments, until)
    }

    fn started_in(home: Home, arguments: &[&str], until: &str) -> Self {
        let mut up = home.yizhan();
        up.args(["up", "--clock", "manual"]).args(arguments);
        let up = Program::start("`yizhan up`", up);
        up.wait_for(until);
        let broker = Mutex::new(Broker::of(&home));
        Self { services: Mutex::default(), broker, up, tokens: Mutex::default(), home }
    }

    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    /// Where the portal is.
    pub(crate) fn url(&self) -> String {
        self.endpoint(Service::Portal, "http")
    }

    /// An address of a service.
    pub(crate) fn endpoint(&self, service: Service, port: &str) -> String {
        let text = fs::read_to_string(self.home.path().join("endpoints.toml")).unwrap();
        let endpoints: toml::Value = toml::from_str(&text).unwrap();
        format!("http://{}", endpoints[service.word()][port].as_str().unwrap())
    }

    /// Somebody, logged in.
    pub(crate) fn account(&self, name: &str) -> Account<'_> {
        let mut tokens = self.tokens.lock().unwrap();
        let token = tokens.entry(name.to_owned()).or_insert_with(|| self.login(name));
        Account::new(self, token.clone())
    }

    fn login(&self, name: &str) -> String {
        let output = self.home.yizhan().args(["login", name]).output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let session = fs::read_to_string(self.home.path().join("session")).unwrap();
        let session: Value = serde_json::from_str(&session).unwrap();
        session["token"].as_str().unwrap().to_owned()
    }

    pub(crate) fn broker(&self) -> MutexGuard<'_, Broker> {
        self.broker.lock().unwrap()
    }

    /// Kills a service's process.
    pub(crate) fn kill(&self, service: Service) {
        self.services.lock().unwrap().remove(&service).unwrap().kill();
    }

    /// Starts a service that was killed, and waits until it is ready.
    pub(crate) fn serve(&self, service: Service) {
        self.services.lock().unwrap().insert(service, serve(&self.home, service));
        self.wait_until_ready(service);
    }

    pub(crate) fn wait_until_ready(&self, service: Service) {
        let begun = Instant::now();
        while !self.is_ready(service) {
            assert!(begun.elapsed() < Duration::from_secs(30), "{service} is not ready");
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn is_ready(&self, service: Service) -> bool {
        let admin = self.endpoint(service, "admin");
        let Ok(mut stream) = TcpStream::connect(admin.trim_start_matches("http://")) else {
            return false;
        };
        let asked = write!(stream, "GET /{service}/readyz HTTP/1.0\r\n\r\n");
        let mut answer = String::new();
        asked
            .and_then(|()| stream.read_to_string(&mut answer))
            .is_ok_and(|_| answer.split(' ').nth(1) == Some("200"))
    }

    /// Changes the file of master keys, and has it read again.
    pub(crate) fn change_master_keys(&self, change: impl Fn(&str) -> String) {
        let file = self.home.path().join("keys/master");
        let keys = fs::read_to_string(&file).unwrap();
        fs::write(&file, change(&keys)).unwrap();
        self.up.hang_up();
    }

    /// Waits until `up` has printed this.
    pub(crate) fn hears(&self, text: &str) {
        self.up.wait_for(text);
    }

    /// What `up` has printed.
    pub(crate) fn said(&self) -> String {
        self.up.output()
    }

    /// Runs a statement behind a service's back.
    pub(crate) fn tamper(&self, service: Service, statement: &'static str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (options, _) = self.store(service);
        let done = runtime.block_on(async {
            let mut connection = PgConnection::connect_with(&options).await.unwrap();
            sqlx::query(statement).execute(&mut connection).await.unwrap()
        });
        assert!(done.rows_affected() > 0, "{statement}");
    }

    /// Does to a service's store what only its owner can.
    pub(crate) fn forge(&self, service: Service, statement: &'static str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (_, options) = self.store(service);
        runtime.block_on(async {
            let mut owner = PgConnection::connect_with(&options).await.unwrap();
            owner.execute(statement).await.unwrap();
        });
    }

    /// What a query counts in a service's store.
    pub(crate) fn count(&self, service: Service, query: &'static str) -> i64 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (options, _) = self.store(service);
        runtime.block_on(async {
            let mut connection = PgConnection::connect_with(&options).await.unwrap();
            sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap()
        })
    }

    /// How the service connects to its store, and how its owner does.
    fn store(&self, service: Service) -> (PgConnectOptions, PgConnectOptions) {
        let config = Sources::new().file(self.home.path().join("config.toml"));
        let store = config.load(service).unwrap().store;
        let connect = |user: &str, password: Option<&PathBuf>| {
            let password = fs::read_to_string(password.unwrap()).unwrap();
            PgConnectOptions::new_without_pgpass()
                .host(&store.host)
                .port(store.port)
                .database(&store.database(service))
                .username(user)
                .password(password.trim_end())
        };
        let service_itself = connect(&store.user(service), store.password_file.as_ref());
        (service_itself, connect(&store.owner(service), store.owner_password_file.as_ref()))
    }
}

/// The time of the installation.
impl Campus {
    pub(crate) fn now(&self) -> Timestamp {
        let file = self.home.path().join("clock");
        Clock::system().now() + runtime::manual_clock::read(&file).unwrap()
    }

    /// Ahead by a duration, through each planned instant, until all services are at rest.
    pub(crate) fn advance(&self, by: &str) {
        self.clock("advance", by);
    }

    /// Ahead by a duration at once, as an outage would.
    pub(crate) fn jump(&self, by: &str) {
        self.clock("jump", by);
    }

    /// Until all services are at rest.
    pub(crate) fn settle(&self) {
        self.advance("1s");
    }

    /// To this time of the next working day of the campus.
    pub(crate) fn clock_to(&self, time: &str) {
        let rules = rules();
        let calendar = rules.calendar_for(&"logistics".parse().unwrap()).unwrap();
        let time: Time = time.parse().unwrap();
        let next = next_working_day(calendar, self.now(), time);
        self.advance_to(next);
    }

    /// To a time that is still to come.
    pub(crate) fn clock_on(&self, time: &str) {
        self.advance_to(time.parse().unwrap());
    }

    /// Never a part of a second short of it.
    fn advance_to(&self, time: Timestamp) {
        let seconds = time.duration_since(self.now()).as_secs() + 1;
        self.advance(&format!("{seconds}s"));
    }

    fn clock(&self, movement: &str, by: &str) {
        let output = self.home.yizhan().args(["clock", movement, by]).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "clock {movement} {by}: {error}");
    }
}

impl Drop for Campus {
    fn drop(&mut self) {
        if thread::panicking() {
            return;
        }
        for service in self.services.get_mut().unwrap().values_mut() {
            service.interrupt();
        }
        self.up.interrupt();
    }
}

fn serve(home: &Home, service: Service) -> Program {
    serve_with(home, service, Environment::new())
}

fn serve_with(home: &Home, service: Service, environment: Environment) -> Program {
    let mut serve = home.yizhan();
    serve.envs(environment);
    serve.args(["serve", service.word(), "--config"]).arg(home.path().join("config.toml"));
    Program::start(service.word(), serve)
}

/// The rules of the example campus.
fn rules() -> Rules {
    let folder = std::path::Path::new(WORKSPACE).join("examples/campus");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let documents = files.filter(|file| file.extension().is_some_and(|end| end == "yaml"));
    let texts: Vec<_> = documents.map(|file| fs::read_to_string(file).unwrap()).collect();
    let set = Set::parse(texts.iter().map(|text| ("", text.as_str()))).unwrap();
    set.into_rules(Revision(1))
}

fn next_working_day(calendar: &Calendar, now: Timestamp, time: Time) -> Timestamp {
    let works = |date| matches!(calendar.day(date), Day::Work { .. });
    let mut date = calendar.date(now).tomorrow().unwrap();
    while !works(date) {
        date = date.tomorrow().unwrap();
    }
    date.to_datetime(time).to_zoned(calendar.zone().clone()).unwrap().timestamp()
}
