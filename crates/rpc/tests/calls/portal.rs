//! A small service to call: the portal's, whose one handler does what a test tells it.

use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex},
};

use authz::Subject;
use clock::Clock;
use events::words::{Installation, Service};
use proto::portal::v1::{
    FindAddressesRequest, FindAddressesResponse, FindNamesRequest, FindNamesResponse,
    GetKeysRequest, GetKeysResponse,
    portal_client::PortalClient,
    portal_server::{Portal, PortalServer},
};
use rpc::{
    Channel, Server, Target,
    client::Connector,
    tls::Credentials,
    token::{TokenSigner, TokenVerifier, generate_key},
};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, service::Routes};

type Answer = Result<GetKeysResponse, rpc::Error>;
type Handler = Arc<
    dyn Fn(Request<GetKeysRequest>) -> Pin<Box<dyn Future<Output = Answer> + Send>> + Send + Sync,
>;

struct Told(Handler);

#[tonic::async_trait]
impl Portal for Told {
    async fn get_keys(
        &self,
        request: Request<GetKeysRequest>,
    ) -> Result<Response<GetKeysResponse>, Status> {
        Ok(Response::new((self.0)(request).await?))
    }

    async fn find_addresses(
        &self,
        _: Request<FindAddressesRequest>,
    ) -> Result<Response<FindAddressesResponse>, Status> {
        Err(Status::unimplemented("no test needs it"))
    }

    async fn find_names(
        &self,
        _: Request<FindNamesRequest>,
    ) -> Result<Response<FindNamesResponse>, Status> {
        Err(Status::unimplemented("no test needs it"))
    }
}

/// A running server of installation `campus`, with the clock and the signer of its tokens.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Clock,
    pub(crate) signer: TokenSigner,
    stop: CancellationToken,
    served: JoinHandle<()>,
}

pub(crate) type Newest = watch::Receiver<Arc<Credentials>>;

pub(crate) fn campus() -> Installation {
    "campus".parse().unwrap()
}

pub(crate) fn clock() -> Clock {
    Clock::fixed("2026-09-01T08:00:00Z".parse().unwrap())
}

/// Serves `handler` on a free port of loopback.
pub(crate) async fn serve<F, A>(credentials: Option<Newest>, handler: F) -> Running
where
    F: Fn(Request<GetKeysRequest>) -> A + Send + Sync + 'static,
    A: Future<Output = Answer> + Send + 'static,
{
    let clock = clock();
    let signer = TokenSigner::new(campus(), clock.clone(), &generate_key().unwrap()).unwrap();
    let tokens = Arc::new(TokenVerifier::new(campus(), clock.clone()));
    tokens.replace_keys([signer.key()]);

    let server = Server::bind("127.0.0.1:0".parse().unwrap(), credentials).await.unwrap();
    let address = server.address();
    let stop = CancellationToken::new();
    let stopped = stop.clone().cancelled_owned();
    let handler: Handler = Arc::new(move |request| Box::pin(handler(request)));
    let served = tokio::spawn(async move {
        let meter = opentelemetry::global::meter("tests");
        let routes = Routes::new(PortalServer::new(Told(handler)));
        server.serve(routes, proto::DESCRIPTORS, tokens, &meter, stopped).await.unwrap();
    });
    Running { address, clock, signer, stop, served }
}

impl Running {
    pub(crate) fn token(&self, subject: &Subject) -> String {
        self.signer.sign(subject, self.clock.machine()).unwrap()
    }

    /// A client over plaintext that speaks as dispatch.
    pub(crate) fn client(&self) -> PortalClient<Channel> {
        let target: Target = format!("http://{}", self.address).parse().unwrap();
        let connector = Connector::new(Service::Dispatch, None);
        PortalClient::new(connector.connect(Service::Portal, &target).unwrap())
    }

    /// A client that adds nothing of ours.
    pub(crate) async fn stranger(&self) -> PortalClient<tonic::transport::Channel> {
        PortalClient::connect(format!("http://{}", self.address)).await.unwrap()
    }

    pub(crate) fn begin_to_stop(&self) {
        self.stop.cancel();
    }

    /// Ends once everything that it was doing is done.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.served.await.unwrap();
    }
}

/// An answer without keys.
pub(crate) const NOTHING: Answer = Ok(GetKeysResponse { keys: Vec::new() });

/// What a handler noted.
#[derive(Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<Vec<String>>>);

impl Notes {
    pub(crate) fn note(&self, what: &impl ToString) -> usize {
        let mut notes = self.0.lock().unwrap();
        notes.push(what.to_string());
        notes.len()
    }

    pub(crate) fn read(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}
