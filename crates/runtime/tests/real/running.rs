use std::{collections::BTreeSet, net::SocketAddr, sync::Arc, time::Duration};

use authz::{Principal, Role, Subject};
use clock::AccountId;
use events::words::{Level, Service};
use proto::portal::v1::{
    FindAddressesRequest, FindAddressesResponse, FindNamesRequest, FindNamesResponse,
    GetKeysRequest, GetKeysResponse, Key,
    portal_client::PortalClient,
    portal_server::{Portal, PortalServer},
};
use rpc::{
    Call, Error,
    client::Connector,
    token::{PublicKey, TokenSigner, generate_key},
};
use runtime::{Host, Process, Stage, TaskFailed, manual_clock};
use sqlx::{AssertSqlSafe, PgPool};
use testkit::{Nats, Proxy, eventually};
use tokio::{net::TcpListener, task::JoinHandle};
use tonic::{Request, Response, Status, service::Routes};

use crate::campus::{Campus, open, write};

/// A portal that does nothing but publish keys.
struct Published(Vec<PublicKey>);

#[tonic::async_trait]
impl Portal for Published {
    async fn get_keys(
        &self,
        request: Request<GetKeysRequest>,
    ) -> Result<Response<GetKeysResponse>, Status> {
        rpc::subject(&request)?;
        let keys = self.0.iter();
        let keys =
            keys.map(|key| Key { id: key.id().to_owned(), public_key: key.bytes().to_vec() });
        Ok(Response::new(GetKeysResponse { keys: keys.collect() }))
    }

    async fn find_addresses(
        &self,
        _: Request<FindAddressesRequest>,
    ) -> Result<Response<FindAddressesResponse>, Status> {
        Err(Status::unimplemented("it publishes keys"))
    }

    async fn find_names(
        &self,
        _: Request<FindNamesRequest>,
    ) -> Result<Response<FindNamesResponse>, Status> {
        Err(Status::unimplemented("it publishes keys"))
    }
}

type Finished = JoinHandle<Result<(), TaskFailed>>;

/// A service that serves, as the one that `call` asks, what only a token opens.
async fn serving(mut host: Host, keys: Vec<PublicKey>) -> (SocketAddr, Finished) {
    let routes = Routes::new(PortalServer::new(Published(keys)));
    let address = host.serve(routes).await.unwrap();
    (address, tokio::spawn(host.finish()))
}

async fn call(address: SocketAddr, token: &str) -> Result<(), Error> {
    let target = format!("http://{address}").parse().unwrap();
    let channel = Connector::new(Service::Portal, None).connect(Service::Intake, &target).unwrap();
    let call = Call::new().on_behalf(token)?;
    PortalClient::new(channel).get_keys(call.request(GetKeysRequest {})).await?;
    Ok(())
}

