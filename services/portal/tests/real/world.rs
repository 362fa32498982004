//! The portal as the program runs it, and a client that asks it.

use std::{fs, net::TcpListener, path::PathBuf, sync::Arc};

use authz::{Principal, Role, Subject};
use clock::{AccountId, Clock, Ids as _, PersonId, RandomIds};
use definitions::Document;
use delivery::stream_settings;
use events::words::{Level, Service};
use reqwest::{Method, RequestBuilder};
use rpc::token::{TokenSigner, TokenVerifier, generate_key};
use runtime::{Config, Host, Process, Sources, config, store};
use secrecy::SecretString;
use serde_json::{Value, json};
use sqlx::{PgPool, postgres::PgConnectOptions, types::Json};
use testkit::{Database, Nats, OWNER, RUN_TIME};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::others::{self, Others};

/// The password of both roles of the store.
const STORE: &str = "test";

/// The master key of tests.
const MASTER: &str = "5be2b2b5d4f5e1cc4f8f3b3c0a7d9e1e0c1d2e3f405162738495a6b7c8d9eaf0";

/// The password of who has one.
pub(crate) const PASSWORD: &str = "open the door";

/// Argon2id of it, made beforehand: in a debug build that takes a second.
const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$y8eHfkf76//o3J53RV6ClA\
                    $A+QQfOP5uuPlLbDi4PDs+StnwVlKcq1pziV6QL4SDM8";

pub(crate) struct World {
    pub(crate) database: Database,
    pub(crate) nats: Nats,
    /// The other services.
    pub(crate) others: Others,
    pub(crate) config: Config,
    http: reqwest::Client,
    base: String,
    folder: PathBuf,
}

impl World {
    /// Starts the portal with the administrator `root` and nobody else.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    /// The same, with callback-survey there.
    pub(crate) async fn with_survey() -> Self {
        Self::start_with(|config| config.peers.callback_survey = config.peers.intake.clone()).await
    }

    /// The same, told something else too.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        // Whoever installed it before did the same.
        drop(rustls::crypto::ring::default_provider().install_default());
        let database = Database::prepared(async |_, _| Ok(())).await;
        let nats = Nats::start("").await;
        let folder = std::env::temp_dir().join(database.name());
        fs::create_dir_all(&folder).unwrap();
        let key = generate_key().unwrap();
        for (name, content) in
            [("password", STORE.as_bytes()), ("master", MASTER.as_bytes()), ("token", &key)]
        {
            fs::write(folder.join(name), content).unwrap();
        }
        let mut config = config(&database, &nats, &folder);
        let password = SecretString::from(STORE);
        let schemas = &portal::SCHEMAS;
        store::migrate(&config.store, Service::Portal, Some(&password), schemas).await.unwrap();
        let jetstream = nats.jetstream().await;
        for stream in Service::Portal.reads() {
            let settings = stream_settings(*stream, &config.installation, 1);
            jetstream.create_stream(settings).await.unwrap();
        }
        let others = Others::serve(verifier(&config, &key)).await;
        others::peer_all(&mut config.peers, others.address, config.rpc.listen);
        change(&mut config);

        let host = Host::open(Service::Portal, config.clone(), schemas, &Process::default())
            .await
            .unwrap();
        let (serving, served) = oneshot::channel();
        let running = portal::run(host, |addresses| serving.send(addresses).unwrap());
        tokio::spawn(async {
            if let Err(error) = running.await {
                eprintln!("the portal stopped: {error:#}");
            }
        });
        let base = format!("http://{}", served.await.unwrap().http);
        let http = reqwest::Client::new();
        let world = Self { database, nats, others, config, http, base, folder };
        world
            .tamper(
                "insert into portal.account (id, login, roles, level, imported)
                 values (gen_random_uuid(), 'root', '{system-administrator}', 'internal', false)",
            )
            .await;
        world
    }

    /// The same, with the people of the example campus.
    pub(crate) async fn with_people() -> Self {
        Self::start().await.peopled().await
    }

    /// The same, with callback-survey there.
    pub(crate) async fn with_people_and_survey() -> Self {
        Self::with_survey().await.peopled().await
    }

    /// The same, with the people of the example campus.
    pub(crate) async fn peopled(self) -> Self {
        let root = self.session("root").await;
        let answer = root.post("/people", &json!({ "csv": campus_people() })).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        self
    }

    pub(crate) fn pool(&self) -> PgPool {
        self.database.owner_pool()
    }

    /// Runs a statement behind the portal's back.
    pub(crate) async fn tamper(&self, statement: &'static str) {
        let done = sqlx::query(statement).execute(&self.pool()).await.unwrap();
        assert!(done.rows_affected() > 0, "{statement}");
    }

    /// Keeps documents as the first revision, as if they had been heard.
    pub(crate) async fn defines(&self, documents: &[Document]) {
        for Document { kind, id, value } in documents {
            let insert = "insert into definitions.document (kind, id, revision, document)
                          values ($1, $2, 1, $3)";
            let insert = sqlx::query(insert).bind(kind.word()).bind(id.as_str()).bind(Json(value));
            insert.execute(&self.pool()).await.unwrap();
        }
        self.tamper("insert into definitions.revision (revision) values (1)").await;
    }

    pub(crate) async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.pool()).await.unwrap()
    }

    /// The address of a page.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Who has no token.
    pub(crate) fn stranger(&self) -> Person {
        self.bearer(None)
    }

    pub(crate) fn bearer(&self, token: Option<&str>) -> Person {
        let token = token.map(ToOwned::to_owned);
        Person { http: self.http.clone(), base: self.base.clone(), token }
    }

    /// Lets somebody log in by a password; most tests are content with a [`session`](Self::session).
    pub(crate) async fn give_password(&self, login: &str) {
        sqlx::query("update portal.account set password = $1 where login = $2")
            .bind(HASH)
            .bind(login)
            .execute(&self.pool())
            .await
            .unwrap();
    }

    /// Logs in by the password that was given.
    pub(crate) async fn login(&self, account: &str) -> Person {
        let body = json!({ "account": account, "password": PASSWORD });
        let answer = self.stranger().post("/login", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        self.bearer(answer.body["token"].as_str())
    }

    /// The id of an imported account.
    pub(crate) async fn account(&self, login: &str) -> AccountId {
        let id: Uuid = sqlx::query_scalar("select id from portal.account where login = $1")
            .bind(login)
            .fetch_one(&self.pool())
            .await
            .unwrap();
        AccountId::from_uuid(id)
    }

    /// Who has an imported account, as cases know them.
    pub(crate) async fn person(&self, login: &str) -> PersonId {
        let id: Uuid = sqlx::query_scalar("select person from portal.account where login = $1")
            .bind(login)
            .fetch_one(&self.pool())
            .await
            .unwrap();
        PersonId::from_uuid(id)
    }

    /// A session of somebody, without the work of a login.
    pub(crate) async fn session(&self, login: &str) -> Person {
        let token = format!("yzs_{}{}", id().simple(), id().simple());
        sqlx::query(
            "insert into portal.session (token_hash, account, authenticated_at, expires_at)
             select sha256(convert_to($1, 'UTF8')), id, '2026-01-01Z', '2126-01-01Z'
             from portal.account where login = $2",
        )
        .bind(&token)
        .bind(login)
        .execute(&self.pool())
        .await
        .unwrap();
        self.bearer(Some(&token))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// Somebody who asks the portal.
#[derive(Clone)]
pub(crate) struct Person {
    http: reqwest::Client,
    base: String,
    pub(crate) token: Option<String>,
}

/// What the portal answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) media_type: String,
    /// Null where there is none.
    pub(crate) body: Value,
}

impl Answered {
    /// Status and reason of a refusal, which must be a problem.
    #[track_caller]
    pub(crate) fn refused(&self) -> (u16, &str) {
        assert_eq!(self.media_type, "application/problem+json", "{self:?}");
        assert_eq!(self.body["status"], self.status, "{self:?}");
        (self.status, self.body["reason"].as_str().unwrap())
    }

    /// The fields that are violated, with what is said of each.
    #[track_caller]
    pub(crate) fn violations(&self) -> Vec<(&str, &str)> {
        let text = |value: &'static str, one: &'_ Value| one[value].as_str().map(str::len);
        let all = self.body["violations"].as_array().unwrap();
        assert!(all.iter().all(|one| text("field", one).is_some()), "{self:?}");
        all.iter()
            .map(|one| (one["field"].as_str().unwrap(), one["description"].as_str().unwrap()))
            .collect()
    }
}

impl Person {
    pub(crate) async fn get(&self, path: &str) -> Answered {
        send(self.request(Method::GET, path)).await
    }

    /// A command under a key of its own.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answered {
        self.post_under(&id().to_string(), path, body).await
    }

    pub(crate) async fn post_under(&self, key: &str, path: &str, body: &Value) -> Answered {
        send(self.request(Method::POST, path).header("Idempotency-Key", key).json(body)).await
    }

    pub(crate) async fn put_under(&self, key: &str, path: &str, body: &Value) -> Answered {
        send(self.request(Method::PUT, path).header("Idempotency-Key", key).json(body)).await
    }

    pub(crate) async fn delete_under(&self, key: &str, path: &str) -> Answered {
        send(self.request(Method::DELETE, path).header("Idempotency-Key", key)).await
    }

    /// A request that is not finished: under `/api/v1`, with the token.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}/api/v1{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// A request outside of `/api/v1`.
    pub(crate) async fn get_root(&self, path: &str) -> Answered {
        send(self.http.get(format!("{}{path}", self.base))).await
    }
}

pub(crate) async fn send(request: RequestBuilder) -> Answered {
    let response = request.send().await.unwrap();
    let media_type = response.headers().get("content-type").map(|value| value.to_str().unwrap());
    let media_type = media_type.unwrap_or_default().to_owned();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
    Answered { status, media_type, body }
}

pub(crate) fn id() -> Uuid {
    RandomIds::new(Clock::system()).uuid()
}

/// Somebody by their token alone.
pub(crate) fn subject(role: Role) -> Subject {
    Subject {
        principal: Principal::Account(AccountId::from_uuid(id())),
        person: None,
        roles: [role].into(),
        department: None,
        posts: [].into(),
        highest: Level::Confidential,
    }
}

pub(crate) fn campus_people() -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/campus/people.csv");
    fs::read_to_string(file).unwrap()
}

/// What the other services verify the portal's tokens with.
fn verifier(config: &Config, key: &[u8]) -> Arc<TokenVerifier> {
    let (installation, clock) = (config.installation.clone(), Clock::system());
    let signer = TokenSigner::new(installation.clone(), clock.clone(), key).unwrap();
    let verifier = TokenVerifier::new(installation, clock);
    verifier.replace_keys([signer.key()]);
    Arc::new(verifier)
}

fn config(database: &Database, nats: &Nats, folder: &std::path::Path) -> Config {
    let mut config = Sources::new().flag("installation", "campus").load(Service::Portal).unwrap();
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
    // Known before it starts: the portal asks itself for its own dead letters.
    config.rpc.listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    config.http.listen = "127.0.0.1:0".parse().unwrap();
    config.keys.master_file = Some(folder.join("master"));
    config.keys.token_file = Some(folder.join("token"));
    config
}