fn assistant() -> Subject {
    Subject {
        principal: Principal::Account(AccountId::from_uuid(uuid::Uuid::nil())),
        person: None,
        roles: BTreeSet::from([Role::DeskAssistant]),
        department: None,
        posts: BTreeSet::new(),
        highest: Level::Internal,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_portal_s_keys_are_fetched_once_and_count_while_it_is_down() {
    let (campus, portal) = (Campus::migrated().await, Campus::migrated().await);
    let process = Process::default();
    let host = Host::open(Service::Portal, portal.config(), &[], &process).await.unwrap();
    let (installation, clock) = (host.config.installation.clone(), host.clock.clone());
    let signer = TokenSigner::new(installation, clock, &generate_key().unwrap()).unwrap();
    let token = signer.sign(&assistant(), host.clock.machine()).unwrap();
    let (address, portal_finished) = serving(host, vec![signer.key().clone()]).await;

    let mut config = campus.config();
    config.peers.portal = format!("http://{address}").parse().unwrap();
    let (intake, _) = serving(open(config).await.unwrap(), Vec::new()).await;
    call(intake, &token).await.unwrap();

    process.shutdown.begin();
    portal_finished.await.unwrap().unwrap();
    let (restarted, _) = serving(open(campus.config()).await.unwrap(), Vec::new()).await;
    call(restarted, &token).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_without_its_broker_is_ready_and_stops_when_it_is_told_to() {
    let campus = Campus::migrated().await;
    let process = Process::default();
    let host = Host::open(Service::Intake, campus.config(), &[], &process).await.unwrap();
    let (_, finished) = serving(host, Vec::new()).await;
    let ready = async || readyz(&process).await.then_some(());
    eventually("the service is ready", ready).await;

    process.shutdown.begin();
    finished.await.unwrap().unwrap();
    assert!(!readyz(&process).await);
}

async fn readyz(process: &Process) -> bool {
    use axum::{body::Body, http::Request};
    use tower::ServiceExt as _;
    let request = Request::get("/intake/readyz").body(Body::empty()).unwrap();
    process.admin.clone().router().oneshot(request).await.unwrap().status().is_success()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_that_ends_ends_the_service_by_its_name_and_the_process_with_it() {
    let campus = Campus::migrated().await;
    let process = Process::default();
    let mut host = Host::open(Service::Intake, campus.config(), &[], &process).await.unwrap();
    host.spawn(Stage::Work, "inbox", |_| async { Err::<(), _>("the stream is gone") });
    let failed = host.finish().await.unwrap_err();
    assert_eq!((failed.name, failed.cause.to_string().as_str()), ("inbox", "the stream is gone"));
    assert!(process.shutdown.has_begun());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_moved_clock_is_followed_and_shown_by_settled() {
    let campus = Campus::migrated().await;
    let process = Process::default();
    let host = Host::open(Service::Intake, campus.manual(), &[], &process).await.unwrap();
    let (clock, mut moved) = (host.clock.clone(), host.time_moved());
    host.settle(Arc::new(move || {
        let offset_s = clock.offset().as_secs();
        Box::pin(async move { Ok(serde_json::json!({ "offset_s": offset_s })) })
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    tokio::spawn(process.admin.clone().serve(listener, stop));

    manual_clock::write(&campus.file("clock"), jiff::SignedDuration::from_hours(6)).unwrap();
    tokio::time::timeout(Duration::from_secs(5), moved.changed()).await.unwrap().unwrap();
    assert_eq!(get(address, "/settled").await, r#"{"intake":{"offset_s":21600}}"#);
}

/// The body of an answer, by the plainest of clients.
async fn get(address: SocketAddr, path: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split("\r\n\r\n").nth(1).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_that_comes_later_is_found_and_asked_under_the_service_s_own_inbox() {
    let campus = Campus::migrated().await;
    let nats = Nats::start("").await;
    let proxy = Proxy::to(nats.port()).await;
    proxy.refuse();
    let mut config = campus.config();
    config.broker.url = format!("nats://127.0.0.1:{}", proxy.port());
    let host = open(config).await.unwrap();
    proxy.pass();
    let connected = async || {
        (host.nats.connection_state() == async_nats::connection::State::Connected).then_some(())
    };
    eventually("the broker is found", connected).await;
    assert!(host.nats.new_inbox().starts_with("_INBOX_intake."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_of_the_store_counts_without_a_restart() {
    let campus = Campus::new().await;
    let role = format!("run_{}", campus.database.name());
    let superuser = PgPool::connect(&std::env::var("YIZHAN_TEST_POSTGRES").unwrap()).await.unwrap();
    let tell = async |statement: String| {
        sqlx::query(AssertSqlSafe(statement)).execute(&superuser).await.unwrap();
    };
    tell(format!("create role {role} login password 'test'")).await;
    campus.migrate_for(&role).await.unwrap();
    let mut config = campus.config();
    config.store.user = Some(role.clone());
    let mut host = open(config).await.unwrap();

    tell(format!("alter role {role} password 'new'")).await;
    write(&campus.file("password"), "new\n");
    host.files.reread();
    tell(format!(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = '{role}'"
    ))
    .await;
    let answered = async || sqlx::query("select 1").execute(&host.pool).await.ok().map(drop);
    eventually("the store is used with the new password", answered).await;

    host.pool.close().await;
    let mut owner = campus.database.owner_pool().acquire().await.unwrap();
    sqlx::query(AssertSqlSafe(format!("drop owned by {role}"))).execute(&mut *owner).await.ok();
}
